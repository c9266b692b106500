package io.lota4j.internal.ticket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.DType;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.checkpoint.ModelFiles;
import io.lota4j.internal.checkpoint.TensorSource;
import io.lota4j.internal.checkpoint.TestModels;
import io.lota4j.mask.Pool;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.Tickets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a ticket does not carry is named, and refused where the tuned model could not be made again.
class OthersTest {
    private static final String HEAD = "lm_head.weight";
    private static final String EMBEDDING = "model.embed_tokens.weight";
    private static final TensorSource MATRIX = floats("mlp.weight", Shape.of(1, 2), 1, 2);

    @TempDir
    private Path directory;

    private static TensorSource floats(String name, Shape shape, float... values) {
        return TensorSource.ofFloats(name, shape, values);
    }

    private static TensorSource bytes(String name, int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return TensorSource.ofBytes(name, DType.U8, Shape.of(values.length), bytes);
    }

    private Ticket extract(Pool pool, List<TensorSource> before, List<TensorSource> after) throws IOException {
        Path base = TestModels.model(directory.resolve("base"), before, 1);
        Path tuned = TestModels.model(directory.resolve("tuned"), after, 1);
        try (Checkpoint from = Checkpoint.open(base);
                Checkpoint to = Checkpoint.open(tuned)) {
            return Tickets.extract(from, to, OptionalDouble.empty(), pool);
        }
    }

    private static List<TensorSource> with(TensorSource... more) {
        return Stream.concat(Stream.of(MATRIX), Arrays.stream(more)).toList();
    }

    private void refuses(Pool pool, List<TensorSource> before, List<TensorSource> after, String... parts) {
        var refused = assertThatThrownBy(() -> extract(pool, before, after)).isInstanceOf(LotaException.class);
        for (String part : parts) {
            refused.hasMessageContaining(part);
        }
    }

    @Test
    void rowsThatOneModelAloneHas() throws IOException {
        List<TensorSource> before = with(floats(EMBEDDING, Shape.of(2, 1), 1, 2));
        List<TensorSource> after = with(floats(EMBEDDING, Shape.of(3, 1), 1, 2, 3));
        String misfit = "tensor 'model.embed_tokens.weight' has shape [2, 1] in the base, but [3, 1]";
        refuses(Pool.standard(), before, after, misfit, "excludes these by name (model.embed_tokens.weight)");
        refuses(Pool.all(), before, after, misfit);
        Ticket ticket = extract(Pool.parse("all", "embed_tokens"), before, after);
        assertThat(ticket.info().provenance()).containsEntry("changed_outside_pool", EMBEDDING);
    }

    @Test
    void tensorsAndBuffersThatDiffer() throws IOException {
        refuses(
                Pool.all(),
                with(bytes("ids", 1, 2), bytes("same", 1)),
                with(bytes("ids", 1, 3), bytes("same", 1), floats("layers.2.norm", Shape.of(1), 1)),
                "tensor 'ids' is U8 in the base and U8, and differs",
                "tensor 'layers.2.norm' is only in ",
                "(ids,layers.2.norm)");
        refuses(
                Pool.all(),
                with(floats("v", Shape.of(2), 1, 2)),
                with(bytes("v", 1, 2)),
                "'v' is F32 in the base and U8");
        assertThat(extract(Pool.all(), with(bytes("ids", 1)), with(bytes("ids", 1)))
                        .nnz())
                .isZero();
        TensorSource buffer = floats("layers.0.rotary_emb.inv_freq", Shape.of(1), 1);
        assertThat(extract(Pool.all(), with(), with(buffer)).info().provenance())
                .containsEntry("changed_tensors_outside_pool", "0");
        assertThat(extract(Pool.standard(), with(buffer), with()).info().provenance())
                .containsEntry("changed_tensors_outside_pool", "0");
    }

    @Test
    void headsThatAreTheEmbedding() throws IOException {
        TensorSource embedding = floats(EMBEDDING, Shape.of(2, 1), 1, 2);
        TensorSource changed = floats(EMBEDDING, Shape.of(2, 1), 1, 5);
        TensorSource head = floats(HEAD, Shape.of(2, 1), 1, 2);
        assertThat(extract(Pool.all(), with(embedding), with(embedding, head)).nnz())
                .isZero();
        refuses(
                Pool.all(),
                with(embedding),
                with(embedding, floats(HEAD, Shape.of(2, 1), 1, 3)),
                "tensor 'lm_head.weight' is only in ");
        assertThat(extract(Pool.all(), with(embedding, head), with(embedding)).nnz())
                .isZero();
        // A model without a head uses its embedding: the base's head becomes it.
        Ticket ticket = extract(Pool.all(), with(embedding, head), with(changed));
        assertThat(ticket.tensor(HEAD).values()).containsExactly(3);
        assertThat(ticket.tensor(EMBEDDING).values()).containsExactly(3);
    }

    @Test
    void namesWhatDiffersOutsideThePool() throws IOException {
        List<TensorSource> before = with(floats("a.norm", Shape.of(1), 1), floats("b.norm", Shape.of(1), 1));
        List<TensorSource> after = with(floats("a.norm", Shape.of(1), 2), floats("b.norm", Shape.of(1), 1));
        assertThat(extract(Pool.standard(), before, after).info().provenance())
                .containsEntry("changed_tensors_outside_pool", "1")
                .containsEntry("changed_outside_pool", "a.norm");
    }

    @Test
    void namesOtherFilesThatDiffer() throws IOException {
        Path one = TestModels.model(directory.resolve("one"), with(), 1);
        Path two = TestModels.model(directory.resolve("two"), with(), 1);
        Files.writeString(two.resolve("config.json"), "{\"torch_dtype\": \"float32\", \"model_type\": \"llama\"}");
        Files.writeString(two.resolve("README.md"), "another");
        try (Checkpoint base = Checkpoint.open(one);
                Checkpoint tuned = Checkpoint.open(two)) {
            assertThat(ModelFiles.differing(base, tuned)).isEmpty();
            Files.writeString(two.resolve("tokenizer.json"), "{\"a\": 1}");
            Files.writeString(one.resolve("chat_template.jinja"), "");
            Files.writeString(two.resolve("config.json"), "{\"model_type\": \"llama\", \"vocab_size\": 3}");
            assertThat(ModelFiles.differing(base, tuned))
                    .containsExactly("chat_template.jinja", "config.json", "tokenizer.json");
        }
    }
}
