package norma;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import norma.kernel.Floats;
import norma.kernel.contract.Kernels;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Holds the table of packages in `docs/design.md`, which it reads, and other laws of that page.
class ArchitectureTest {
    private static final Path PAGE = Path.of("../../docs/design.md");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `(norma\\.[a-z.]+)` \\|");

    /// Lowest first: each imports only from those above it in this list.
    private static final List<String> PACKAGES =
            ROW.matcher(read(PAGE)).results().map(row -> row.group(1)).toList();

    private static final String THREADS = "java\\.lang\\.Thread(\\$.*)?"
            + "|java\\.util\\.concurrent\\.(\\w*Executor\\w*|ForkJoin\\w*|CompletableFuture|Thread\\w*|Structured\\w*)"
            + "(\\$.*)?";

    private static final String TENSOR = "norma.tensor.Tensor";

    private static JavaClasses engine;

    @BeforeAll
    static void readTheEngine() throws URISyntaxException {
        var classes = Kernels.class.getProtectionDomain().getCodeSource().getLocation().toURI();
        engine = new ClassFileImporter().importPath(Path.of(classes));
        assertFalse(engine.isEmpty(), "no classes at " + classes);
    }

    @TestFactory
    Stream<DynamicTest> eachPackageImportsOnlyFromThoseAboveIt() {
        return IntStream.range(0, PACKAGES.size())
                .mapToObj(i -> DynamicTest.dynamicTest(PACKAGES.get(i), () -> check(importsOnlyFromAbove(i))));
    }

    private static ArchRule importsOnlyFromAbove(int i) {
        String[] below = PACKAGES.subList(i + 1, PACKAGES.size()).toArray(String[]::new);
        return noClasses().that().resideInAPackage(PACKAGES.get(i))
                .should().dependOnClassesThat(resideInAnyPackage(below))
                .because("each package imports only from those above it in the table of docs/design.md");
    }

    @Test
    void everyPackageIsInTheTable() {
        check(classes().should().resideInAnyPackage(PACKAGES.toArray(String[]::new))
                .because("a new package needs a place in the table of docs/design.md"));
    }

    @Test
    void onlyTheSimdKernelsKnowTheVectorApi() {
        check(noClasses().that().resideOutsideOfPackage("norma.kernel.simd..")
                .should().dependOnClassesThat(resideInAPackage("jdk.incubator.vector.."))
                .because("the engine must load where that module is missing"));
    }

    @Test
    void floatsAreHeldInVectorsOfOneLength() {
        check(noClasses().that().doNotHaveSimpleName("Species")
                .should().accessFieldWhere(describe("names a species of floats", access -> access.getTarget().getName()
                        .startsWith("SPECIES_")
                        && access.getTargetOwner().getName().equals("jdk.incubator.vector.FloatVector")))
                .because("with two species C2 boxes the accumulators of the matrix product in some runs"));
    }

    /// What a device keeps, the host must not reach for: an array outside the kernels is only a name that is compared.
    @Test
    void onlyKernelsTouchFloats() {
        check(noClasses().that().resideOutsideOfPackage("norma.kernel..").and().doNotHaveFullyQualifiedName(TENSOR)
                .should().callMethodWhere(describe("reads or writes floats", ArchitectureTest::touchesFloats))
                .orShould().callMethod(Kernels.class, "transfer")
                .because("the data of tensors is read and written by kernels, or by Tensor through Transfer"));
        check(noClasses().that().resideOutsideOfPackages("norma.kernel..", "norma.tensor")
                .should().callConstructor(Floats.class, float[].class, int.class, int.class)
                .because("a tensor makes the floats that kernels compute on"));
    }

    private static boolean touchesFloats(JavaMethodCall call) {
        return call.getTargetOwner().isEquivalentTo(Floats.class)
                && !List.of("slice", "length", "offset", "equals", "hashCode").contains(call.getName());
    }

    @Test
    void onlyParallelKnowsAboutThreads() {
        check(noClasses().that().resideOutsideOfPackage("norma.parallel")
                .should().dependOnClassesThat(nameMatching(THREADS))
                .orShould().callMethodWhere(describe("runs on the common pool", ArchitectureTest::runsOnTheCommonPool))
                .because("work is split by norma.parallel, so that results do not depend on the number of threads"));
    }

    private static boolean runsOnTheCommonPool(JavaMethodCall call) {
        return call.getTargetOwner().getPackageName().startsWith("java.util")
                && call.getName().startsWith("parallel");
    }

    /// Of all modules, which the classes of this one do not show.
    @Test
    void onlyTheTrainingStepStepsTheOptimizer() throws IOException {
        Pattern step = Pattern.compile(
                "(?m)^(?!\\s*///).*(\\boptimizer\\w*\\.step\\(|ParameterTree\\.of\\([^)]*\\)\\.afterStep\\()");
        try (Stream<Path> files = Files.walk(Path.of("../.."))) {
            List<String> callers =
                    files.filter(ArchitectureTest::isInMain).filter(file -> step.matcher(read(file)).find())
                            .map(file -> file.getFileName().toString()).toList();
            assertEquals(List.of("TrainStep.java"), callers,
                    "they must train by TrainStep or Trainer, which check and clip"
                            + " gradients and ask parts what to do after a step");
        }
    }

    private static boolean isInMain(Path file) {
        return file.toString().endsWith(".java") && file.toString().replace('\\', '/').contains("/main/java/");
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void goldenVectorsBelongToTheTests() {
        check(noClasses().should().haveSimpleNameStartingWith("Golden").orShould().resideInAPackage("norma.golden..")
                .because("what only tests use stands in norma.golden among the tests"));
    }

    @Test
    void nothingUsesReflection() {
        check(noClasses().should().dependOnClassesThat(resideInAPackage("java.lang.reflect.."))
                .because("layers list their own parts by name"));
    }

    private static void check(ArchRule rule) {
        rule.allowEmptyShould(true).check(engine);
    }
}
