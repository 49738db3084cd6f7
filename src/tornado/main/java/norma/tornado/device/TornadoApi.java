package norma.tornado.device;

import java.lang.invoke.CallSite;
import java.lang.invoke.LambdaMetafactory;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Array;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import norma.tornado.code.Parallel;

/// The calls of TornadoVM's API that are needed, by reflection: nothing of TornadoVM is there when this is compiled.
final class TornadoApi {
    /// `DataTransferMode.EVERY_EXECUTION`.
    private static final int EVERY_EXECUTION = 1;
    private static final String API = "uk.ac.manchester.tornado.api.";
    private static final Presence PRESENCE = Presence.probe();

    private final Class<?> graph = type("TaskGraph");
    private final Class<?> immutable = type("ImmutableTaskGraph");
    private final Class<?> plan = type("TornadoExecutionPlan");
    private final Class<?> grid = type("WorkerGrid");
    private final Class<?> grid1 = type("WorkerGrid1D");
    private final Class<?> scheduler = type("GridScheduler");
    private final Class<?> device = type("common.TornadoDevice");
    private final Method setGlobalWork = method(grid, "setGlobalWork", long.class, long.class, long.class);
    private final Method withGraph = method(plan, "withGraph", int.class);
    private final Method execute = method(plan, "execute");
    private final Object runtime;

    private TornadoApi(Object runtime) {
        this.runtime = runtime;
    }

    /// Either the API or why it can't be used.
    private record Presence(TornadoApi api, String missing) {

        static Presence probe() {
            try {
                configure();
                Object runtime =
                        call(method(type("runtime.TornadoRuntimeProvider"), "getTornadoRuntime"), null);
                showCode(runtime);
                TornadoApi api = new TornadoApi(runtime);
                return api.backends() == 0 ? new Presence(null, Missing.BACKEND) : new Presence(api, "");
            } catch (Throwable e) { // errors too: static initializers of TornadoVM fail
                return new Presence(null,
                        Missing.reason(e, System.getProperty("tornado.load.runtime.implementation") != null));
            }
        }

        /// TornadoVM reads these once, when it is loaded. The annotation's name and bailouts are not a matter of taste: kernels
        /// would run as one thread, or on the host, without a word.
        private static void configure() {
            System.setProperty("tornado.load.annotation.parallel", Parallel.class.getName());
            System.setProperty("tornado.recover.bailout", "False");
            System.setProperty("tornado.compiler.fullInlining", "True"); // else methods of 600 nodes do not compile
            setIfAbsent("tornado.opencl.compiler.flags", "-cl-mad-enable -w");
            setIfAbsent("tornado.device.memory", (Runtime.getRuntime().maxMemory() >> 20) + "MB");
        }

        /// As a named module this one must let TornadoVM in, which it can't name before it is there.
        private static void showCode(Object runtime) {
            Module ours = TornadoApi.class.getModule();
            if (ours.isNamed()) {
                ours.addReads(type("TaskGraph").getModule());
                ours.addOpens(Parallel.class.getPackageName(), runtime.getClass().getModule());
            }
        }

        private static void setIfAbsent(String property, String value) {
            System.setProperty(property, System.getProperty(property, value));
        }
    }

    /// Why TornadoVM can't be used in this process, and what to do; empty if it can.
    static String missing() {
        return PRESENCE.missing;
    }

    /// The API.
    ///
    /// @throws IllegalStateException if it can't be used
    static TornadoApi get() {
        if (PRESENCE.api == null) {
            throw new IllegalStateException("Tornado: " + PRESENCE.missing);
        }
        return PRESENCE.api;
    }

    /// All devices of all backends, in TornadoVM's order.
    List<Object> devices() {
        List<Object> devices = new ArrayList<>();
        for (int i = 0; i < backends(); i++) {
            devices.addAll((List<?>) call(method(type("TornadoBackend"), "getAllDevices"),
                    call(method(type("TornadoRuntime"), "getBackend", int.class), runtime, i)));
        }
        return devices;
    }

    private int backends() {
        return (int) call(method(type("TornadoRuntime"), "getNumBackends"), runtime);
    }

    Installed describe(Object device) {
        Object physical = ask(device, "getPhysicalDevice");
        return new Installed(
                String.valueOf(call(method(type("TornadoTargetDevice"), "getDeviceName"), physical)).strip(),
                String.valueOf(ask(device, "getDeviceType")), String.valueOf(ask(device, "getTornadoVMBackend")),
                String.valueOf(ask(device, "getPlatformName")).strip(),
                (long) ask(device, "getMaxGlobalMemory"), (long) ask(device, "getMaxAllocMemory"));
    }

    private Object ask(Object device, String getter) {
        return call(method(this.device, getter), device);
    }

