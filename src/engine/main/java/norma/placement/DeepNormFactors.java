package norma.placement;

/// The factors of DeepNorm for a stack of blocks (Wang et al. 2022, arXiv 2203.00555, figure 2).
///
/// @param alpha on the skip
/// @param beta on first values
public record DeepNormFactors(float alpha, float beta) {

    /// A stack alone, of L blocks, encoder or decoder: alpha = (2 L)^(1/4), beta = (8 L)^(-1/4).
    public static DeepNormFactors alone(int layers) {
        return of(Math.pow(2.0 * layers, 0.25), Math.pow(8.0 * layers, -0.25));
    }

    /// An encoder of N blocks before a decoder of M: alpha = 0.81 (N^4 M)^(1/16), beta = 0.87 (N^4 M)^(-1/16).
    public static DeepNormFactors encoder(int encoder, int decoder) {
        double root = Math.pow(Math.pow(encoder, 4) * decoder, 1.0 / 16);
        return of(0.81 * root, 0.87 / root);
    }

    /// A decoder of M blocks that reads from an encoder: alpha = (3 M)^(1/4), beta = (12 M)^(-1/4).
    public static DeepNormFactors decoder(int decoder) {
        return of(Math.pow(3.0 * decoder, 0.25), Math.pow(12.0 * decoder, -0.25));
    }

    private static DeepNormFactors of(double alpha, double beta) {
        return new DeepNormFactors((float) alpha, (float) beta);
    }
}
