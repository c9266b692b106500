package io.lota4j.internal.model;

import ai.djl.pytorch.engine.PtNDArray;
import io.lota4j.internal.kernel.DecodingKernel;
import io.lota4j.internal.kernel.DecodingKernel.Matrix;
import io.lota4j.internal.model.layer.Block;
import io.lota4j.internal.model.layer.Blocks;
import io.lota4j.internal.model.layer.Rope;
import io.lota4j.internal.model.layer.Step;
import io.lota4j.internal.model.layer.Weight;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One new token of each of some sequences, computed in the JVM: what the method `cached` of a layer's script computes,
/// with products that read each weight once for all sequences, and without a call of the engine.
///
/// A layer with a step that is not known here is left to its script ([#has]).
final class NextTokens implements AutoCloseable {
    private final Decoder decoder;
    private final DecodingKernel kernel;
    private final int slots;
    private final int capacity;
    private final List<Optional<Layer>> layers = new ArrayList<>();
    private final Optional<Head> head;
    private final Map<String, float[]> values = new HashMap<>();

    /// @param matrices of the layer's linears, by their names in it
    /// @param vectors its other weights
    /// @param keys of the cache
    private record Layer(
            Block block,
            Map<String, Matrix> matrices,
            Map<String, float[]> vectors,
            MemorySegment keys,
            MemorySegment values,
            @Nullable Table table) {}

    @SuppressWarnings("ArrayRecordComponent") // made once, never written
    private record Head(float[] norm, Matrix matrix) {}

    /// Cosines and sines, a row a position.
    @SuppressWarnings("ArrayRecordComponent") // made once, never written
    private record Table(Rope rope, int positions, float[] cos, float[] sin) {
        /// The row for a sequence's new token.
        int row(int start) {
            return Math.toIntExact(rope.row(start, start + 1L, positions));
        }
    }

    /// Where the new tokens stand.
    ///
    /// @param slots of the sequences
    /// @param starts tokens that each had before
    @SuppressWarnings("ArrayRecordComponent") // made for one call
    record Places(int[] slots, int[] starts) {
        int count() {
            return slots.length;
        }
    }

    /// @param kernel closed with this
    /// @param slots most sequences
    /// @param capacity most tokens of one
    /// @param keys of each layer, `[slots, kv heads, capacity, head]`
    /// @param values as the keys
    /// @param rotaries tables of each layer
    NextTokens(
            Decoder decoder,
            DecodingKernel kernel,
            int slots,
            int capacity,
            List<PtNDArray> keys,
            List<PtNDArray> values,
            Decoder.Rotaries rotaries) {
        this.decoder = decoder;
        this.kernel = kernel;
        this.slots = slots;
        this.capacity = capacity;
        Blocks blocks = decoder.config().blocks();
        boolean useFiles = decoder.weights().filesAreAsLoaded();
        IdentityHashMap<Rotary, Table> tables = new IdentityHashMap<>();
        for (int layer = 0; layer < decoder.config().layers(); layer++) {
            Table table = tables.computeIfAbsent(rotaries.of(layer), NextTokens::table);
            layers.add(prepared(layer, useFiles, keys.get(layer), values.get(layer), table));
        }
        Optional<Matrix> matrix = decoder.weights().matrix(blocks.head(), useFiles);
        head = isKnown(blocks.norm())
                ? matrix.map(
                        found -> new Head(vector(blocks.norm(), blocks.norm().weight()), found))
                : Optional.empty();
    }

    /// Null for a layer without.
    private static @Nullable Table table(Rotary rotary) {
        Rope rope = rotary.rope();
        return rope == null ? null : new Table(rope, rotary.positions(), floats(rotary.cos()), floats(rotary.sin()));
    }

    private static float[] floats(PtNDArray tensor) {
        return Torch.memory(tensor).toArray(ValueLayout.JAVA_FLOAT);
    }

    private Optional<Layer> prepared(
            int index, boolean useFiles, PtNDArray keys, PtNDArray values, @Nullable Table table) {
        Blocks blocks = decoder.config().blocks();
        Block block = blocks.layers().get(index);
        Map<String, Matrix> matrices = new HashMap<>();
        Map<String, float[]> vectors = new HashMap<>();
        for (Step step : block.steps()) {
            if (!isKnown(step)) {
                return Optional.empty();
            }
            for (Weight weight : step.weights()) {
                String name = blocks.name(index, weight.name());
                if (step instanceof Step.Linear linear && linear.weight().equals(weight.name())) {
                    Optional<Matrix> matrix = decoder.weights().matrix(name, useFiles);
                    if (matrix.isEmpty()) {
                        return Optional.empty();
                    }
                    matrices.put(weight.name(), matrix.get());
                } else {
                    vectors.put(weight.name(), vector(step, name));
                }
            }
        }
        return Optional.of(new Layer(block, matrices, vectors, Torch.memory(keys), Torch.memory(values), table));
    }

