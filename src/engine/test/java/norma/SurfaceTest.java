package norma;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import norma.tensor.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// What users of the engine meet: the public types of the exported packages, with their public and protected members.
///
/// `surface.txt` keeps it, a type or member a line, so that each change of it is seen when a change is read. Left out is what is
/// known without being said: accessors and the canonical constructor of a record, methods that override another one.
class SurfaceTest {
    private static final Path KEPT = Path.of("test/resources/surface.txt");

    /// `java.security` has one too, deprecated for removal; until then a compact program imports ours by its full name.
    private static final String LAYER_OF_THE_FIELD = "Identity";

    private static Path classes;
    private static List<Class<?>> types;

    @BeforeAll
    static void readTheEngine() throws URISyntaxException, IOException {
        classes = Path.of(Tensor.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        List<Class<?>> found = new ArrayList<>();
        for (String name : exported(ModuleFinder.of(classes).find("norma.engine").orElseThrow().descriptor())) {
            found.addAll(publicTypes(name));
        }
        types = List.copyOf(found);
        assertFalse(types.isEmpty(), "no types at " + classes);
    }

    private static Set<String> exported(ModuleDescriptor module) {
        return module.exports().stream().filter(Predicate.not(ModuleDescriptor.Exports::isQualified))
                .map(ModuleDescriptor.Exports::source).collect(Collectors.toCollection(TreeSet::new));
    }

    private static List<Class<?>> publicTypes(String name) throws IOException {
        try (Stream<Path> files = Files.list(classes.resolve(name.replace('.', '/')))) {
            return files.map(file -> file.getFileName().toString()).filter(file -> file.matches("\\w+\\.class"))
                    .filter(file -> !file.equals("package-info.class")).sorted()
                    .<Class<?>>map(file -> load(name + "." + file.replace(".class", "")))
                    .filter(type -> Modifier.isPublic(type.getModifiers())).toList();
        }
    }

    private static Class<?> load(String name) {
        try {
            return Class.forName(name, false, SurfaceTest.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void theSurfaceIsTheOneThatIsKept() throws IOException {
        List<String> now = types.stream().flatMap(SurfaceTest::lines).toList();
        if (System.getProperty("norma.surface", "").equals("update")) {
            Files.write(KEPT, now);
        }
        List<String> kept = Files.exists(KEPT) ? Files.readAllLines(KEPT) : List.of();
        Path written = classes.resolveSibling("surface.txt");
        Files.write(written, now);
        assertEquals(differences(kept, now), "",
                () -> "the public surface has changed; it is now as " + written.toAbsolutePath()
                        + " has it; if that is intended, run this test with -Dnorma.surface=update and commit " + KEPT);
    }

    private static String differences(List<String> kept, List<String> now) {
        Set<String> old = Set.copyOf(kept), current = Set.copyOf(now);
        return Stream.concat(kept.stream().filter(line -> !current.contains(line)).map(line -> "- " + line),
                now.stream().filter(line -> !old.contains(line)).map(line -> "+ " + line))
                .collect(Collectors.joining("\n"));
    }

    /// A program that imports this module, and java.base as compact programs do, can write each name without its package.
    @Test
    void simpleNamesAreClear() {
        Set<String> foreign = exported(Object.class.getModule().getDescriptor());
        Map<String, List<String>> places = new TreeMap<>();
        for (Class<?> type : types) {
            places.computeIfAbsent(type.getSimpleName(), _ -> new ArrayList<>()).add(type.getPackageName());
        }
        places.forEach((name, packages) -> foreign.stream().filter(p -> exists(p + "." + name)).forEach(packages::add));
        places.values().removeIf(packages -> packages.size() == 1);
        places.remove(LAYER_OF_THE_FIELD);
        assertEquals(Map.of(), places, "one name, one type");
    }

    private static boolean exists(String name) {
        try {
            return Modifier.isPublic(Class.forName(name, false, null).getModifiers());
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    // ---- Lines ----

    private static Stream<String> lines(Class<?> type) {
        String name = type.getName().replace('$', '.');
        Stream<String> members = Stream.of(type.getDeclaredConstructors(), type.getDeclaredFields(),
                type.getDeclaredMethods()).flatMap(Arrays::stream)
                .filter(member -> isShown(type, (Member) member))
                .map(SurfaceTest::line).sorted(Comparator.comparing(SurfaceTest::nameFirst));
        Stream<String> nested = Arrays.stream(type.getDeclaredClasses()).filter(t -> isVisible(t.getModifiers()))
                .sorted(Comparator.comparing(Class::getName)).flatMap(SurfaceTest::lines);
        return Stream.of(Stream.of(header(type)), members).flatMap(lines -> lines).map(line -> name + ": " + line)
                .collect(Collectors.collectingAndThen(Collectors.toList(), own -> Stream.concat(own.stream(), nested)));
    }

    private static String nameFirst(String line) {
        return line.replaceFirst("^.*?(\\w+)(\\(.*|$)", "$1 $0");
    }

    private static boolean isVisible(int modifiers) {
        return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
    }

    private static boolean isShown(Class<?> type, Member member) {
        return isVisible(member.getModifiers()) && !member.isSynthetic() && switch (member) {
            case Method method -> !isImplied(type, method) && !overrides(type, method);
            case Constructor<?> constructor -> !type.isRecord()
                    || !Arrays.equals(constructor.getParameterTypes(), componentTypes(type));
            case Field field -> !field.isEnumConstant();
            default -> true;
        };
    }

    private static boolean isImplied(Class<?> type, Method method) {
        return type.isEnum() && Set.of("values", "valueOf").contains(method.getName())
                || type.isRecord() && Arrays.stream(type.getRecordComponents())
                        .anyMatch(component -> component.getAccessor().equals(method));
    }

    private static Class<?>[] componentTypes(Class<?> type) {
        return Arrays.stream(type.getRecordComponents()).map(RecordComponent::getType).toArray(Class<?>[]::new);
    }

    private static boolean overrides(Class<?> type, Method method) {
        return !Modifier.isStatic(method.getModifiers()) && supertypes(type)
                .anyMatch(above -> declares(above, method) || overrides(above, method));
    }

    private static Stream<Class<?>> supertypes(Class<?> type) {
        return Stream.concat(Stream.of(type.isInterface() ? Object.class : type.getSuperclass())
                .filter(Objects::nonNull), Arrays.stream(type.getInterfaces()));
    }

    private static boolean declares(Class<?> type, Method method) {
        return Arrays.stream(type.getDeclaredMethods()).anyMatch(above -> above.getName().equals(method.getName())
                && above.getParameterCount() == method.getParameterCount()
                && above.getReturnType() == method.getReturnType()
                && isVisible(above.getModifiers()));
    }

    private static String header(Class<?> type) {
        String kind = type.isRecord() ? "record"
                : type.isEnum() ? "enum" : type.isInterface() ? "interface"
                        : Modifier.isAbstract(type.getModifiers()) ? "abstract class"
                                : Modifier.isFinal(type.getModifiers()) ? "final class" : "class";
        String content = type.isRecord()
                ? Arrays.stream(type.getRecordComponents()).map(c -> text(c.getGenericType()) + " " + c.getName())
                        .collect(Collectors.joining(", ", "(", ")"))
                : type.isEnum() ? Arrays.stream(type.getEnumConstants()).map(Object::toString)
                        .collect(Collectors.joining(", ", "(", ")")) : "";
        boolean plain = type.isInterface() || type.isRecord() || type.isEnum()
                || type.getGenericSuperclass() == Object.class;
        return (type.isSealed() && !type.isEnum() ? "sealed " : "") + kind + parameters(type.getTypeParameters())
                + content
                + (plain ? "" : " extends " + text(type.getGenericSuperclass()))
                + list(type.isInterface() ? " extends " : " implements ", type.getGenericInterfaces());
    }

    private static String line(AnnotatedElement member) {
        return switch (member) {
            case Field field -> modifiers(field) + text(field.getGenericType()) + " " + field.getName();
            case Method method -> modifiers(method) + parameters(method.getTypeParameters())
                    + (method.getTypeParameters().length == 0 ? "" : " ") + text(method.getGenericReturnType()) + " "
                    + method.getName() + arguments(method);
            case Constructor<?> constructor ->
                modifiers(constructor) + "new " + constructor.getDeclaringClass().getSimpleName()
                        + arguments(constructor);
            default -> throw new IllegalArgumentException(member.toString());
        };
    }

    private static String modifiers(Member member) {
        int modifiers = member.getModifiers();
        return (Modifier.isProtected(modifiers) ? "protected " : "") + (Modifier.isStatic(modifiers) ? "static " : "")
                + (member instanceof Method method && method.isDefault() ? "default " : "");
    }

    private static String arguments(Executable executable) {
        String arguments = Arrays.stream(executable.getGenericParameterTypes()).map(SurfaceTest::text)
                .collect(Collectors.joining(", ", "(", ")"));
        return (executable.isVarArgs() ? arguments.replaceFirst("\\[\\]\\)$", "...)") : arguments)
                + list(" throws ", executable.getGenericExceptionTypes());
    }

    private static String list(String word, Type[] types) {
        return types.length == 0 ? ""
                : Arrays.stream(types).map(SurfaceTest::text).collect(Collectors.joining(", ", word, ""));
    }

    private static String parameters(TypeVariable<?>[] variables) {
        return variables.length == 0 ? ""
                : Arrays.stream(variables)
                        .map(v -> v + (v.getBounds()[0] == Object.class ? "" : list(" extends ", v.getBounds())))
                        .collect(Collectors.joining(", ", "<", ">"));
    }

    private static String text(Type type) {
        return switch (type) {
            case Class<?> plain when plain.isArray() -> text(plain.getComponentType()) + "[]";
            case Class<?> plain when plain.getEnclosingClass() != null ->
                text(plain.getEnclosingClass()) + "." + plain.getSimpleName();
            case Class<?> plain -> plain.getSimpleName();
            case ParameterizedType generic -> text(generic.getRawType())
                    + Arrays.stream(generic.getActualTypeArguments()).map(SurfaceTest::text)
                            .collect(Collectors.joining(", ", "<", ">"));
            case GenericArrayType array -> text(array.getGenericComponentType()) + "[]";
            case WildcardType any when any.getLowerBounds().length > 0 -> "?" + list(" super ", any.getLowerBounds());
            case WildcardType any when any.getUpperBounds()[0] == Object.class -> "?";
            case WildcardType any -> "?" + list(" extends ", any.getUpperBounds());
            default -> type.toString();
        };
    }
}
