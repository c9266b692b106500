package io.lota4j.train.attribution;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.memory.Buffer;
import io.lota4j.internal.model.Activation;
import io.lota4j.internal.model.Decoder;
import io.lota4j.internal.model.ModelConfig;
import io.lota4j.internal.model.PackedBatch;
import io.lota4j.internal.model.Torch;
import io.lota4j.internal.model.ValueStore;
import io.lota4j.mask.Mask;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.stream.LongStream;

/// Adds up what [Snip] and [Fisher] make of every example's gradient.
///
/// The gradient of one example exists for one matrix at a time, in a buffer that matrices of one shape share;
/// what is kept is one F32 sum a weight, and where examples are taken in groups the gradient of a group as another.
/// SNIP's factor abs(w) is the same for all examples, so it comes in at
/// the end. F32 is enough: the terms have one sign, so a sum of n of them is off by at most n parts in 2^24.
final class GradientTally implements Tally {
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Decoder decoder;
    private final BiConsumer<MemorySegment, MemorySegment> term;
    private final boolean timesWeight;
    private final SequencedMap<String, Shape> shapes;
    private final PtNDManager scope;
    private final Map<String, MemorySegment> sums = new HashMap<>();
    private final Map<String, ValueStore.Values> pieces = new LinkedHashMap<>();
    private final Map<Shape, PtNDArray> gradients = new HashMap<>();
    private long gathered;

    /// @param among tensors of which it trains nothing are passed over
    /// @param term adds what an example's gradient gives to the sums
    /// @param timesWeight whether the mean is multiplied by the weight's magnitude
    /// @param grouped whether a gradient is of several passes
    GradientTally(
            Decoder decoder,
            Mask among,
            BiConsumer<MemorySegment, MemorySegment> term,
            boolean timesWeight,
            boolean grouped) {
        this.decoder = decoder;
        this.term = term;
        this.timesWeight = timesWeight;
        this.shapes = among.shapes();
        this.scope = decoder.torch().scope();
        Predicate<String> comesWhole = comesWhole(decoder.weights()::isInLayer, grouped);
        ValueStore store = decoder.store(scope, counts(comesWhole, among));
        among.tensors().forEach((name, tensor) -> {
            if (!tensor.trainable().isEmpty()) {
                sums.put(name, store.hostFloats(tensor.shape().numel()));
                if (!comesWhole.test(name)) {
                    pieces.put(name, store.floats(dims(tensor.shape())));
                }
            }
        });
    }

    /// F32 values that it keeps from row to row.
    ///
    /// @param grouped whether a gradient is of several passes
    static long kept(ModelConfig model, Mask among, boolean grouped) {
        return counts(comesWhole(model.blocks().names()::isInLayer, grouped), among)
                .sum();
    }

    /// Whether a tensor's gradient is complete when it comes.
    private static Predicate<String> comesWhole(Predicate<String> isInLayer, boolean grouped) {
        return grouped ? name -> false : isInLayer;
    }

    /// F32 values that one gradient after another goes through.
    static long passing(Mask among) {
        return among.shapes().values().stream()
                .distinct()
                .mapToLong(Shape::numel)
                .sum();
    }

    /// Elements of every tensor that is kept: sums, and gradients that come in pieces.
    private static LongStream counts(Predicate<String> comesWhole, Mask among) {
        return among.tensors().entrySet().stream()
                .filter(tensor -> !tensor.getValue().trainable().isEmpty())
                .flatMapToLong(tensor -> LongStream.generate(tensor.getValue().shape()::numel)
                        .limit(comesWhole.test(tensor.getKey()) ? 1 : 2));
    }

    private static long[] dims(Shape shape) {
        return shape.dims().stream().mapToLong(Long::longValue).toArray();
    }

    private PtNDArray floats(Shape shape) {
        return Torch.floats(scope, dims(shape));
    }

    @Override
    public void begin(PackedBatch example) {
        pieces.values().forEach(piece -> piece.memory().zero());
    }

    @Override
    public boolean wants(String weight) {
        return sums.containsKey(weight);
    }

    @Override
    public void linear(String weight, Activation x, Activation dy) {
        ValueStore.Values piece = pieces.get(weight);
        if (piece != null) {
            decoder.torch().weightGradient(x, dy, piece.tensor(), true);
            ValueStore.rest(piece.memory());
        } else {
            PtNDArray gradient = gradients.computeIfAbsent(Shape.of(dy.features(), x.features()), this::floats);
            decoder.torch().weightGradient(x, dy, gradient, false);
            add(weight, memory(gradient));
        }
    }

    @Override
    public void whole(String weight, PtNDArray gradient) {
        ValueStore.Values piece = pieces.get(weight);
        if (piece != null) {
            memory(gradient).read(from -> piece.memory().update(to -> Elements.add(from, to)));
            ValueStore.rest(piece.memory());
        } else {
            add(weight, memory(gradient));
        }
    }

    /// The sum is of whole gradients: what came in pieces is complete only now.
    @Override
    public void end() {
        pieces.forEach((weight, gradient) -> add(weight, gradient.memory()));
        gathered++;
    }

    private Buffer memory(PtNDArray tensor) {
        return decoder.torch().buffer(tensor);
    }

    private void add(String weight, Buffer gradient) {
        MemorySegment sum = sums.get(weight);
        if (sum == null) {
            throw new IllegalArgumentException("the gradient of " + weight + " was not asked for");
        }
        gradient.read(values -> term.accept(values, sum));
        ValueStore.rest(sum);
        ValueStore.rest(gradient);
    }

    @Override
    public SequencedMap<String, Shape> tensors() {
        return shapes;
    }

    @Override
    public void read(String name, long first, MemorySegment target) {
        MemorySegment sum = sums.get(name);
        if (sum == null) {
            target.fill((byte) 0);
            return;
        }
        MemorySegment mean = sum.asSlice(first * Float.BYTES, target.byteSize());
        if (timesWeight) {
            decoder.weights().read(name, first, target);
        }
        for (long at = 0; at < target.byteSize(); at += Float.BYTES) {
            float value = mean.get(ValueLayout.JAVA_FLOAT, at) / gathered;
            target.set(FLOAT, at, timesWeight ? value * Math.abs(target.get(FLOAT, at)) : value);
        }
        ValueStore.rest(mean);
    }

    @Override
    public void close() {
        scope.close();
    }
}
