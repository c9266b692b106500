package io.lota4j.ticket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.DType;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.checkpoint.Floats;
import io.lota4j.internal.checkpoint.TensorSource;
import io.lota4j.internal.checkpoint.TestModels;
import io.lota4j.mask.Pool;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.roaringbitmap.RoaringBitmap;

/// What applying and reverting write beside the changed weights, in which type, and what they say was lost.
class ApplyTest {
    @TempDir
    private Path directory;

    private Path out;
    private Path back;

    @BeforeEach
    void name() {
        out = directory.resolve("out");
        back = directory.resolve("back");
    }

    private Path model(DType dtype, int shards) throws IOException {
        Path model = TestModels.model(directory.resolve("base"), TestModels.weights(dtype, false, 1), shards);
        Files.writeString(
                model.resolve("config.json"),
                "{\"model_type\": \"llama\", \"torch_dtype\": \"bfloat16\", \"scale\": 1e400,"
                        + " \"_name_or_path\": \"org/small-1\", \"tie_word_embeddings\": false,"
                        + " \"text_config\": {\"dtype\":\"bfloat16\", \"tie_word_embeddings\": false}}");
        return model;
    }

    @Test
    void leavesOutWhatIsNoPartOfTheModel() throws IOException {
        Path model = model(DType.BF16, 1);
        for (String folder : List.of(".git", "checkpoint-500", "1_Pooling")) {
            Files.createDirectories(model.resolve(folder));
            Files.writeString(model.resolve(folder).resolve("model.safetensors"), "");
        }
        List<String> others = List.of(
                ".gitattributes",
                "README.md",
                "adapter_config.json",
                "adapter_model.bin",
                "consolidated.00.pth",
                "consolidated.safetensors",
                "flax_model.msgpack",
                "model.gguf",
                "model.onnx",
                "model.onnx_data",
                "model.safetensors.index.json",
                "optimizer.pt",
                "pytorch_model-00001-of-00002.bin",
                "pytorch_model.bin.index.json",
                "tf_model.h5",
                "trainer_state.json");
        for (String name : others) {
            Files.writeString(model.resolve(name), "---\nlicense: mit\ntags: [a]\n---\nthe base's own\n");
        }
        for (String name : List.of("LICENSE", "merges.txt", "modeling_own.py")) {
            Files.writeString(model.resolve(name), "its text");
        }
        Ticket ticket;
        List<String> left;
        try (Checkpoint base = Checkpoint.open(model)) {
            ticket = RandomTickets.wild(base, 1);
            left = Tickets.apply(base, ticket, out).leftOut();
        }
        assertThat(left).containsAll(others).contains(".git/", "checkpoint-500/", "1_Pooling/", "original/");
        assertThat(left).hasSize(others.size() + 4);
        List<String> kept = List.of(
                "LICENSE", "config.json", "merges.txt", "model.safetensors", "modeling_own.py", "tokenizer.json");
        assertThat(Trees.files(out)).contains("README.md").containsAll(kept).hasSize(kept.size() + 1);
        assertThat(Files.readString(out.resolve("README.md")))
                .startsWith("---\nbase_model: org/small-1\nbase_model_relation: finetune\nlicense: mit\n")
                .contains("| source | random |", ticket.info().base())
                .doesNotContain("the base's own", directory.toString());

        assertThat(Tickets.revert(out, ticket, back)).containsExactly("README.md");
        assertThat(Trees.files(back)).containsExactlyInAnyOrderElementsOf(kept);
    }

    @Test
    void aLinkToNothingIsNamed() throws IOException {
        Path model = model(DType.BF16, 1);
        Files.createSymbolicLink(model.resolve("vocab.json"), directory.resolve("gone"));
        try (Checkpoint base = Checkpoint.open(model)) {
            assertThatThrownBy(() -> Tickets.apply(base, RandomTickets.wild(base, 1), out))
                    .isInstanceOf(LotaException.class)
                    .hasMessageStartingWith(model.resolve("vocab.json") + " is a link to ")
                    .hasMessageContaining(", which is not there.");
        }
        assertThat(out).doesNotExist();
    }

