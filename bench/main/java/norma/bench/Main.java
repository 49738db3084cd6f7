package norma.bench;

/// `norma bench`: runs the JMH suites; the arguments are those of JMH.
public final class Main {
    private Main() {
    }

    /// Runs the suites that the arguments name, all of them if none is named.
    public static void main(String[] args) throws Exception {
        org.openjdk.jmh.Main.main(args);
    }
}
