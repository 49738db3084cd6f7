package norma.tornado.code;

/// Attention by blocks of queries. The scores of a block lie in working memory as (B, H, Tk, R), R queries next to each other, so
/// that neighbours read and write neighbouring floats.
public final class AttentionCode {
    /// In the place of a weight or its gradient: the query does not see the key. No score and no gradient has this value.
    public static final float HIDDEN = -0x1.fffffep127f;

    private AttentionCode() {
    }

    /// The columns of (B, T, W) as rows: y (B, W, T).
    ///
    /// @param m B * W * T; x, y, T, W
    public static void columns(float[] s, int[] m) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            int t = i % m[3], c = i / m[3] % m[4], sequence = i / m[3] / m[4];
            s[m[2] + i] = s[m[1] + (sequence * m[3] + t) * m[4] + c];
        }
    }

    /// y[r, c] = sum over heads and t of a[r, t] * b[t, c] for each sequence and part (a head, or a group); a hidden a takes no part.
    /// An iteration computes 4 rows times 4 columns, which lie `lanes` apart.
    ///
    /// If later queries see more keys, t ends at r + `reach` (r is a query and t a key), begins at r - `back` (r is a key and t a
    /// query), or nothing is computed for r >= c + `width` (r is a key and c a query).
    ///
    /// @param m iterations; rows, columns, steps, lanes, parts; a, its distances by sequence and part, parts that share one, its
    ///         distances by row, t, head; b, its distances by sequence and part, parts that share one, its distances by t, head; y, its
    ///         distances by sequence, part, row; heads that are added up; 1 to add to y; reach, back, width
    /// @param f the value of a that is hidden, or NaN
    public static void products(float[] s, int[] m, float[] f) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            int rows = m[1], columns = m[2], lanes = m[4];
            int across = (columns + 4 * lanes - 1) / (4 * lanes) * lanes, down = (rows + 3) / 4;
            int lane = i % across, tile = i / across, part = tile / down % m[5], sequence = tile / down / m[5];
            int r = tile % down * 4;
            int c0 = lane / lanes * (4 * lanes) + lane % lanes, c1 = c0 + lanes, c2 = c1 + lanes, c3 = c2 + lanes;
            int a = m[6] + sequence * m[7] + part / m[9] * m[8];
            int b = m[13] + sequence * m[14] + part / m[16] * m[15];
            int y = m[19] + sequence * m[20] + part * m[21] + r * m[22];
            int a0 = a + r * m[10], a1 = a + Math.min(r + 1, rows - 1) * m[10],
                    a2 = a + Math.min(r + 2, rows - 1) * m[10], a3 = a + Math.min(r + 3, rows - 1) * m[10];
            int b0 = b + Math.min(c0, columns - 1), b1 = b + Math.min(c1, columns - 1),
                    b2 = b + Math.min(c2, columns - 1), b3 = b + Math.min(c3, columns - 1);
            int from = Math.max(0, r - m[26]);
            int to = r < c3 + m[27] ? Math.min(m[3], r + 3 + m[25]) : 0;
            float hidden = f[0];
            float y00 = 0, y01 = 0, y02 = 0, y03 = 0;
            float y10 = 0, y11 = 0, y12 = 0, y13 = 0;
            float y20 = 0, y21 = 0, y22 = 0, y23 = 0;
            float y30 = 0, y31 = 0, y32 = 0, y33 = 0;
            for (int head = 0; head < m[23]; head++) {
                for (int t = from; t < to; t++) {
                    int at = head * m[12] + t * m[11], bt = head * m[18] + t * m[17];
                    float x0 = s[a0 + at], x1 = s[a1 + at], x2 = s[a2 + at], x3 = s[a3 + at];
                    float z0 = s[b0 + bt], z1 = s[b1 + bt], z2 = s[b2 + bt], z3 = s[b3 + bt];
                    if (x0 != hidden) {
                        y00 += x0 * z0;
                        y01 += x0 * z1;
                        y02 += x0 * z2;
                        y03 += x0 * z3;
                    }
                    if (x1 != hidden) {
                        y10 += x1 * z0;
                        y11 += x1 * z1;
                        y12 += x1 * z2;
                        y13 += x1 * z3;
                    }
                    if (x2 != hidden) {
                        y20 += x2 * z0;
                        y21 += x2 * z1;
                        y22 += x2 * z2;
                        y23 += x2 * z3;
                    }
                    if (x3 != hidden) {
                        y30 += x3 * z0;
                        y31 += x3 * z1;
                        y32 += x3 * z2;
                        y33 += x3 * z3;
                    }
                }
            }
            int count = rows - r, apart = m[22], add = m[24];
            if (c0 < columns) {
                store(s, y + c0, apart, count, add, y00, y10, y20, y30);
            }
            if (c1 < columns) {
                store(s, y + c1, apart, count, add, y01, y11, y21, y31);
            }
            if (c2 < columns) {
                store(s, y + c2, apart, count, add, y02, y12, y22, y32);
            }
            if (c3 < columns) {
                store(s, y + c3, apart, count, add, y03, y13, y23, y33);
            }
        }
    }

    /// The first `count` of 4 values, `apart` floats from each other.
    private static void store(float[] s, int at, int apart, int count, int add, float y0, float y1, float y2,
            float y3) {
        s[at] = add == 0 ? y0 : s[at] + y0;
        if (count > 1) {
            s[at + apart] = add == 0 ? y1 : s[at + apart] + y1;
        }
        if (count > 2) {
            s[at + 2 * apart] = add == 0 ? y2 : s[at + 2 * apart] + y2;
        }
        if (count > 3) {
            s[at + 3 * apart] = add == 0 ? y3 : s[at + 3 * apart] + y3;
        }
    }

    /// The weights of a query take the place of its scores; its m and l.
    ///
    /// @param m B * H * R; R, Tk, keys that the block's first query sees, or Tk + R if all see all; H; scores, mask or -1,
    ///         bias or -1, its distances by sequence and head; normalizers, Tq, the block's first query, nothing,
    ///         the bias's distance by query
    /// @param f scale
    public static void weights(float[] s, int[] m, float[] f) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            int each = m[1], at = scoresOf(i, m), end = at + m[2] * each, normalizer = normalizerOf(i, m);
            float most = HIDDEN;
            for (int j = 0; j < m[2]; j++) {
                float score = score(s, m, f[0], i, j, s[at + j * each]);
                s[at + j * each] = score;
                most = score > most ? score : most;
            }
            float sum = 0;
            for (int x = at; x < end; x += each) {
                if (s[x] != HIDDEN) {
                    float weight = Maths.exponential(f[0] * (s[x] - most));
                    s[x] = weight;
                    sum += weight;
                }
            }
            for (int x = at; x < end; x += each) {
                if (s[x] != HIDDEN) {
                    s[x] = s[x] / sum;
                }
            }
            s[normalizer] = most;
            s[normalizer + m[11]] = sum;
        }
    }

    /// Backward of `weights`: P takes the place of the scores, and dS = scale * P * (dP - sum over j of P dP) that of dP, since
    /// dy y = dy sum over j of P v = sum over j of P dP.
    ///
    /// @param m as for `weights`, with dP instead of nothing
    /// @param f scale
    public static void slopes(float[] s, int[] m, float[] f) {
        for (@Parallel
        int i = 0; i < m[0]; i++) {
            int each = m[1], at = scoresOf(i, m), other = m[13] - m[5], normalizer = normalizerOf(i, m);
            float most = s[normalizer], sum = s[normalizer + m[11]];
            float mean = 0;
            for (int j = 0; j < m[2]; j++) {
                int x = at + j * each;
                float score = score(s, m, f[0], i, j, s[x]);
                float weight = HIDDEN;
                if (score != HIDDEN) {
                    weight = Maths.exponential(f[0] * (score - most)) / sum;
                    mean += weight * s[x + other];
                }
                s[x] = weight;
            }
            for (int j = 0; j < m[2]; j++) {
                int x = at + j * each;
                s[x + other] = s[x] == HIDDEN ? HIDDEN : f[0] * s[x] * (s[x + other] - mean);
            }
        }
    }

    /// Where the first score of query i of a block lies; its queries are counted over sequences and heads.
    private static int scoresOf(int i, int[] m) {
        return m[5] + i / m[1] * m[2] * m[1] + i % m[1];
    }

    private static int normalizerOf(int i, int[] m) {
        return m[10] + i / m[1] * 2 * m[11] + m[12] + i % m[1];
    }

    /// q k + bias / scale, or that the key is hidden.
    private static float score(float[] s, int[] m, float scale, int i, int j, float product) {
        int query = i % m[1], head = i / m[1] % m[4], sequence = i / m[1] / m[4];
        float score = product;
        if (m[7] >= 0) {
            score += s[m[7] + sequence * m[8] + head * m[9] + (m[12] + query) * m[14] + j] / scale;
        }
        if (m[6] >= 0) {
            score = s[m[6] + sequence * m[2] + j] == 0 ? HIDDEN : score;
        }
        return j >= query + m[3] || score < HIDDEN ? HIDDEN : score;
    }
}
