package io.lota4j.internal.merge.method;

import io.lota4j.internal.merge.Merger;
import io.lota4j.internal.merge.Settings;
import io.lota4j.internal.merge.Survey;
import io.lota4j.internal.merge.TensorMerge;
import io.lota4j.internal.merge.TensorPieces;
import io.lota4j.merge.Compat;
import java.util.Arrays;
import java.util.Optional;

/// Task arithmetic with trimmed deltas of which only those count that agree with the elected sign, as one
/// program or the other has it:
///
/// | | the sign of | divisor | of a zero sum |
/// |---|---|---|---|
/// | paper | the sum of the deltas | how many agree | the sign that more elements of the whole model elect |
/// | mergekit | the sum of the weighted deltas | the weights of those that agree, or none | + |
/// | PEFT | as the paper, or of more models | how many agree | + |
final class ElectedMerger implements Merger {
    static final String BY_COUNT = "majority_sign_frequency";

    private final Compat compat;
    private final Trim trim;
    private final Optional<ElectedSigns> signs;

    ElectedMerger(Compat compat, Trim trim) {
        this.compat = compat;
        this.trim = trim;
        signs = compat == Compat.PAPER ? Optional.of(new ElectedSigns(trim, this::election)) : Optional.empty();
    }

    @Override
    public Optional<Survey> survey() {
        return signs.isPresent() ? signs.map(Survey.class::cast) : trim.survey();
    }

    private Election election(Settings settings, float tie) {
        float[] weights = WeightedSum.weights(settings);
        float[] ones = new float[weights.length];
        Arrays.fill(ones, 1);
        return switch (compat) {
            case PAPER -> new Election(ones, weights, ones, false, tie);
            case MERGEKIT -> new Election(weights, ones, weights, false, tie);
            case PEFT -> new Election(ones, weights, ones, settings.flag(BY_COUNT), tie);
        };
    }

    @Override
    public TensorMerge prepare(TensorPieces tensor) {
        Settings settings = tensor.task().settings();
        Election election = election(settings, signs.map(ElectedSigns::majority).orElse(1f));
        boolean divide = compat != Compat.MERGEKIT || settings.flag(TaskVectors.NORMALIZE);
        float lambda = TaskVectors.lambda(compat, settings);
        Trim.Kept kept = trim.prepare(tensor);
        return (piece, merged) -> {
            float[] divisors = election.hold(piece, kept, merged);
            if (divide) {
                divide(merged, divisors, piece.size());
            }
            WeightedSum.multiply(merged, lambda, piece.size());
        };
    }

    private static void divide(float[] merged, float[] divisors, int count) {
        for (int i = 0; i < count; i++) {
            // 1 instead of 0.
            merged[i] /= divisors[i] + (1 - Math.abs(Math.signum(divisors[i])));
        }
    }
}
