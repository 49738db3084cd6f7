import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.ClassHierarchyResolverOption;
import java.lang.classfile.ClassFile.ConstantPoolSharingOption;
import java.lang.classfile.ClassFile.StackMapsOption;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/// Rewrites the classes of a jar that are older than version 50 (Java 6) as such of Java 8; the same instructions, with the stack maps that
/// version 50 brought. The JDK's archives of classes leave older ones out (JDK-8317269), and the VM checks them by its slower verifier at each
/// start: of picocli that is 170 classes.
///
/// Runs in the build: `java ModernClasses.java some.jar`.
void main(String[] args) throws IOException {
    Path jar = Path.of(args[0]);
    Path modern = jar.resolveSibling(jar.getFileName() + ".modern");
    try (var classes = new URLClassLoader(new URL[] {jar.toUri().toURL()});
            var in = new ZipInputStream(Files.newInputStream(jar));
            var out = new ZipOutputStream(Files.newOutputStream(modern))) {
        ClassFile format = ClassFile.of(StackMapsOption.GENERATE_STACK_MAPS, ConstantPoolSharingOption.NEW_POOL,
                ClassHierarchyResolverOption.of(ClassHierarchyResolver.ofResourceParsing(classes)));
        for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
            var copy = new ZipEntry(entry.getName());
            copy.setTimeLocal(entry.getTimeLocal()); // the same jar from the same jar, bit for bit
            out.putNextEntry(copy);
            byte[] content = in.readAllBytes();
            out.write(entry.getName().endsWith(".class") ? modern(format, content) : content);
        }
    }
    Files.move(modern, jar, StandardCopyOption.REPLACE_EXISTING);
}

byte[] modern(ClassFile format, byte[] content) {
    ClassModel model = format.parse(content);
    if (model.majorVersion() >= ClassFile.JAVA_6_VERSION) {
        return content;
    }
    return format.transformClass(model, ClassTransform.transformingMethodBodies((code, element) -> code.with(element))
            .andThen(ClassTransform.endHandler(type -> type.withVersion(ClassFile.JAVA_8_VERSION, 0))));
}
