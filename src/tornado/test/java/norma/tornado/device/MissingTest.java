package norma.tornado.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.util.List;
import java.util.Map;
import norma.tornado.TestDevice;
import norma.tornado.Tornado;
import org.junit.jupiter.api.Test;

class MissingTest {

    @Test
    void aProcessWithoutTornadoVmSaysHowToGetIt() {
        assumeFalse(TestDevice.isReal(), "TornadoVM is installed");
        assertTrue(Tornado.missing().contains("TORNADOVM_HOME"), Tornado.missing());
        assertTrue(Tornado.missing().contains("/tornado-argfile"), Tornado.missing());
        assertEquals(List.of(), Tornado.devices());
        assertEquals(Map.of(), Tornado.fallbacks());
        var e = assertThrows(IllegalStateException.class, () -> Tornado.use("tornado"));
        assertEquals("Tornado: " + Tornado.missing(), e.getMessage());
        assertThrows(IllegalStateException.class, () -> new TornadoDevice(0, 1));
    }

    @Test
    void theInnermostCauseDecides() {
        assertTells("TornadoVM is not in this process", new IllegalStateException(new ClassNotFoundException("x")));
        assertTells("java.library.path", initializing("OpenCL JNI Library not found"));
        assertTells("IllegalAccessError: of the old",
                new NoClassDefFoundError("x").initCause(new IllegalAccessError("of the old")));
        assertTells("pocl-opencl-icd", initializing("No OpenCL platforms found. Deoptimizing to sequential execution"));
    }

    @Test
    void anApiWithoutItsRuntimeNeedsTheArgfile() {
        assertTrue(Missing.reason(new IllegalStateException("... Did you remember to add @tornado-argfile?"), false)
                .contains("start Java with @"));
        assertTrue(
                Missing.reason(new NoClassDefFoundError("Could not initialize"), false).contains("start Java with @"));
    }

    private static void assertTells(String part, Throwable failure) {
        String reason = Missing.reason(failure, true);
        assertTrue(reason.contains(part), reason);
    }

    private static Throwable initializing(String message) {
        return new ExceptionInInitializerError(new RuntimeException("outer", new IllegalStateException(message)));
    }
}
