package norma.tornado.code;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// Marks the variable of the loop whose iterations a device runs in parallel. TornadoVM is told this annotation's name by
/// `-Dtornado.load.annotation.parallel`; without it a kernel runs as one thread.
@Target({ElementType.LOCAL_VARIABLE, ElementType.TYPE_USE})
@Retention(RetentionPolicy.CLASS)
public @interface Parallel {
}
