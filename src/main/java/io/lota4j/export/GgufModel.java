package io.lota4j.export;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.checkpoint.Floats;
import io.lota4j.internal.checkpoint.JsonKeys;
import io.lota4j.internal.checkpoint.JsonKeys.Null;
import io.lota4j.internal.checkpoint.TensorInfo;
import io.lota4j.internal.data.ModelJson;
import io.lota4j.internal.gguf.GgmlType;
import io.lota4j.internal.gguf.GgufTensor;
import io.lota4j.internal.gguf.GgufValues;
import io.lota4j.internal.model.Loadable;
import io.lota4j.internal.model.layer.Block;
import io.lota4j.internal.model.layer.Blocks;
import io.lota4j.internal.model.layer.Rope;
import io.lota4j.internal.model.layer.Step;
import io.lota4j.ticket.TicketTensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A base as llama.cpp has it: keys, and tensors in its names and layouts.
///
/// @param base open while tensors are written
/// @param blocks what it computes
/// @param weights names of those that it computes with
/// @param config keys of the text model
record GgufModel(Checkpoint base, GgufArchitecture architecture, Blocks blocks, Set<String> weights, JsonKeys config) {
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /// What two numbers may differ by that were computed in F32 from the same one.
    private static final double ALIKE = 1e-4;

    /// @throws LotaException when it is of an architecture, or has a setting, that is not written as GGUF here
    static GgufModel of(Checkpoint base) {
        JsonKeys whole = ModelJson.optional(base.directory(), Checkpoint.CONFIG);
        GgufArchitecture architecture = GgufArchitecture.of(whole);
        Loadable loadable = Loadable.of(base);
        JsonKeys text = whole.optionalObject("text_config", Null.ABSENT).orElse(whole);
        GgufModel model = new GgufModel(
                base,
                architecture,
                loadable.config().blocks(),
                loadable.weights().keySet(),
                text);
        model.requireUsual();
        return model;
    }

    /// What llama.cpp takes for granted of an architecture.
    private void requireUsual() {
        for (int i = 0; i < blocks.layers().size(); i++) {
            Step.Attend attention = blocks.layers().get(i).attention();
            if (!alike(attention.scale(), 1 / Math.sqrt(attention.head()))) {
                throw refused(Text.format(
                        "layer %d multiplies its scores by %s instead of one over the root of a head's width",
                        i, attention.scale()));
            }
            int expected = slides(i) ? attention.window() : 0;
            if (attention.window() != expected || (slides(i) && attention.window() != window())) {
                throw refused(Text.format(
                        "layer %d has a window of %d tokens, where llama.cpp's '%s' has %s",
                        i, attention.window(), architecture.name(), slides(i) ? "another" : "none"));
            }
        }
    }

    /// Which layers see a window of tokens only, as llama.cpp has it.
    private boolean slides(int layer) {
        return switch (architecture.name()) {
            case "gemma2" -> layer % 2 == 0;
            case "gemma3" -> (layer + 1) % 6 != 0 && window() > 0;
            case "phi3" -> window() > 0;
            default -> false;
        };
    }

    private int window() {
        return blocks.layers().stream()
                .mapToInt(layer -> layer.attention().window())
                .max()
                .orElse(0);
    }

    private LotaException refused(String why) {
        return new LotaException(Text.format(
                "%s: %s. It is not written as GGUF here; write a whole model directory, which llama.cpp's own"
                        + " converter may know.",
                base.directory(), why));
    }

    private static boolean alike(double one, double other) {
        return Math.abs(one - other) <= ALIKE * Math.abs(other);
    }

