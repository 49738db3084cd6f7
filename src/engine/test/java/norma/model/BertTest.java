package norma.model;

import static norma.tensor.Numbers.assertBits;
import static norma.tensor.Numbers.assertClose;
import static norma.tensor.Numbers.assertSays;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import norma.kernel.Activation;
import norma.nn.Context;
import norma.nn.Init;
import norma.nn.ParameterTree;
import norma.nn.Rotary;
import norma.placement.NormedEntry;
import norma.tensor.Indices;
import norma.tensor.Tape;
import norma.tensor.Tensor;
import org.junit.jupiter.api.Test;

class BertTest {
    private static final SelfAttention GLOBAL = SelfAttention.of(2, 4).withBias(false).with(Rotary.HALVES);
    private static final SelfAttention LOCAL = GLOBAL.withWindow(1);

    private static BertConfig config(TransformerConfig stack) {
        return new BertConfig(TextEmbedding.Config.of(20, 5).with(stack.norm()).withProjection(), 30, stack);
    }

    private static TransformerConfig stack(int layers) {
        return TransformerConfig.of(6, 1, layers).with(GLOBAL)
                .with(FeedForward.gated(7, Activation.GELU_ERF).withBias(false));
    }

    private static Indices ids(int... ids) {
        return Indices.of(ids, 1, ids.length);
    }

    private static Set<String> names(Bert bert) {
        return ParameterTree.of(bert).params().keySet();
    }

    @Test
    void sharedBlocksHaveOneSetOfParameters() {
        TransformerConfig four = stack(4).withSharing(2);
        Bert bert = Bert.of(config(four), new Init(1));
        assertEquals(Set.of("0", "2"), names(bert).stream().filter(name -> name.startsWith("blocks."))
                .map(name -> name.split("\\.")[1]).collect(Collectors.toSet()));
        Tensor y = bert.forward(ids(3, 1, 4), Context.NONE);
        List<?> blocks = bert.transformer().blocks();
        assertTrue(blocks.get(0) == blocks.get(1) && blocks.get(2) == blocks.get(3) && blocks.get(1) != blocks.get(2));
        try (Tape _ = Tape.inference()) {
            assertBits(y.copy(), bert.infer(ids(3, 1, 4), ids(0, 0, 0), Context.NONE).copy());
        }
        assertSays(assertThrows(IllegalArgumentException.class,
                () -> four.with(List.of(LOCAL, GLOBAL))), "share");
        assertSays(assertThrows(IllegalArgumentException.class, () -> new GptConfig(20, 30, four, true, false)),
                "share");
    }

    /// With a window of one, what is two tokens away takes two blocks to be seen.
    @Test
    void attentionsTakeTurns() {
        Bert local = Bert.of(config(stack(2).with(LOCAL)), new Init(2));
        Bert mixed = Bert.of(config(stack(2).with(List.of(LOCAL, GLOBAL))), new Init(2));
        int[] far = {1, 2, 3, 4, 5}, other = {1, 2, 3, 4, 6};
        assertClose(first(local, far), first(local, other), 0);
        assertTrue(first(mixed, far).subtract(first(mixed, other)).abs().max().item() > 1e-6f);
    }

    private static Tensor first(Bert bert, int... ids) {
        return bert.forward(ids(ids), Context.NONE).slice(1, 0, 1).copy();
    }

    @Test
    void headsMayBeWiderThanTheStream() {
        Bert bert = Bert.of(config(stack(1)), new Init(3));
        assertEquals("(8, 6)", ParameterTree.of(bert).params().get("blocks.0.attention.f.query.weight").shape()
                .toString());
    }

    @Test
    void oneTableOfDistancesServesAllBlocks() {
        SelfAttention buckets = SelfAttention.of(2, 4).withBuckets(8);
        Bert bert = Bert.of(config(stack(3).with(buckets)), new Init(4));
        assertEquals(1, names(bert).stream().filter(name -> name.endsWith("distances.table")).count());
    }

    @Test
    void behindNormedEmbeddingsTheFirstAttentionHasNoNorm() {
        TransformerConfig plain = stack(2);
        Bert bert = Bert.of(config(plain.with(plain.norm(), new NormedEntry())), new Init(5));
        assertTrue(names(bert).contains("blocks.1.attention.norm.gamma"));
        assertTrue(names(bert).contains("blocks.0.mlp.norm.gamma"));
        assertTrue(names(bert).stream().noneMatch(name -> name.startsWith("blocks.0.attention.norm")));
    }

    @Test
    void sizesThatDoNotFitAreRefused() {
        TransformerConfig stack = stack(1);
        assertSays(assertThrows(IllegalArgumentException.class,
                () -> new BertConfig(TextEmbedding.Config.of(20, 5), 30, stack)), "must be projected");
        assertSays(assertThrows(IllegalArgumentException.class,
                () -> new BertConfig(TextEmbedding.Config.of(20, 6).withPositions(10, 2), 9, stack)), "8 positions");
        assertSays(assertThrows(IllegalArgumentException.class,
                () -> Bert.of(config(stack), new Init(1)).forward(ids(new int[31]), Context.NONE)), "30 tokens");
        assertSays(
                assertThrows(IllegalArgumentException.class, () -> stack.with(List.of(LOCAL, SelfAttention.of(3, 4)))),
                "same number of heads");
    }
}
