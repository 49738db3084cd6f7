package norma.lab.console;

import picocli.CommandLine.IVersionProvider;

/// The version of this build, which Maven writes into a file.
public final class Version implements IVersionProvider {

    /// For picocli, which makes one.
    public Version() {
    }

    /// As `norma --version` prints it.
    public static String text() {
        return "norma " + Page.text(Version.class.getResourceAsStream("version.txt"), "version.txt").strip();
    }

    @Override
    public String[] getVersion() {
        return new String[] {text()};
    }
}
