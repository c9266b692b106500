package io.lota4j.internal.model;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import io.lota4j.internal.model.layer.Blocks;
import io.lota4j.internal.model.layer.Step;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// Adds up the second moments `C = X Xᵀ` of what goes into matrices of layers at the tokens of responses, in F64.
/// Matrices that have the same input, as those of queries, keys and values, share a sum.
///
/// The inputs come with a backward pass, whose gradients nobody looks at.
public final class SecondMoments implements GradientSink, AutoCloseable {
    private final Decoder decoder;
    private final PtNDManager scope;
    private final Map<String, String> owners;
    private final Map<String, PtNDArray> sums = new HashMap<>();
    private @Nullable ResponseTokens tokens;

    /// @param matrices of layers, whose inputs count, with their shapes
    /// @throws LotaException if one is none
    public SecondMoments(Decoder decoder, SequencedMap<String, io.lota4j.checkpoint.Shape> matrices) {
        this.decoder = decoder;
        Blocks blocks = decoder.config().blocks();
        matrices.forEach((name, shape) -> {
            if (shape.rank() != 2 || !decoder.weights().isInLayer(name)) {
                throw new LotaException(Text.format(
                        "Ranks are found of what goes through a layer's matrix, but tensor '%s' is none; exclude it"
                                + " from the pool.",
                        name));
            }
        });
        this.owners = owners(blocks, matrices.keySet());
        this.scope = decoder.torch().scope();
        owners.values().stream().distinct().forEach(owner -> {
            io.lota4j.checkpoint.Shape shape = Objects.requireNonNull(matrices.get(owner), owner);
            int width = inputs(blocks, owner, shape);
            sums.put(owner, (PtNDArray) scope.zeros(new Shape(width, width), DataType.FLOAT64));
        });
    }

    /// Features that go into a matrix.
    static int inputs(Blocks blocks, String name, io.lota4j.checkpoint.Shape shape) {
        return Math.toIntExact(shape.dim(blocks.isTransposed(name) ? 0 : 1));
    }

    /// Bytes that the sums of some matrices need.
    public static long bytes(Blocks blocks, SequencedMap<String, io.lota4j.checkpoint.Shape> matrices) {
        return owners(blocks, matrices.keySet()).values().stream()
                .distinct()
                .mapToLong(owner -> inputs(blocks, owner, Objects.requireNonNull(matrices.get(owner), owner)))
                .map(width -> width * width * Double.BYTES)
                .sum();
    }

    /// By matrix the one whose input's sum it uses.
    private static Map<String, String> owners(Blocks blocks, Collection<String> matrices) {
        Map<String, String> owners = new LinkedHashMap<>();
        for (int layer = 0; layer < blocks.layers().size(); layer++) {
            Map<String, String> byInput = new HashMap<>();
            for (Step step : blocks.layers().get(layer).steps()) {
                if (step instanceof Step.Linear linear) {
                    String name = blocks.name(layer, linear.weight());
                    if (matrices.contains(name)) {
                        owners.put(name, byInput.computeIfAbsent(linear.in(), in -> name));
                    }
                }
            }
        }
        matrices.forEach(name -> owners.putIfAbsent(name, name));
        return owners;
    }

    /// Goes through a batch and adds its inputs up.
    ///
    /// @throws LotaException if a loss is not finite
    public void through(PackedBatch batch) {
        tokens = ResponseTokens.of(batch);
        float[] weights = new float[batch.targetPositions().length];
        Arrays.fill(weights, 1);
        // Rows may hold no label at all.
        if (weights.length > 0
                && !Double.isFinite(decoder.gradients(batch, weights, this).sum())) {
            throw decoder.notFinite("A loss is NaN or infinite");
        }
    }

    @Override
    public boolean wants(String weight) {
        return sums.containsKey(weight);
    }

    @Override
    public void linear(String weight, Activation first, Activation second) {
        Activation x = decoder.config().blocks().isTransposed(weight) ? second : first;
        int[] rows = Objects.requireNonNull(tokens, "no batch").rows(x);
        if (rows.length > 0) {
            decoder.torch().addSecondMoments(x, rows, of(weight));
        }
    }

    @Override
    public void whole(String weight, PtNDArray gradient) {
        throw new IllegalArgumentException(weight + " is no matrix of a layer");
    }

    /// Those of a matrix's inputs, `[in, in]`.
    PtNDArray of(String matrix) {
        return Objects.requireNonNull(sums.get(owner(matrix)), matrix);
    }

    /// Which of the matrices with the same input stands for it.
    String owner(String matrix) {
        return Objects.requireNonNull(owners.get(matrix), matrix);
    }

    Decoder decoder() {
        return decoder;
    }

    @Override
    public void close() {
        scope.close();
    }
}