    /// Adds the keys of the architecture.
    ///
    /// @return tensors that say how the rotary embedding is scaled
    List<GgufTensor> addTo(GgufValues values) {
        String prefix = architecture.name() + ".";
        Block first = blocks.layers().getFirst();
        Step.Attend attention = first.attention();
        values.number(prefix + "block_count", blocks.layers().size())
                .number(prefix + "context_length", blocks.positions())
                .number(prefix + "embedding_length", blocks.hidden())
                .number(prefix + "feed_forward_length", inner())
                .number(prefix + "attention.head_count", attention.heads())
                .number(prefix + "attention.head_count_kv", attention.kvHeads())
                .number(prefix + "attention.key_length", attention.head())
                .number(prefix + "attention.value_length", attention.head())
                .number(prefix + "vocab_size", blocks.vocabulary());
        boolean layerNorm = blocks.norm().kind() == Step.Norm.Kind.LAYER;
        values.real(
                prefix + (layerNorm ? "attention.layer_norm_epsilon" : "attention.layer_norm_rms_epsilon"),
                blocks.norm().eps());
        if (window() > 0 || architecture.name().equals("phi3")) {
            values.number(prefix + "attention.sliding_window", window());
        }
        if (attention.cap() > 0) {
            values.real(prefix + "attn_logit_softcapping", attention.cap());
        }
        if (blocks.logitCap() > 0) {
            values.real(prefix + "final_logit_softcapping", blocks.logitCap());
        }
        return addRopes(values, prefix);
    }

    /// Width of an MLP: of `ffn_down`'s inputs.
    private long inner() {
        return base.tensors().values().stream()
                .filter(info -> blocks.names()
                        .layer(info.name())
                        .filter(name -> name.index() == 0)
                        .isPresent())
                .filter(info ->
                        info.name().endsWith("down_proj.weight") || info.name().endsWith("mlp.c_proj.weight"))
                .mapToLong(info -> info.shape().dim(blocks.isTransposed(info.name()) ? 0 : 1))
                .findFirst()
                .orElseThrow();
    }

    private List<GgufTensor> addRopes(GgufValues values, String prefix) {
        Optional<Rope> full = rope(0);
        if (full.isEmpty()) {
            return List.of();
        }
        Rope rope = full.get();
        int dim = 2 * rope.inverseFrequencies().size();
        double theta = theta("full_attention").orElse(architecture.theta());
        values.number(prefix + "rope.dimension_count", dim).real(prefix + "rope.freq_base", theta);
        if (architecture.name().equals("gemma3")) {
            double local = config.optionalNumber("rope_local_base_freq", Null.ABSENT, x -> x > 0, "a number over 0")
                    .or(() -> theta("sliding_attention"))
                    .orElse(1e4);
            values.real(prefix + "rope.freq_base_swa", local);
            blocks.layers().stream()
                    .filter(layer -> layer.attention().window() > 0 && layer.rope() != null)
                    .findFirst()
                    .ifPresent(layer -> requirePlain(layer.rope(), local));
        }
        if (architecture.name().equals("phi3")) {
            values.number(prefix + "rope.scaling.original_context_length", originalPositions());
        }
        if (rope.longer() != null || rope.temper() != null || rope.scale() != 1) {
            throw refused("its rotary embedding is scaled by YaRN or LongRoPE");
        }
        float[] factors = factors(rope, theta);
        boolean equal = true;
        for (float factor : factors) {
            equal &= alike(factor, factors[0]);
        }
        if (equal && alike(factors[0], 1)) {
            return List.of();
        }
        if (equal) {
            values.text(prefix + "rope.scaling.type", "linear").real(prefix + "rope.scaling.factor", factors[0]);
            return List.of();
        }
        if (!architecture.name().equals("llama")) {
            throw refused("its rotary embedding stretches some frequencies more than others");
        }
        return List.of(new GgufTensor("rope_freqs.weight", Shape.of(factors.length), GgmlType.F32, target -> {
            MemorySegment.copy(factors, 0, target, FLOAT, 0, factors.length);
        }));
    }

    private void requirePlain(@Nullable Rope rope, double theta) {
        if (rope != null) {
            for (float factor : factors(rope, theta)) {
                if (!alike(factor, 1)) {
                    throw refused("the rotary embedding of its layers with a window is scaled");
                }
            }
        }
    }

    /// By what each frequency is divided.
    private static float[] factors(Rope rope, double theta) {
        int pairs = rope.inverseFrequencies().size();
        float[] factors = new float[pairs];
        for (int i = 0; i < pairs; i++) {
            factors[i] = (float) (Math.pow(theta, -(double) i / pairs)
                    / rope.inverseFrequencies().get(i));
        }
        return factors;
    }

    private long originalPositions() {
        return config.optionalCount("original_max_position_embeddings", Null.ABSENT)
                .orElse(blocks.positions());
    }