    @Test
    void saysWhatRoundingLost() throws IOException {
        // 2^-9 is half a unit of a BF16 1: a tie, which goes back to 1. 2^-7 is a unit, and 3 * 2^-9 rounds to one.
        float unit = 0x1p-7f;
        Path model = TestModels.model(
                directory.resolve("base"), List.of(ones("mlp.weight", DType.BF16, 4), ones("x", DType.BF16, 2)), 1);
        try (Checkpoint base = Checkpoint.open(model)) {
            float[] deltas = {unit / 4, unit, unit * 3 / 4, 0};
            Ticket ticket = ticket(base, "mlp.weight", deltas);
            Effect effect = Tickets.apply(base, ticket, out).effect();
            assertThat(effect.entries()).isEqualTo(4);
            assertThat(effect.changed()).isEqualTo(2);
            assertThat(effect.vanished()).isEqualTo(1);
            assertThat(effect.lost()).isEqualTo((1 + 1) / (1.0 + 16 + 9));
            assertThat(Tickets.effect(base, ticket, Optional.empty())).isEqualTo(effect);

            Effect wide = Tickets.apply(base, ticket, Optional.of(DType.F32), directory.resolve("wide"))
                    .effect();
            assertThat(wide.changed()).isEqualTo(3);
            assertThat(wide.vanished()).isZero();
            assertThat(wide.lost()).isZero();
            assertThat(Tickets.effect(base, ticket, Optional.of(DType.F32))).isEqualTo(wide);
        }
    }

    @Test
    void tellsWeightsThatBecomeInfinite() throws IOException {
        Path model = TestModels.model(directory.resolve("base"), List.of(ones("mlp.weight", DType.BF16, 1)), 1);
        try (Checkpoint base = Checkpoint.open(model)) {
            Ticket ticket = ticket(base, "mlp.weight", 100_000);
            assertThat(Tickets.effect(base, ticket, Optional.of(DType.F16)).overflowed())
                    .isEqualTo(1);
            assertThat(Tickets.effect(base, ticket, Optional.empty()).overflowed())
                    .isZero();
        }
    }

    private static TensorSource ones(String name, DType dtype, int count) {
        byte[] bytes = new byte[count * dtype.size()];
        for (int i = 0; i < count; i++) {
            Floats.set(dtype, MemorySegment.ofArray(bytes), i, 1);
        }
        return TensorSource.ofBytes(name, dtype, Shape.of(1, count), bytes);
    }

    private static Ticket ticket(Checkpoint base, String name, float... deltas) {
        TicketInfo info = new TicketInfo(base.fingerprint().hex(), "all", "global", OptionalDouble.empty(), Map.of());
        RoaringBitmap index = RoaringBitmap.bitmapOfRange(0, deltas.length);
        DType type = base.info(name).dtype();
        TicketTensor tensor = new TicketTensor(base.info(name).shape(), DType.F32, index, deltas, type);
        return Tickets.withBaseBits(base, new Ticket(info, Map.of(name, tensor)));
    }

