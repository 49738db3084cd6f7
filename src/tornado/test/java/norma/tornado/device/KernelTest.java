package norma.tornado.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import norma.tornado.code.Code;
import norma.tornado.code.TransferCode;
import norma.tornado.code.UpdateCode;
import org.junit.jupiter.api.Test;

class KernelTest {

    @Test
    void aReferenceNamesItsMethod() {
        Kernel adamW = Kernel.of(UpdateCode::adamW);
        assertEquals("UpdateCode.adamW", adamW.name());
        assertTrue(adamW.scaled());
        assertFalse(Kernel.of(TransferCode::turns).scaled());
        assertEquals(adamW, Kernel.of(UpdateCode::adamW));
    }

    @Test
    void kernelsAreThePublicMethodsOfTheirForm() {
        assertEquals(List.of("TransferCode.read", "TransferCode.turns", "TransferCode.write"),
                Kernel.in(List.of(TransferCode.class)).stream().map(Kernel::name).toList());
    }

    @Test
    void namesOfKernelsAreUnique() {
        List<String> names = Kernel.in(Code.CLASSES).stream().map(Kernel::name).toList();
        assertEquals(Set.copyOf(names).size(), names.size());
    }
}