    /// The rotary embedding of the layers that see all tokens.
    private Optional<Rope> rope(int window) {
        return blocks.layers().stream()
                .filter(layer -> layer.attention().window() == window
                        || layer == blocks.layers().getLast())
                .findFirst()
                .flatMap(layer -> Optional.ofNullable(layer.rope()));
    }

    /// As old and new configurations have it.
    private Optional<Double> theta(String layers) {
        Optional<JsonKeys> parameters = config.optionalObject("rope_parameters", Null.ABSENT);
        return parameters
                .flatMap(all ->
                        all.node().path(layers).isObject() ? all.optionalObject(layers, Null.ABSENT) : parameters)
                .flatMap(place -> place.optionalNumber("rope_theta", Null.ABSENT, x -> x > 0, "a number over 0"))
                .or(() -> layers.startsWith("full")
                        ? config.optionalNumber("rope_theta", Null.ABSENT, x -> x > 0, "a number over 0")
                        : Optional.empty());
    }

    /// All tensors of the base with a change on them, in its order.
    ///
    /// @param type of matrices; what has one dimension stays F32
    List<GgufTensor> tensors(Map<String, TicketTensor> change, GgmlType type) {
        List<GgufTensor> tensors = new ArrayList<>();
        for (TensorInfo info : base.tensors().values()) {
            // A head that is the embedding, buffers and other modules are left out.
            if (weights.contains(info.name())) {
                tensors.add(tensor(info, change.get(info.name()), type));
            }
        }
        return tensors;
    }

    private GgufTensor tensor(TensorInfo info, @Nullable TicketTensor change, GgmlType wanted) {
        String name = architecture.tensor(blocks, info.name());
        boolean transposed = blocks.isTransposed(info.name());
        Shape shape = transposed ? Shape.of(info.shape().dim(1), info.shape().dim(0)) : info.shape();
        return new GgufTensor(name, shape, type(name, shape, wanted), target -> {
            MemorySegment elements = base.bytes(info.name());
            Floats.toF32(info.dtype(), elements, target);
            if (change != null) {
                change.forEachTuned(
                        info.dtype(),
                        elements,
                        (position, index, before, tuned) -> target.set(FLOAT, 4L * index, tuned));
            }
            if (transposed) {
                transpose(target, Math.toIntExact(shape.dim(1)), Math.toIntExact(shape.dim(0)));
            }
            if (architecture.isGemma() && name.endsWith("_norm.weight")) {
                for (long i = 0; i < shape.numel(); i++) {
                    target.set(FLOAT, 4 * i, target.get(FLOAT, 4 * i) + 1);
                }
            }
            pairRows(info.name(), target, shape);
        });
    }

    /// As llama.cpp's converter chooses.
    static GgmlType type(String name, Shape shape, GgmlType wanted) {
        if (shape.rank() < 2 || name.endsWith("_norm.weight") || name.equals("position_embd.weight")) {
            return GgmlType.F32;
        }
        return wanted.takesRowsOf(shape.dim(shape.rank() - 1)) ? wanted : GgmlType.F16;
    }

    private static void transpose(MemorySegment matrix, int rows, int columns) {
        float[] before = new float[rows * columns];
        MemorySegment.copy(matrix, FLOAT, 0, before, 0, before.length);
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                matrix.set(FLOAT, 4L * ((long) column * rows + row), before[row * columns + column]);
            }
        }
    }

    /// Puts rows of queries and keys that are turned together side by side, where llama.cpp wants them so.
    ///
    /// @param tensor its name in the base, or that of the weight that a factor is for
    void pairRows(String tensor, MemorySegment target, Shape shape) {
        boolean query = tensor.contains("q_proj.");
        if (!architecture.paired() || !(query || tensor.contains("k_proj."))) {
            return;
        }
        int head = blocks.layers().getFirst().attention().head();
        long row = shape.rank() == 1 ? 1 : shape.dim(1);
        float[] before = new float[Math.toIntExact(shape.numel())];
        MemorySegment.copy(target, FLOAT, 0, before, 0, before.length);
        for (int to = 0; to < shape.dim(0); to++) {
            int within = to % head;
            long from = to - within + (long) (within % 2) * (head / 2) + within / 2;
            MemorySegment.copy(before, (int) (from * row), target, FLOAT, 4 * to * row, (int) row);
        }
    }
}
