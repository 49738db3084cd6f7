package norma.tornado.code;

import java.util.Arrays;
import java.util.function.IntSupplier;

/// A class for each law of kernel code, which breaks it.
@SuppressWarnings("unused")
final class Bad {
    private Bad() {
    }

    static final class Shift {
        static int f(int x) {
            return x >>> 1;
        }
    }

    static final class LongShift {
        static long f(long x) {
            return x >>> 1;
        }
    }

    static final class Throw {
        static int f(RuntimeException e) {
            throw e;
        }
    }

    static final class Catch {
        static int f(int x) {
            try {
                return 1 / x;
            } catch (ArithmeticException e) {
                return 0;
            }
        }
    }

    static final class OrEqual {
        static float f(float x) {
            return x <= 0 ? 0 : x;
        }
    }

    static final class Root {
        static float f(double x) {
            return (float) Math.sqrt(x);
        }
    }

    static final class Length {
        static int f(float[] x) {
            return x.length;
        }
    }

    static final class Monitor {
        static int f(float[] x) {
            synchronized (x) {
                return 1;
            }
        }
    }

    static final class Lambda {
        static IntSupplier f(int x) {
            return () -> x;
        }
    }

    static final class Instance {
        static Object f() {
            return new Object();
        }
    }

    static final class Doubles {
        static double f() {
            double[] x = new double[2];
            return x[0];
        }
    }

    static final class VariableSize {
        static float f(int n) {
            float[] x = new float[n];
            return x[0];
        }
    }

    static final class StaticArray {
        private static final float[] TABLE = {1, 2};

        static float f(int i) {
            return TABLE[i];
        }
    }

    static final class StaticWrite {
        private static int calls;

        static void f() {
            calls = 1;
        }
    }

    static final class Fma {
        static float f(float x) {
            return Math.fma(x, x, x);
        }
    }

    static final class Library {
        static void f(float[] x) {
            Arrays.fill(x, 0);
        }
    }

    static final class Recursion {
        static int f(int n) {
            return n == 0 ? 0 : f(n - 1);
        }
    }

    static final class NotANumber {
        static float f() {
            return Float.NaN;
        }
    }

    static final class Infinity {
        static double f() {
            return -1 / 0.0;
        }
    }

    static final class Text {
        static String f() {
            return "text";
        }
    }

    static final class BooleanVariable {
        static float f(float x) {
            boolean positive = x > 0;
            return positive ? x : 0;
        }
    }

    static final class MethodName {
        static float sqrt(float x) {
            return x;
        }
    }

    static final class ParameterName {
        static float f(float constant) {
            return constant;
        }
    }

    static final class NotStatic {
        float f(float x) {
            return x;
        }
    }

    static final class ReturnFromLoop {
        static int f(int[] x) {
            for (int i = 0; i < x[0]; i++) {
                if (x[i] == 0) {
                    return i;
                }
            }
            return -1;
        }
    }

    static final class Sequential {
        public static void f(float[] s, int[] m) {
            for (int i = 0; i < m[0]; i++) {
                s[i] = i;
            }
        }
    }

    static final class TwoLoops {
        public static void f(float[] s, int[] m) {
            for (@Parallel
            int i = 0; i < m[0]; i++) {
                s[i] = i;
            }
            for (@Parallel
            int i = 0; i < m[0]; i++) {
                s[i] = i;
            }
        }
    }

    static final class ParallelHelper {
        static void f(float[] s, int n) {
            for (@Parallel
            int i = 0; i < n; i++) {
                s[i] = i;
            }
        }
    }

    static final class OtherBound {
        public static void f(float[] s, int[] m) {
            for (@Parallel
            int i = 0; i < m[1]; i++) {
                s[i] = i;
            }
        }
    }

    static final class OtherBegin {
        public static void f(float[] s, int[] m) {
            for (@Parallel
            int i = 1; i < m[0]; i++) {
                s[i] = i;
            }
        }
    }

    static final class OtherStep {
        public static void f(float[] s, int[] m) {
            for (@Parallel
            int i = 0; i < m[0]; i += 2) {
                s[i] = i;
            }
        }
    }

    static final class WriteOutside {
        public static void f(float[] s, int[] m) {
            s[m[1]] = 0;
            for (@Parallel
            int i = 0; i < m[0]; i++) {
                s[i] = i;
            }
        }
    }
}
