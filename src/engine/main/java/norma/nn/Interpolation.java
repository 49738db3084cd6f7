package norma.nn;

/// How [Upsample] finds a pixel between others.
public enum Interpolation {
    /// The pixel that the place lies in: floor(i H / H').
    NEAREST,
    /// The four around it, weighted by how near they are: the centre of pixel i lies at (i + 1/2) H / H' - 1/2, and there is nothing
    /// beyond the outermost centres.
    BILINEAR
}
