package norma.tornado.code;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.Instruction;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeAnnotation.LocalVarTarget;
import java.lang.classfile.TypeKind;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.classfile.attribute.LocalVariableInfo;
import java.lang.classfile.instruction.ArrayStoreInstruction;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.IncrementInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LoadInstruction;
import java.lang.classfile.instruction.NewPrimitiveArrayInstruction;
import java.lang.classfile.instruction.ReturnInstruction;
import java.lang.classfile.instruction.StoreInstruction;
import java.lang.reflect.AccessFlag;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/// The laws of kernel code, read from class files; `break` and `continue` from the source.
final class Laws {
    private static final String PARALLEL = Parallel.class.descriptorString();
    private static final String PACKAGE = Parallel.class.getPackageName().replace('.', '/') + "/";
    private static final Set<String> KERNELS = Set.of("([F[I)V", "([F[I[F)V");

    private static final Set<Opcode> FORBIDDEN = Set.of(Opcode.IUSHR, Opcode.LUSHR, Opcode.ATHROW, Opcode.ARRAYLENGTH,
            Opcode.MONITORENTER, Opcode.MONITOREXIT, Opcode.INVOKEDYNAMIC, Opcode.INVOKEVIRTUAL,
            Opcode.INVOKEINTERFACE, Opcode.INVOKESPECIAL, Opcode.NEW, Opcode.ANEWARRAY, Opcode.MULTIANEWARRAY,
            Opcode.CHECKCAST, Opcode.INSTANCEOF, Opcode.ACONST_NULL, Opcode.GETFIELD, Opcode.PUTFIELD,
            Opcode.PUTSTATIC);

    private static final Set<String> FUNCTIONS =
            Set.of("abs", "atan2", "cos", "exp", "log", "max", "min", "pow", "signum",
                    "sin", "sqrt", "tanh");

    /// What OpenCL C or CUDA C++ has as a function, a type or a key word, as far as Java lets somebody call something so.
    private static final Set<String> TAKEN = Set.of("""
            acos acosh acospi add_sat all any asin asinh asinpi async_work_group_copy atan atan2 atan2pi atanh atanpi atomic_add
            barrier bitselect cbrt ceil clamp clz convert copysign cos cosh cospi cross ctz degrees distance dot erf erfc erfcinv
            erfinv exp exp10 exp2 expm1 fabs fdim floor fma fmax fmin fmod fract frexp hadd half_exp hypot ilogb isequal isfinite
            isgreater isgreaterequal isinf isless islessequal islessgreater isnan isnormal isnotequal isordered isunordered ldexp
            length lgamma log log10 log1p log2 logb mad mad24 mad_hi mad_sat max maxmag mem_fence min minmag mix modf mul24 mul_hi
            nan native_exp nextafter normalize norm popcount pow pown powr prefetch printf radians remainder remquo rhadd rint
            rnorm rootn rotate round rsqrt saturate select shuffle shuffle2 sign signbit sin sincos sinh sinpi smoothstep sqrt step
            sub_sat tan tanh tanpi tgamma trunc upsample vload vstore
            bool half uchar ushort uint ulong size_t float2 float4 int2 int4 image2d_t sampler_t event_t dim3
            kernel global local constant generic read_only write_only read_write uniform pipe complex imaginary
            auto extern inline register restrict signed sizeof struct typedef union unsigned asm const_cast delete explicit export
            friend mutable namespace noexcept nullptr operator template typename using virtual wchar_t
            device host shared managed threadIdx blockIdx blockDim gridDim warpSize clock assert main
            """.strip().split("\\s+"));

    private Laws() {
    }

    /// What a class does that kernel code must not do.
    static List<String> breaches(Class<?> type) {
        List<String> breaches = new ArrayList<>();
        for (MethodModel method : ClassFile.of().parse(bytes(type)).methods()) {
            if (!method.methodName().stringValue().startsWith("<")) {
                String name = type.getSimpleName() + "." + method.methodName().stringValue() + ": ";
                new Method(method, breach -> breaches.add(name + breach)).check();
            }
        }
        return breaches;
    }

    /// The same for what the byte code does not tell.
    static List<String> breachesOfSource(String source) {
        String code = source.replaceAll("//.*", "").replaceAll("(?s)/\\*.*?\\*/", "");
        return Pattern.compile("\\b(break|continue)\\b").matcher(code).results().map(found -> found.group()).toList();
    }

