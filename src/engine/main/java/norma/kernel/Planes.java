package norma.kernel;

/// How x (N, C, ...) falls into statistics: channels in groups of consecutive ones, a plane of `inner` elements in one piece
/// for each example and channel.
///
///     batch norm      (N, C, HW)   one group a channel, over the batch       C statistics of N HW elements
///     instance norm   (N, C, HW)   one group a channel, for each example     N C statistics of HW elements
///     group norm      (N, C, HW)   G groups, for each example                N G statistics of C/G HW elements
///
/// The part of a statistic that lies in one example is a run of `width() * inner` elements in one piece.
///
/// @param batch N
/// @param channels C
/// @param inner elements of a plane: the product of the axes after the channel
/// @param groups G, a divisor of C
/// @param acrossBatch whether all examples share their statistics
public record Planes(int batch, int channels, int inner, int groups, boolean acrossBatch) {

    /// Checks that the groups are equal.
    public Planes {
        if (groups < 1 || channels % groups != 0) {
            throw new IllegalArgumentException(
                    "Planes: groups must divide the channels; got %d channels in %d groups".formatted(channels,
                            groups));
        }
    }

    /// Channels of a group.
    public int width() {
        return channels / groups;
    }

    /// Elements of a run: what one example has of a statistic.
    public int run() {
        return width() * inner;
    }

    /// Number of runs, N G.
    public int runs() {
        return batch * groups;
    }

    /// Number of statistics.
    public int statistics() {
        return acrossBatch ? groups : runs();
    }

    /// The statistic that a run belongs to.
    public int statisticOf(int run) {
        return acrossBatch ? run % groups : run;
    }

    /// Elements of a statistic.
    public int count() {
        return acrossBatch ? batch * run() : run();
    }
}
