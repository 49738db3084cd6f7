package norma.tornado;

/// Placeholder.
public final class Tornado {
    private Tornado() {
    }
}
