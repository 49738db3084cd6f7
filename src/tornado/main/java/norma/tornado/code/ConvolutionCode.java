package norma.tornado.code;

/// Convolution of images. `m[1] ... m[12]` hold the geometry, as for [Windows].
///
/// An iteration computes four channels at four places of the batch's planes, which lie a quarter of all places apart, so that
/// neighbours read neighbouring places. Channels and places beyond the last are computed as the last and not written.
///
/// Each kernel writes its sixteen sums out: they must be scalars to stay in registers, and a helper gives back only one.
public final class ConvolutionCode {
    private static final int BATCH = 13, GROUPS = 14, CHANNELS = 15, OUT_CHANNELS = 16;
    private static final int X = 17, W = 18, Y = 19, BIAS = 20, PARTS = 20;

    private ConvolutionCode() {
    }

    /// y = x convolved with w, plus bias.
    ///
    /// @param m iterations: groups * ceil(out channels / 4) * ceil(batch * outputs / 4); geometry; batch, groups, channels and out
    ///     channels of a group; x, w, y, bias or -1
    public static void forward(float[] s, int[] m) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            int plane = Windows.plane(m), outputs = Windows.outPlane(m), taps = Windows.taps(m);
            int places = m[BATCH] * outputs, apart = (places + 3) / 4, fours = (m[OUT_CHANNELS] + 3) / 4;
            int p0 = i % apart, channel = i / apart % fours * 4, group = i / apart / fours;
            int p1 = Math.min(p0 + apart, places - 1), p2 = Math.min(p0 + 2 * apart, places - 1);
            int p3 = Math.min(p0 + 3 * apart, places - 1), rest = m[OUT_CHANNELS] - 1 - channel;
            int image = m[GROUPS] * m[CHANNELS] * plane, x = m[X] + group * m[CHANNELS] * plane;
            int w0 = m[W] + (group * m[OUT_CHANNELS] + channel) * m[CHANNELS] * taps;
            int w1 = w0 + Math.min(1, rest) * m[CHANNELS] * taps, w2 = w0 + Math.min(2, rest) * m[CHANNELS] * taps;
            int w3 = w0 + Math.min(3, rest) * m[CHANNELS] * taps;
            float c00 = 0, c01 = 0, c02 = 0, c03 = 0;
            float c10 = 0, c11 = 0, c12 = 0, c13 = 0;
            float c20 = 0, c21 = 0, c22 = 0, c23 = 0;
            float c30 = 0, c31 = 0, c32 = 0, c33 = 0;
            for (int tap = 0; tap < taps; tap++) {
                int at0 = seen(m, p0, tap, x, image), at1 = seen(m, p1, tap, x, image);
                int at2 = seen(m, p2, tap, x, image), at3 = seen(m, p3, tap, x, image);
                for (int c = 0; c < m[CHANNELS]; c++) {
                    int w = c * taps + tap;
                    float x0 = atOrZero(s, at0, c * plane), x1 = atOrZero(s, at1, c * plane);
                    float x2 = atOrZero(s, at2, c * plane), x3 = atOrZero(s, at3, c * plane);
                    float y0 = s[w0 + w];
                    c00 += y0 * x0;
                    c01 += y0 * x1;
                    c02 += y0 * x2;
                    c03 += y0 * x3;
                    float y1 = s[w1 + w];
                    c10 += y1 * x0;
                    c11 += y1 * x1;
                    c12 += y1 * x2;
                    c13 += y1 * x3;
                    float y2 = s[w2 + w];
                    c20 += y2 * x0;
                    c21 += y2 * x1;
                    c22 += y2 * x2;
                    c23 += y2 * x3;
                    float y3 = s[w3 + w];
                    c30 += y3 * x0;
                    c31 += y3 * x1;
                    c32 += y3 * x2;
                    c33 += y3 * x3;
                }
            }
            writeOutputs(s, m, group, channel, p0, c00, c01, c02, c03);
            writeOutputs(s, m, group, channel + 1, p0, c10, c11, c12, c13);
            writeOutputs(s, m, group, channel + 2, p0, c20, c21, c22, c23);
            writeOutputs(s, m, group, channel + 3, p0, c30, c31, c32, c33);
        }
    }

    /// dx = dy convolved with w transposed: each input looks at the outputs whose windows see it.
    ///
    /// @param m iterations: groups * ceil(channels / 4) * ceil(batch * inputs / 4); geometry; batch, groups, channels and out channels
    ///     of a group; dx, w, dy
    public static void inputGradient(float[] s, int[] m) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            int plane = Windows.plane(m), outputs = Windows.outPlane(m), taps = Windows.taps(m);
            int places = m[BATCH] * plane, apart = (places + 3) / 4, fours = (m[CHANNELS] + 3) / 4;
            int p0 = i % apart, channel = i / apart % fours * 4, group = i / apart / fours;
            int p1 = Math.min(p0 + apart, places - 1), p2 = Math.min(p0 + 2 * apart, places - 1);
            int p3 = Math.min(p0 + 3 * apart, places - 1), rest = m[CHANNELS] - 1 - channel;
            int image = m[GROUPS] * m[OUT_CHANNELS] * outputs, dy = m[Y] + group * m[OUT_CHANNELS] * outputs;
            int w0 = m[W] + (group * m[OUT_CHANNELS] * m[CHANNELS] + channel) * taps;
            int w1 = w0 + Math.min(1, rest) * taps, w2 = w0 + Math.min(2, rest) * taps;
            int w3 = w0 + Math.min(3, rest) * taps;
            float c00 = 0, c01 = 0, c02 = 0, c03 = 0;
            float c10 = 0, c11 = 0, c12 = 0, c13 = 0;
            float c20 = 0, c21 = 0, c22 = 0, c23 = 0;
            float c30 = 0, c31 = 0, c32 = 0, c33 = 0;
            for (int tap = 0; tap < taps; tap++) {
                int at0 = seeing(m, p0, tap, dy, image), at1 = seeing(m, p1, tap, dy, image);
                int at2 = seeing(m, p2, tap, dy, image), at3 = seeing(m, p3, tap, dy, image);
                for (int o = 0; o < m[OUT_CHANNELS]; o++) {
                    int w = o * m[CHANNELS] * taps + tap;
                    float x0 = atOrZero(s, at0, o * outputs), x1 = atOrZero(s, at1, o * outputs);
                    float x2 = atOrZero(s, at2, o * outputs), x3 = atOrZero(s, at3, o * outputs);
                    float y0 = s[w0 + w];
                    c00 += y0 * x0;
                    c01 += y0 * x1;
                    c02 += y0 * x2;
                    c03 += y0 * x3;
                    float y1 = s[w1 + w];
                    c10 += y1 * x0;
                    c11 += y1 * x1;
                    c12 += y1 * x2;
                    c13 += y1 * x3;
                    float y2 = s[w2 + w];
                    c20 += y2 * x0;
                    c21 += y2 * x1;
                    c22 += y2 * x2;
                    c23 += y2 * x3;
                    float y3 = s[w3 + w];
                    c30 += y3 * x0;
                    c31 += y3 * x1;
                    c32 += y3 * x2;
                    c33 += y3 * x3;
                }
            }
            writeInputs(s, m, group, channel, p0, c00, c01, c02, c03);
            writeInputs(s, m, group, channel + 1, p0, c10, c11, c12, c13);
            writeInputs(s, m, group, channel + 2, p0, c20, c21, c22, c23);
            writeInputs(s, m, group, channel + 3, p0, c30, c31, c32, c33);
        }
    }

    /// Sums of dw = sum over images and outputs of dy times the patch under the window: four channels of y by four of x, over every
    /// p-th output of the batch, where p is the number of parts. The parts of an element lie side by side.
    ///
    /// @param m iterations: groups * ceil(out channels / 4) * ceil(channels / 4) * taps * p; geometry; batch, groups, channels and out
    ///     channels of a group; x, sums, dy, p
    public static void weightGradient(float[] s, int[] m) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            int plane = Windows.plane(m), outputs = Windows.outPlane(m), taps = Windows.taps(m);
            int parts = m[PARTS], places = m[BATCH] * outputs;
            int part = i % parts, tap = i / parts % taps, block = i / parts / taps;
            int across = (m[CHANNELS] + 3) / 4, down = (m[OUT_CHANNELS] + 3) / 4;
            int c = block % across * 4, o = block / across % down * 4, group = block / across / down;
            int x0 = m[X] + (group * m[CHANNELS] + c) * plane, restX = m[CHANNELS] - 1 - c;
            int x1 = x0 + Math.min(1, restX) * plane, x2 = x0 + Math.min(2, restX) * plane;
            int x3 = x0 + Math.min(3, restX) * plane;
            int y0 = m[Y] + (group * m[OUT_CHANNELS] + o) * outputs, restY = m[OUT_CHANNELS] - 1 - o;
            int y1 = y0 + Math.min(1, restY) * outputs, y2 = y0 + Math.min(2, restY) * outputs;
            int y3 = y0 + Math.min(3, restY) * outputs;
            int imageX = m[GROUPS] * m[CHANNELS] * plane, imageY = m[GROUPS] * m[OUT_CHANNELS] * outputs;
            float c00 = 0, c01 = 0, c02 = 0, c03 = 0;
            float c10 = 0, c11 = 0, c12 = 0, c13 = 0;
            float c20 = 0, c21 = 0, c22 = 0, c23 = 0;
            float c30 = 0, c31 = 0, c32 = 0, c33 = 0;
            // image n, row r, column j of an output, and how far it is to the next of this part: no division in the loop
            int width = Windows.outWidth(m), height = Windows.outHeight(m);
            int n = part / outputs, r = part % outputs / width, j = part % width;
            int images = parts / outputs, rows = parts % outputs / width, columns = parts % width;
            for (int p = part; p < places; p += parts) {
                int input = Windows.input(m, r, j, tap);
                if (input >= 0) {
                    int in = n * imageX + input, out = n * imageY + r * width + j;
                    float f0 = s[x0 + in], f1 = s[x1 + in], f2 = s[x2 + in], f3 = s[x3 + in];
                    float g0 = s[y0 + out];
                    c00 += g0 * f0;
                    c01 += g0 * f1;
                    c02 += g0 * f2;
                    c03 += g0 * f3;
                    float g1 = s[y1 + out];
                    c10 += g1 * f0;
                    c11 += g1 * f1;
                    c12 += g1 * f2;
                    c13 += g1 * f3;
                    float g2 = s[y2 + out];
                    c20 += g2 * f0;
                    c21 += g2 * f1;
                    c22 += g2 * f2;
                    c23 += g2 * f3;
                    float g3 = s[y3 + out];
                    c30 += g3 * f0;
                    c31 += g3 * f1;
                    c32 += g3 * f2;
                    c33 += g3 * f3;
                }
                j += columns;
                int row = j >= width ? 1 : 0;
                j -= row * width;
                r += rows + row;
                int image = r >= height ? 1 : 0;
                r -= image * height;
                n += images + image;
            }
            writeSums(s, m, group, o, c, tap, part, c00, c01, c02, c03);
            writeSums(s, m, group, o + 1, c, tap, part, c10, c11, c12, c13);
            writeSums(s, m, group, o + 2, c, tap, part, c20, c21, c22, c23);
            writeSums(s, m, group, o + 3, c, tap, part, c30, c31, c32, c33);
        }
    }

    /// Adds up the parts of each element.
    ///
    /// @param m iterations: elements; sums, parts, to where
    public static void addParts(float[] s, int[] m) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            float sum = 0;
            for (int p = 0; p < m[2]; p++) {
                sum += s[m[1] + i * m[2] + p];
            }
            s[m[3] + i] = sum;
        }
    }

    /// Where the input lies that a tap sees at a place, in the first channel of the group at x; -1 in the padding.
    private static int seen(int[] m, int place, int tap, int x, int image) {
        int input = Windows.input(m, place % Windows.outPlane(m), tap);
        return input < 0 ? -1 : x + place / Windows.outPlane(m) * image + input;
    }

    /// Where the output lies that sees a place under a tap, in the first channel of the group at y; -1 if there is none.
    private static int seeing(int[] m, int place, int tap, int y, int image) {
        int output = Windows.output(m, place % Windows.plane(m), tap);
        return output < 0 ? -1 : y + place / Windows.plane(m) * image + output;
    }

    private static float atOrZero(float[] s, int at, int further) {
        float x = 0;
        if (at >= 0) {
            x = s[at + further];
        }
        return x;
    }

    private static void writeOutputs(float[] s, int[] m, int group, int channel, int p, float c0, float c1, float c2,
            float c3) {
        if (channel < m[OUT_CHANNELS]) {
            int o = group * m[OUT_CHANNELS] + channel;
            float b = 0;
            if (m[BIAS] >= 0) {
                b = s[m[BIAS] + o];
            }
            writeFour(s, m[Y], m[GROUPS] * m[OUT_CHANNELS], o, m[BATCH], Windows.outPlane(m), p, b + c0, b + c1,
                    b + c2, b + c3);
        }
    }

    private static void writeInputs(float[] s, int[] m, int group, int channel, int p, float c0, float c1, float c2,
            float c3) {
        if (channel < m[CHANNELS]) {
            writeFour(s, m[X], m[GROUPS] * m[CHANNELS], group * m[CHANNELS] + channel, m[BATCH], Windows.plane(m), p,
                    c0, c1, c2, c3);
        }
    }

    /// Writes one channel of images at four places.
    private static void writeFour(float[] s, int to, int channels, int channel, int batch, int plane, int p, float c0,
            float c1, float c2, float c3) {
        int places = batch * plane, apart = (places + 3) / 4;
        s[to + (p / plane * channels + channel) * plane + p % plane] = c0;
        int p1 = p + apart, p2 = p1 + apart, p3 = p2 + apart;
        if (p1 < places) {
            s[to + (p1 / plane * channels + channel) * plane + p1 % plane] = c1;
        }
        if (p2 < places) {
            s[to + (p2 / plane * channels + channel) * plane + p2 % plane] = c2;
        }
        if (p3 < places) {
            s[to + (p3 / plane * channels + channel) * plane + p3 % plane] = c3;
        }
    }

    /// Writes a part of the gradients of four channels of x.
    private static void writeSums(float[] s, int[] m, int group, int o, int c, int tap, int part, float c0, float c1,
            float c2, float c3) {
        if (o < m[OUT_CHANNELS]) {
            int further = Windows.taps(m) * m[PARTS];
            int at = m[W] + ((group * m[OUT_CHANNELS] + o) * m[CHANNELS] + c) * further + tap * m[PARTS] + part;
            s[at] = c0;
            if (c + 1 < m[CHANNELS]) {
                s[at + further] = c1;
            }
            if (c + 2 < m[CHANNELS]) {
                s[at + 2 * further] = c2;
            }
            if (c + 3 < m[CHANNELS]) {
                s[at + 3 * further] = c3;
            }
        }
    }
}
