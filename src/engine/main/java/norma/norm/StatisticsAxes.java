package norma.norm;

/// What the statistics of a method are taken over, for x (N, C, positions): the axes that one of them spans.
public enum StatisticsAxes {
    /// No statistics at all.
    NOTHING("nothing"),
    /// (C) at each position.
    FEATURES("features"),
    /// The first of C at each position.
    SOME_FEATURES("some features"),
    /// Positions of a channel of an example.
    POSITIONS("positions"),
    /// C / G channels and all positions of an example.
    GROUP("channels of a group, positions"),
    /// N and positions of a channel.
    BATCH("batch, positions"),
    /// Some of N, and positions of a channel.
    PART_OF_BATCH("part of the batch, positions"),
    /// Earlier examples, and positions of a channel.
    EARLIER("earlier examples, positions"),
    /// N and positions; C / G channels together, by their covariance.
    COVARIANCE("batch, positions; covariance of a group"),
    /// Several of the above, mixed.
    MIXED("a mixture"),
    /// A window on the channels at each position.
    NEIGHBOURING_CHANNELS("neighbouring channels"),
    /// A window on the positions of a channel.
    NEIGHBOURING_POSITIONS("neighbouring positions"),
    /// Positions of a channel, then these over the channels.
    POSITIONS_THEN_CHANNELS("positions, then channels"),
    /// Inputs of one output of a weight.
    INPUTS("inputs of an output of the weight"),
    /// The whole weight, as a matrix.
    WEIGHT("the weight");

    private final String words;

    StatisticsAxes(String words) {
        this.words = words;
    }

    @Override
    public String toString() {
        return words;
    }
}