    @ParameterizedTest
    @CsvSource({"BF16, F32, 1", "BF16, F32, 3", "F16, F32, 2", "F32, BF16, 1", "F32, F16, 2"})
    void writesAllWeightsAsAnotherType(DType from, DType to, int shards) throws IOException {
        Path model = model(from, shards);
        Ticket ticket;
        try (Checkpoint base = Checkpoint.open(model)) {
            ticket = RandomTickets.wild(base, 1);
            Tickets.apply(base, ticket, Optional.of(to), out);
            try (Checkpoint tuned = Checkpoint.open(out)) {
                assertThat(tuned.shardFiles()).hasSize(shards);
                for (String name : base.tensors().keySet()) {
                    assertThat(tuned.info(name).dtype()).isEqualTo(to);
                    float[] expected = floats(base, name);
                    TicketTensor changes = ticket.tensors().get(name);
                    if (changes != null) {
                        changes.forEach((position, index) -> expected[index] += changes.values()[position]);
                    }
                    float[] rounded = new float[expected.length];
                    MemorySegment elements = MemorySegment.ofArray(new byte[expected.length * to.size()]);
                    Floats.fromF32(MemorySegment.ofArray(expected), to, elements);
                    Floats.toF32(to, elements, MemorySegment.ofArray(rounded));
                    assertThat(floats(tuned, name)).as(name).isEqualTo(rounded);
                }
            }
        }
        String word = Map.of(DType.F32, "float32", DType.BF16, "bfloat16", DType.F16, "float16")
                .get(to);
        assertThat(Files.readString(out.resolve("config.json")))
                .isEqualTo(Files.readString(model.resolve("config.json")).replace("bfloat16", word));
        if (to == DType.F32) {
            Tickets.revert(out, ticket, back);
            try (Checkpoint base = Checkpoint.open(model);
                    Checkpoint restored = Checkpoint.open(back)) {
                assertThat(restored.fingerprint()).isEqualTo(base.fingerprint());
                assertThat(restored.metadata(restored.shardFiles().getFirst()))
                        .isEqualTo(base.metadata(base.shardFiles().getFirst()));
            }
            String name = from == DType.F16 ? "float16" : "bfloat16";
            assertThat(Files.readString(back.resolve("config.json"))).contains("\"torch_dtype\": \"" + name + "\"");
        } else {
            assertThatThrownBy(() -> Tickets.revert(out, ticket, back))
                    .isInstanceOf(LotaException.class)
                    .hasMessageEndingWith(
                            "its weights are of a narrower type than the base's, which it does not give back.");
        }
    }

    /// Norms that a base keeps as F32 beside matrices of BF16 come back as F32.
    @Test
    void typesOfTheBaseComeBackOneByOne() throws IOException {
        Path model = TestModels.model(
                directory.resolve("base"),
                List.of(
                        ones("mlp.weight", DType.BF16, 4),
                        ones("norm", DType.F32, 4),
                        ones("other", DType.F16, 3),
                        TensorSource.ofBytes("ids", DType.I64, Shape.of(1), new byte[8])),
                1);
        Ticket ticket;
        String fingerprint;
        try (Checkpoint base = Checkpoint.open(model)) {
            fingerprint = base.fingerprint().hex();
            ticket = ticket(base, "mlp.weight", 1, 2, 3);
            Tickets.apply(base, ticket, Optional.of(DType.F32), out);
        }
        // What was made so can be a base itself, and what it says of its own base is not taken for the second one's.
        try (Checkpoint second = Checkpoint.open(out)) {
            assertThat(second.info("ids").dtype()).isEqualTo(DType.I64);
            Ticket more = ticket(second, "other", 5, 6, 7);
            Tickets.apply(second, more, directory.resolve("third"));
            Tickets.revert(directory.resolve("third"), more, directory.resolve("second"));
            try (Checkpoint restored = Checkpoint.open(directory.resolve("second"))) {
                assertThat(restored.fingerprint()).isEqualTo(second.fingerprint());
            }
        }
        Tickets.revert(out, ticket, back);
        try (Checkpoint restored = Checkpoint.open(back)) {
            assertThat(restored.fingerprint().hex()).isEqualTo(fingerprint);
        }
    }

    @Test
    void refusesTypesThatAreNone() throws IOException {
        try (Checkpoint base = Checkpoint.open(model(DType.F32, 1))) {
            Ticket ticket = Tickets.extract(base, base, OptionalDouble.empty(), Pool.all());
            assertThatThrownBy(() -> Tickets.apply(base, ticket, Optional.of(DType.I8), out))
                    .isInstanceOf(LotaException.class)
                    .hasMessage("Weights are written as F32, BF16 or F16, not as I8.");
        }
    }

    private static float[] floats(Checkpoint checkpoint, String name) {
        float[] floats = new float[Math.toIntExact(checkpoint.info(name).shape().numel())];
        checkpoint.read(name, MemorySegment.ofArray(floats));
        return floats;
    }
}