    private float[] vector(Step step, String name) {
        float[] vector = decoder.weights().memory(name).get(memory -> memory.toArray(ValueLayout.JAVA_FLOAT));
        if (step instanceof Step.Norm norm && norm.kind() == Step.Norm.Kind.RMS_PLUS_ONE) {
            for (int i = 0; i < vector.length; i++) {
                vector[i] += 1;
            }
        }
        return vector;
    }

    private static boolean isKnown(Step step) {
        return switch (step) {
            case Step.Norm norm -> norm.kind() != Step.Norm.Kind.LAYER;
            case Step.Linear linear -> linear.layout() == Step.Linear.Layout.OUT_IN;
            case Step.Gate gate -> activation(gate.activation()).isPresent();
            case Step.Activate activate -> activation(activate.activation()).isPresent();
            case Step.Deal _, Step.Rotate _, Step.Temper _, Step.Attend _, Step.Scale _, Step.Multiply _, Step.Add _ ->
                true;
            case Step.Convolve _, Step.DeltaRule _, Step.Experts _, Step.StackedExperts _ -> false;
        };
    }

    private static Optional<DecodingKernel.Activation> activation(Step.Activation activation) {
        return switch (activation) {
            case SILU -> Optional.of(DecodingKernel.Activation.SILU);
            case SIGMOID -> Optional.of(DecodingKernel.Activation.SIGMOID);
            case GELU_TANH -> Optional.of(DecodingKernel.Activation.GELU_TANH);
            case GELU -> Optional.empty();
        };
    }

    /// Whether a layer can be computed here.
    boolean has(int layer) {
        return layers.get(layer).isPresent();
    }

    /// Whether logits can be computed here.
    boolean hasHead() {
        return head.isPresent();
    }

    /// What goes into the next layer, and is written over by it: `[sequences, hidden]`, a prefix of the array.
    float[] hidden() {
        return value(Step.INPUT, decoder.config().hiddenSize());
    }

    private float[] value(String name, int width) {
        float[] value = values.get(name);
        if (value == null || value.length < slots * width) {
            value = new float[slots * width];
            values.put(name, value);
        }
        return value;
    }

    private float[] value(String name) {
        return Objects.requireNonNull(values.get(name), name);
    }

    /// Computes a layer that [#has] says is there, from [#hidden] to [#hidden]; the keys and values of the new tokens
    /// go into the cache.
    void layer(int index, Places places) {
        Layer layer = layers.get(index).orElseThrow();
        for (Step step : layer.block.steps()) {
            run(step, layer, places);
        }
        Step.Value result = layer.block.steps().getLast().outputs().getLast();
        System.arraycopy(value(result.name()), 0, hidden(), 0, places.count() * result.width());
    }

    private void run(Step step, Layer layer, Places places) {
        int rows = places.count();
        step.outputs().forEach(output -> value(output.name(), output.width()));
        switch (step) {
            case Step.Norm norm ->
                kernel.rmsNorm(
                        value(norm.in()),
                        rows * norm.width(),
                        vector(layer, norm.weight()),
                        norm.eps(),
                        value(norm.out()));
            case Step.Linear linear -> linear(linear, layer, rows);
            case Step.Deal deal -> deal(deal, rows);
            case Step.Rotate rotate -> rotate(rotate, table(layer), places);
            case Step.Temper temper -> temper(temper, table(layer), places);
            case Step.Attend attend -> attend(attend, layer, places);
            case Step.Gate gate ->
                kernel.gate(
                        activation(gate.activation()).orElseThrow(),
                        value(gate.gate()),
                        value(gate.up()),
                        rows * gate.width(),
                        value(gate.out()));
            case Step.Activate activate ->
                kernel.gate(
                        activation(activate.activation()).orElseThrow(),
                        value(activate.in()),
                        null,
                        rows * activate.width(),
                        value(activate.out()));
            case Step.Scale scale -> {
                float[] in = value(scale.in());
                float[] out = value(scale.out());
                float factor = (float) scale.factor();
                for (int i = 0; i < rows * scale.width(); i++) {
                    out[i] = in[i] * factor;
                }
            }
            case Step.Multiply multiply -> {
                float[] a = value(multiply.a());
                float[] b = value(multiply.b());
                float[] out = value(multiply.out());
                for (int i = 0; i < rows * multiply.width(); i++) {
                    out[i] = a[i] * b[i];
                }
            }
            case Step.Add add -> {
                float[] branch = value(add.branch());
                float[] stream = value(add.stream());
                float[] out = value(add.out());
                for (int i = 0; i < rows * add.width(); i++) {
                    out[i] = branch[i] + stream[i];
                }
            }
            case Step.Convolve _, Step.DeltaRule _, Step.Experts _, Step.StackedExperts _ ->
                throw new IllegalStateException(step + " is left to the script");
        }
    }

    private static float[] vector(Layer layer, String weight) {
        return Objects.requireNonNull(layer.vectors.get(weight), weight);
    }

