package norma.tornado;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// The module's packages, and what they may know.
class ArchitectureTest {
    /// Each imports only from those before it.
    private static final List<String> PACKAGES =
            List.of("norma.tornado.code", "norma.tornado.device", "norma.tornado.offload", "norma.tornado");

    private static JavaClasses module;

    @BeforeAll
    static void readTheModule() throws URISyntaxException {
        module = new ClassFileImporter()
                .importPath(Path.of(Tornado.class.getProtectionDomain().getCodeSource().getLocation().toURI()));
        assertFalse(module.isEmpty());
    }

    @Test
    void nothingNeedsTornadoVm() {
        noClasses().should().dependOnClassesThat(resideInAPackage("uk.ac.manchester.."))
                .because("TornadoVM is found when the program runs, and called by reflection").check(module);
    }

    @Test
    void eachPackageImportsOnlyFromThoseBeforeIt() {
        for (int i = 0; i < PACKAGES.size(); i++) {
            String[] behind = PACKAGES.subList(i + 1, PACKAGES.size()).toArray(String[]::new);
            if (behind.length > 0) {
                noClasses().that().resideInAPackage(PACKAGES.get(i)).should()
                        .dependOnClassesThat(resideInAnyPackage(behind)).check(module);
            }
        }
    }

    @Test
    void codeKnowsNothingOfTheEngine() {
        noClasses().that().resideInAPackage("norma.tornado.code").should()
                .dependOnClassesThat(resideInAnyPackage("norma.kernel..", "norma.tensor..", "norma.backend.."))
                .because("TornadoVM compiles arrays and numbers").check(module);
    }
}