    private static byte[] bytes(Class<?> type) {
        try (InputStream in = type.getResourceAsStream(type.getName().replaceAll(".*\\.", "") + ".class")) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private interface Breaches {
        void add(String breach);
    }

    /// An instruction and where it is.
    private record Step(int at, Instruction instruction) {
        Opcode opcode() {
            return instruction.opcode();
        }
    }

    /// A part of the code.
    private record Range(int from, int to) {
        boolean contains(int at) {
            return from <= at && at < to;
        }
    }

    private record Method(MethodModel model, CodeAttribute code, List<Step> steps, Breaches breaches) {

        Method(MethodModel model, Breaches breaches) {
            this(model, model.findAttribute(Attributes.code()).orElseThrow(), new ArrayList<>(), breaches);
            int at = 0;
            for (var element : code) {
                if (element instanceof Instruction instruction) {
                    steps.add(new Step(at, instruction));
                    at += instruction.sizeInBytes();
                }
            }
        }

        void check() {
            if (!model.flags().has(AccessFlag.STATIC)) {
                breaches.add("is not static");
            }
            if (!code.exceptionHandlers().isEmpty()) {
                breaches.add("catches exceptions");
            }
            checkNames();
            for (int i = 0; i < steps.size(); i++) {
                checkStep(i);
            }
            checkLoops();
            checkParallel();
        }

        private boolean isKernel() {
            return model.flags().has(AccessFlag.PUBLIC) && KERNELS.contains(model.methodType().stringValue());
        }

        private void checkNames() {
            checkName(model.methodName().stringValue());
            var table = code.findAttribute(Attributes.localVariableTable());
            if (table.isEmpty()) {
                if (code.maxLocals() > 0) {
                    breaches.add("keeps no table of local variables");
                }
                return;
            }
            for (LocalVariableInfo variable : table.get().localVariables()) {
                if (isParameter(variable)) {
                    checkName(variable.name().stringValue());
                }
                if (variable.type().stringValue().equals("Z")) {
                    breaches.add("boolean " + variable.name().stringValue());
                }
            }
        }

        /// Other variables have names of TornadoVM's own on the device.
        private boolean isParameter(LocalVariableInfo variable) {
            return variable.startPc() == 0 && variable.slot() < model.methodTypeSymbol().parameterList().stream()
                    .mapToInt(type -> TypeKind.from(type).slotSize()).sum();
        }

        private void checkName(String name) {
            if (TAKEN.contains(name)) {
                breaches.add("the name " + name + " is taken");
            }
        }

        private void checkStep(int i) {
            Opcode opcode = steps.get(i).opcode();
            if (FORBIDDEN.contains(opcode)) {
                breaches.add(opcode.name());
            }
            checkComparison(opcode, i);
            switch (steps.get(i).instruction) {
                case ConstantInstruction constant -> checkConstant(constant.constantValue());
                case NewPrimitiveArrayInstruction array -> checkArray(array, steps.get(i - 1).instruction);
                case FieldInstruction field when field.type().stringValue().length() > 1 ->
                    breaches.add("reads the field " + field.name().stringValue());
                case InvokeInstruction call when call.opcode() == Opcode.INVOKESTATIC -> {
                    checkCall(call);
                    checkRoot(call, i);
                }
                default -> {
                }
            }
        }

        private void checkConstant(Object value) {
            if (!(value instanceof Number number)) {
                breaches.add("the constant " + value);
            } else if (!Double.isFinite(number.doubleValue())) {
                breaches.add("the literal " + value);
            }
        }

        private void checkArray(NewPrimitiveArrayInstruction array, Instruction size) {
            if (array.typeKind() != TypeKind.FLOAT && array.typeKind() != TypeKind.INT) {
                breaches.add("makes an array of " + array.typeKind());
            }
            if (!(size instanceof ConstantInstruction)) {
                breaches.add("makes an array of variable size");
            }
        }

        private void checkCall(InvokeInstruction call) {
            String owner = call.owner().asInternalName(), name = call.name().stringValue();
            boolean function = owner.equals("java/lang/Math") && FUNCTIONS.contains(name);
            if (!function && !(owner.startsWith(PACKAGE) && owner.indexOf('/', PACKAGE.length()) < 0)) {
                breaches.add("calls " + owner + "." + name);
            }
            boolean itself = model.parent().orElseThrow().thisClass().asInternalName().equals(owner)
                    && model.methodName().equalsString(name)
                    && model.methodType().equalsString(call.type().stringValue());
            if (itself) {
                breaches.add("calls itself");
            }
        }

        /// `<=` compares such that NaN is greater, and asks for not greater; `>=` the other way round.
        private void checkComparison(Opcode opcode, int i) {
            boolean orEqual = switch (opcode) {
                case FCMPG, DCMPG -> Set.of(Opcode.IFGT, Opcode.IFLE).contains(steps.get(i + 1).opcode());
                case FCMPL, DCMPL -> Set.of(Opcode.IFLT, Opcode.IFGE).contains(steps.get(i + 1).opcode());
                default -> false;
            };
            if (orEqual) {
                breaches.add("compares numbers by <= or >=");
            }
        }

        /// A root of a float, or 1 / root.
        private void checkRoot(InvokeInstruction call, int i) {
            if (call.name().equalsString("sqrt") && steps.get(i - 1).opcode() != Opcode.F2D
                    && steps.get(i + 1).opcode() != Opcode.DDIV) {
                breaches.add("takes the square root of a double");
            }
        }

        /// A jump back makes a loop; nothing may return from within.
        private void checkLoops() {
            for (Step end : steps) {
                if (end.instruction instanceof BranchInstruction jump && code.labelToBci(jump.target()) <= end.at) {
                    Range loop = new Range(code.labelToBci(jump.target()), end.at);
                    steps.stream()
                            .filter(step -> step.instruction instanceof ReturnInstruction && loop.contains(step.at))
                            .forEach(_ -> breaches.add("returns from a loop"));
                }
            }
        }

        /// A kernel is `for (@Parallel int i = 0; i < m[0]; i++)` around everything that it writes.
        private void checkParallel() {
            List<LocalVarTarget> parallel = code.findAttribute(Attributes.runtimeInvisibleTypeAnnotations()).stream()
                    .flatMap(found -> found.annotations().stream())
                    .filter(found -> found.annotation().className().equalsString(PARALLEL))
                    .map(found -> (LocalVarTarget) found.targetInfo()).toList();
            int wanted = isKernel() ? 1 : 0;
            if (parallel.size() != wanted) {
                breaches.add(parallel.size() + " parallel loops, not " + wanted);
            } else if (wanted == 1) {
                var variable = parallel.getFirst().table().getFirst();
                checkLoop(variable.index(), new Range(code.labelToBci(variable.startLabel()),
                        code.labelToBci(variable.endLabel())));
            }
        }

        private void checkLoop(int i, Range scope) {
            List<Step> loop = steps.stream().filter(step -> scope.contains(step.at)).toList();
            List<Step> before = steps.stream().filter(step -> step.at < scope.from).toList();
            if (!(loop.size() > 4 && before.size() > 1
                    && isConstant(before.get(before.size() - 2), 0)
                    && loads(loop.get(0), i) && loads(loop.get(1), 1) && isConstant(loop.get(2), 0)
                    && loop.get(3).opcode() == Opcode.IALOAD && loop.get(4).opcode() == Opcode.IF_ICMPGE)) {
                breaches.add("the parallel loop does not go from 0 to m[0]");
            }
            long changes = loop.stream().filter(step -> changes(step, i)).count();
            if (changes != 1
                    || loop.stream().noneMatch(step -> step.instruction instanceof IncrementInstruction increment
                            && increment.slot() == i && increment.constant() == 1)) {
                breaches.add("the parallel loop's variable is not stepped once by 1");
            }
            steps.stream().filter(step -> step.instruction instanceof ArrayStoreInstruction && !scope.contains(step.at))
                    .forEach(_ -> breaches.add("writes outside of the parallel loop"));
        }

        private static boolean isConstant(Step step, int value) {
            return step.instruction instanceof ConstantInstruction constant && constant.constantValue().equals(value);
        }

        private static boolean loads(Step step, int slot) {
            return step.instruction instanceof LoadInstruction load && load.slot() == slot;
        }

        private static boolean changes(Step step, int slot) {
            return step.instruction instanceof IncrementInstruction increment && increment.slot() == slot
                    || step.instruction instanceof StoreInstruction store && store.slot() == slot;
        }
    }
}
