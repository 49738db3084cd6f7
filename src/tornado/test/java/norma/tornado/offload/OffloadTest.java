package norma.tornado.offload;

import static org.junit.jupiter.api.Assertions.assertEquals;

import norma.kernel.Floats;
import norma.tornado.JvmDevice;
import org.junit.jupiter.api.Test;

class OffloadTest {

    /// The pieces of working memory stand on both sides of an array, and no stretch has room for both.
    @Test
    void aCallThatSucceededIsNotLostWhereMemoryIsInPieces() {
        Offload offload = new Offload(new JvmDevice(1024));
        Floats between = Floats.zeros(600);
        assertEquals("done", offload.alone(() -> {
            offload.room(100);
            offload.at(between);
            offload.room(120);
            return "done";
        }));
        assertEquals(608, offload.used(), "all working memory is free again");
    }
}
