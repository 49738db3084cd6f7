package norma.lab.plot;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import norma.data.Corpus;

/// A picture of one page of `docs/norm`, computed by the engine. The same command draws the same picture.
public interface Plot {

    /// All of them.
    ///
    /// @param corpus what language models read
    static List<Plot> all(Corpus corpus) {
        return List.of(new BatchNormPlot(), new LayerNormPlot(), new RmsNormPlot(), new GroupNormPlot(),
                new InstanceNormPlot(),
                new WeightNormPlot(), new SpectralNormPlot(), new DynamicTanhPlot(), new QkNormPlot(),
                new PublishedNormFormerPlot(corpus), new AdaptiveNormFormerPlot(), new DeepNormPlot());
    }

    /// The page's name.
    String name();

    /// Computes what is to be seen, and writes it as an SVG.
    void write(Path file) throws IOException;
}
