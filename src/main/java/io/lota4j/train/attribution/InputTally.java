package io.lota4j.train.attribution;

import ai.djl.pytorch.engine.PtNDArray;
import io.lota4j.LotaException;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.Text;
import io.lota4j.internal.model.Activation;
import io.lota4j.internal.model.Decoder;
import io.lota4j.internal.model.PackedBatch;
import io.lota4j.internal.model.ResponseTokens;
import io.lota4j.mask.Mask;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// Adds up the squares of what goes into every matrix at the response's tokens, for [Wanda]. One F64 sum
/// a feature is kept.
///
/// The inputs come with a backward pass, whose gradients nobody looks at: simpler than a pass of its own, and a
/// score is found once.
final class InputTally implements Tally {
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Decoder decoder;
    private final SequencedMap<String, Shape> shapes;
    private final Map<String, double[]> squares = new HashMap<>();
    private @Nullable ResponseTokens tokens;

    /// @param among tensors of which it trains nothing are passed over
    /// @throws LotaException if one of the others is no matrix of a layer
    InputTally(Decoder decoder, Mask among) {
        this.decoder = decoder;
        this.shapes = among.shapes();
        among.tensors().forEach((name, tensor) -> {
            if (!tensor.trainable().isEmpty()) {
                squares.put(name, new double[features(decoder, name, tensor.shape())]);
            }
        });
    }

    private static int features(Decoder decoder, String name, Shape shape) {
        if (shape.rank() != 2 || !decoder.weights().isInLayer(name)) {
            throw new LotaException(Text.format(
                    "Wanda scores what goes into a layer's matrix, but tensor '%s' is none; "
                            + "exclude it from the pool.",
                    name));
        }
        return Math.toIntExact(shape.dim(decoder.config().blocks().isTransposed(name) ? 0 : 1));
    }

    @Override
    public void begin(PackedBatch example) {
        tokens = ResponseTokens.of(example);
    }

    @Override
    public boolean wants(String weight) {
        return squares.containsKey(weight);
    }

    @Override
    public void linear(String weight, Activation first, Activation second) {
        Activation x = decoder.config().blocks().isTransposed(weight) ? second : first;
        double[] sums = squares.get(weight);
        if (sums == null) {
            throw new IllegalArgumentException("the inputs of " + weight + " were not asked for");
        }
        int[] rows = Objects.requireNonNull(tokens).rows(x);
        long tokenStride = x.byFeature() ? 1 : x.features();
        long featureStride = x.byFeature() ? x.tokens() : 1;
        decoder.torch().buffer(x.tensor()).read(memory -> add(memory, tokenStride, featureStride, rows, sums));
    }

    /// Adds up squares.
    ///
    /// @param rows the tokens that count
    /// @param sums one a feature
    static void add(MemorySegment memory, long tokenStride, long featureStride, int[] rows, double[] sums) {
        for (int token : rows) {
            for (int f = 0; f < sums.length; f++) {
                double value = memory.getAtIndex(ValueLayout.JAVA_FLOAT, token * tokenStride + f * featureStride);
                sums[f] += value * value;
            }
        }
    }

    @Override
    public void whole(String weight, PtNDArray gradient) {
        throw new IllegalArgumentException(weight + " is no matrix of a layer");
    }

    @Override
    public void end() {}

    @Override
    public SequencedMap<String, Shape> tensors() {
        return shapes;
    }

    @Override
    public void read(String name, long first, MemorySegment target) {
        double[] sums = squares.get(name);
        if (sums == null) {
            target.fill((byte) 0);
            return;
        }
        boolean transposed = decoder.config().blocks().isTransposed(name);
        long columns = Objects.requireNonNull(shapes.get(name), name).dim(1);
        decoder.weights().read(name, first, target);
        score(target, first, columns, transposed, sums);
    }

    /// Makes scores of weights.
    ///
    /// @param target some weights of a matrix
    /// @param first flat, row-major index of the first of them
    /// @param transposed whether a row of the matrix is a feature's
    /// @param sums of squares, one a feature
    static void score(MemorySegment target, long first, long columns, boolean transposed, double[] sums) {
        double[] norms = Arrays.stream(sums).map(Math::sqrt).toArray();
        long count = target.byteSize() / Float.BYTES;
        for (long i = 0; i < count; i++) {
            long index = first + i;
            double norm = norms[(int) (transposed ? index / columns : index % columns)];
            target.set(FLOAT, i * Float.BYTES, (float) (Math.abs(target.get(FLOAT, i * Float.BYTES)) * norm));
        }
    }

    @Override
    public void close() {}
}