    private void linear(Step.Linear linear, Layer layer, int rows) {
        Matrix matrix = Objects.requireNonNull(layer.matrices.get(linear.weight()), linear.weight());
        float @Nullable [] bias = linear.bias() == null ? null : vector(layer, linear.bias());
        int from = 0;
        for (Step.Value output : linear.outputs()) {
            int width = output.width();
            float[] out = value(output.name());
            kernel.product(value(linear.in()), rows, matrix.slice(from, width), out);
            for (int r = 0; bias != null && r < rows; r++) {
                for (int i = 0; i < width; i++) {
                    out[r * width + i] += bias[from + i];
                }
            }
            from += width;
        }
    }

    private void deal(Step.Deal deal, int rows) {
        float[] in = value(deal.in());
        int block = deal.block();
        int count = deal.outs().size();
        for (int o = 0; o < count; o++) {
            float[] out = value(deal.outs().get(o));
            int blocks = rows * deal.width() / block;
            for (int b = 0; b < blocks; b++) {
                System.arraycopy(in, (b * count + o) * block, out, b * block, block);
            }
        }
    }

    private static Table table(Layer layer) {
        return Objects.requireNonNull(layer.table);
    }

    private void rotate(Step.Rotate rotate, Table table, Places places) {
        float[] in = value(rotate.in());
        float[] out = value(rotate.out());
        int half = rotate.part() / 2;
        for (int r = 0; r < places.count(); r++) {
            int row = table.row(places.starts[r]);
            int c = row * table.rope.width(true);
            int s = row * table.rope.width(false);
            for (int at = r * rotate.width(); at < (r + 1) * rotate.width(); at += rotate.head()) {
                for (int i = 0; i < half; i++) {
                    float first = in[at + i];
                    float second = in[at + half + i];
                    out[at + i] = first * table.cos[c + i] - second * table.sin[s + i];
                    out[at + half + i] = second * table.cos[c + half + i] + first * table.sin[s + half + i];
                }
                System.arraycopy(in, at + rotate.part(), out, at + rotate.part(), rotate.head() - rotate.part());
            }
        }
    }

    private void temper(Step.Temper temper, Table table, Places places) {
        float[] in = value(temper.in());
        float[] out = value(temper.out());
        for (int r = 0; r < places.count(); r++) {
            float factor = table.cos[(table.row(places.starts[r]) + 1) * table.rope.width(true) - 1];
            for (int i = r * temper.width(); i < (r + 1) * temper.width(); i++) {
                out[i] = in[i] * factor;
            }
        }
    }

    private void attend(Step.Attend attend, Layer layer, Places places) {
        float[] k = value(attend.k());
        float[] v = value(attend.v());
        int head = attend.head();
        int[] lengths = new int[places.count()];
        for (int r = 0; r < places.count(); r++) {
            lengths[r] = places.starts[r] + 1;
            for (int h = 0; h < attend.kvHeads(); h++) {
                long place = (long) places.slots[r] * attend.kvHeads() + h;
                long at = (place * capacity + places.starts[r]) * head;
                int from = (r * attend.kvHeads() + h) * head;
                put(k, from, layer.keys, at, head);
                put(v, from, layer.values, at, head);
            }
        }
        kernel.attend(
                new DecodingKernel.Attention(
                        layer.keys,
                        layer.values,
                        places.slots,
                        lengths,
                        attend.heads(),
                        attend.kvHeads(),
                        capacity,
                        head,
                        (float) attend.scale(),
                        attend.window(),
                        (float) attend.cap(),
                        attend.sinks() == null ? new float[0] : vector(layer, attend.sinks())),
                value(attend.q()),
                value(attend.out()));
    }

    private static void put(float[] from, int first, MemorySegment to, long at, int count) {
        MemorySegment.copy(from, first, to, ValueLayout.JAVA_FLOAT, at * Float.BYTES, count);
    }

    /// The logits after the new tokens, from [#hidden]: `[sequences, vocabulary]`, a prefix of the array, valid until
    /// the next call.
    float[] logits(int rows) {
        Head last = head.orElseThrow();
        Blocks blocks = decoder.config().blocks();
        int width = decoder.config().hiddenSize();
        int vocabulary = decoder.config().vocabSize();
        kernel.rmsNorm(hidden(), rows * width, last.norm, blocks.norm().eps(), hidden());
        float[] logits = value("logits", vocabulary);
        kernel.product(hidden(), rows, last.matrix, logits);
        if (blocks.logitScale() != 1) {
            float scale = (float) blocks.logitScale();
            for (int i = 0; i < rows * vocabulary; i++) {
                logits[i] *= scale;
            }
        }
        if (blocks.logitCap() != 0) {
            float cap = (float) blocks.logitCap();
            for (int i = 0; i < rows * vocabulary; i++) {
                logits[i] = cap * (float) Math.tanh(logits[i] / cap);
            }
        }
        return logits;
    }

    @Override
    public void close() {
        kernel.close();
    }
}
