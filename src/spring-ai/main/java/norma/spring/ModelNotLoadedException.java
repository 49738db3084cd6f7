package norma.spring;

/// The model that an application's properties name can't be loaded.
final class ModelNotLoadedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    ModelNotLoadedException(String message) {
        super(message);
    }

    ModelNotLoadedException(String message, Exception cause) {
        super(message, cause);
    }
}