    /// A graph of one task, which runs a kernel.
    ///
    /// @param known whether the slab is on the device already
    /// @param out what is copied to the host each time
    /// @param arguments the slab, and what is copied to the device each time unless it is copied back
    Object graph(String name, Kernel kernel, boolean known, List<Object> out, Object... arguments) {
        Object[] slab = {arguments[0]};
        Object[] in = Arrays.stream(arguments).skip(1).filter(argument -> !out.contains(argument)).toArray();
        Object made = construct(graph, new Class<?>[] {String.class}, name);
        call(method(graph, "transferToDevice", int.class, Object[].class), made, EVERY_EXECUTION, in);
        if (known) {
            call(method(graph, "consumeFromDevice", Object[].class), made, (Object) slab);
        }
        addTask(made, kernel, arguments);
        call(method(graph, "persistOnDevice", Object[].class), made, (Object) slab);
        if (!out.isEmpty()) {
            call(method(graph, "transferToHost", int.class, Object[].class), made, EVERY_EXECUTION, out.toArray());
        }
        return call(method(graph, "snapshot"), made);
    }

    /// Newer versions take a method; this one a lambda, whose bytecode or serialized form it looks up.
    private void addTask(Object graph, Kernel kernel, Object[] arguments) {
        Optional<Method> direct = find(this.graph, "task", String.class, Method.class, Object[].class);
        if (direct.isPresent()) {
            call(direct.get(), graph, "run", kernel.method(), arguments);
            return;
        }
        Class<?> function = type("common.TornadoFunctions$Task" + arguments.length);
        List<Class<?>> types = new ArrayList<>(List.of(String.class, function));
        List<Object> all = new ArrayList<>(List.of("run", lambda(function, kernel.method())));
        for (Object argument : arguments) {
            types.add(Object.class);
            all.add(argument);
        }
        call(method(this.graph, "task", types.toArray(Class<?>[]::new)), graph, all.toArray());
    }

    private static Object lambda(Class<?> function, Method code) {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            MethodHandle handle = lookup.unreflect(code);
            CallSite site = LambdaMetafactory.altMetafactory(lookup, "apply", MethodType.methodType(function),
                    handle.type().generic().changeReturnType(void.class), handle, handle.type(),
                    LambdaMetafactory.FLAG_SERIALIZABLE);
            return site.getTarget().invoke();
        } catch (Throwable e) {
            throw new IllegalStateException("Tornado: can't pass " + code + " to TornadoVM", e);
        }
    }

    /// A grid of threads in groups of `local`.
    Object grid(int local) {
        Object made = construct(grid1, new Class<?>[] {int.class}, local);
        call(method(grid, "setLocalWork", long.class, long.class, long.class), made, (long) local, 1L, 1L);
        return made;
    }

    void resize(Object grid, long global) {
        call(setGlobalWork, grid, global, 1L, 1L);
    }

    Object scheduler() {
        return construct(scheduler, new Class<?>[0]);
    }

    void add(Object scheduler, String graph, Object grid) {
        call(method(this.scheduler, "addWorkerGrid", String.class, this.grid), scheduler, graph + ".run", grid);
    }

    /// A plan of graphs that run on a device.
    Object plan(List<Object> graphs, Object scheduler, Object device) {
        Object all = Array.newInstance(immutable, graphs.size());
        for (int i = 0; i < graphs.size(); i++) {
            Array.set(all, i, graphs.get(i));
        }
        Object made = construct(plan, new Class<?>[] {all.getClass()}, all);
        call(method(plan, "withDevice", this.device), made, device);
        call(method(plan, "withGridScheduler", this.scheduler), made, scheduler);
        return made;
    }

    void execute(Object plan, int graph) {
        call(execute, call(withGraph, plan, graph));
    }

    void close(Object plan) {
        call(method(this.plan, "close"), plan);
    }

    private static Class<?> type(String name) {
        try {
            return Class.forName(API + name);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Object construct(Class<?> type, Class<?>[] types, Object... arguments) {
        try {
            return type.getConstructor(types).newInstance(arguments);
        } catch (InvocationTargetException e) {
            throw thrown(e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Optional<Method> find(Class<?> type, String name, Class<?>... parameters) {
        try {
            return Optional.of(type.getMethod(name, parameters));
        } catch (NoSuchMethodException e) {
            return Optional.empty();
        }
    }

    private static Method method(Class<?> type, String name, Class<?>... parameters) {
        return find(type, name, parameters)
                .orElseThrow(() -> new IllegalStateException("TornadoVM has no method " + type.getName() + "." + name));
    }

    private static Object call(Method method, Object target, Object... arguments) {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw thrown(e);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    private static RuntimeException thrown(InvocationTargetException e) {
        return switch (e.getCause()) {
            case RuntimeException exception -> exception;
            case Error error -> throw error;
            default -> new IllegalStateException(e.getCause());
        };
    }
}
