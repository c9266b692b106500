package io.lota4j.internal.merge.method;

import io.lota4j.internal.merge.Merger;
import io.lota4j.internal.merge.Parameter;
import io.lota4j.internal.merge.Settings;
import io.lota4j.internal.merge.TensorMerge;
import io.lota4j.internal.merge.TensorPieces;
import io.lota4j.merge.Compat;
import java.util.List;
import java.util.stream.Stream;

/// Task arithmetic with trimmed deltas t_i: `b + lambda sum_i w_i t_i`, which mergekit divides by `sum_i w_i`
/// on request.
final class TaskVectors {
    static final String LAMBDA = "lambda";
    static final String NORMALIZE = "normalize";

    private TaskVectors() {}

    /// The parameters that mergekit gives to all methods of this family.
    ///
    /// @param more those that only some have
    static List<Parameter> mergekit(boolean normalize, boolean rescale, Parameter... more) {
        Stream<Parameter> common = Stream.of(
                MethodParameters.weight(),
                Density.or(1),
                MethodParameters.flag(NORMALIZE, normalize),
                MethodParameters.flag(MagnitudeRescaling.RESCALE, rescale),
                MethodParameters.lambda(),
                // What mergekit keeps its masks in. Here it has no effect, nor has it on the result there.
                MethodParameters.flag("int8_mask", false));
        return Stream.concat(common, Stream.of(more)).toList();
    }

    /// A merge without an election.
    static Merger sum(Compat compat, Trim trim) {
        return tensor -> prepare(compat, trim, tensor);
    }

    private static TensorMerge prepare(Compat compat, Trim trim, TensorPieces tensor) {
        Settings settings = tensor.task().settings();
        float[] weights = WeightedSum.weights(settings);
        float divisor = compat == Compat.MERGEKIT && settings.flag(NORMALIZE) ? divisor(weights) : 1;
        float lambda = lambda(compat, settings);
        Trim.Kept kept = trim.prepare(tensor);
        return (piece, merged) -> {
            WeightedSum.into(merged, piece, kept, weights);
            WeightedSum.divide(merged, divisor, piece.size());
            WeightedSum.multiply(merged, lambda, piece.size());
        };
    }

    /// PEFT has no such factor.
    static float lambda(Compat compat, Settings settings) {
        return compat == Compat.PEFT ? 1 : (float) settings.number(LAMBDA);
    }

    private static float divisor(float[] weights) {
        float sum = WeightedSum.sum(weights);
        return Math.abs(sum) < 1e-8f ? 1 : sum;
    }
}
