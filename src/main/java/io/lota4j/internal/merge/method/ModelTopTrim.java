package io.lota4j.internal.merge.method;

import io.lota4j.internal.merge.Piece;
import io.lota4j.internal.merge.Settings;
import io.lota4j.internal.merge.Survey;
import io.lota4j.internal.merge.TensorPieces;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Keeps the floor(density * n) largest of the n deltas that a model has in all tensors together. Where tensors
/// have densities of their own, each counts with its elements.
final class ModelTopTrim implements Trim, Survey {
    private double[] wanted = {};
    private long[] most = {};
    private long numel;
    private @Nullable CutSearch search;

    @Override
    public Optional<Survey> survey() {
        return Optional.of(this);
    }

    @Override
    public boolean done() {
        return search != null && search.done();
    }

    /// The first round only counts the elements.
    @Override
    public void visit(TensorPieces tensor) {
        if (search != null) {
            search.visit(tensor);
            return;
        }
        Settings settings = tensor.task().settings();
        if (wanted.length == 0) {
            wanted = new double[tensor.models()];
            most = new long[tensor.models()];
        }
        for (int m = 0; m < wanted.length; m++) {
            wanted[m] += Density.of(settings, m) * tensor.numel();
            most[m] += tensor.most(m);
        }
        numel += tensor.numel();
    }

    @Override
    public void endRound() {
        if (search != null) {
            search.endRound();
        } else {
            int[] models = IntStream.range(0, wanted.length).toArray();
            long[] counts =
                    DoubleStream.of(wanted).mapToLong(count -> (long) count).toArray();
            search = new CutSearch(Piece::operand, models, counts, most, numel);
        }
    }

    @Override
    public Kept prepare(TensorPieces tensor) {
        return TopTrim.kept(tensor, Objects.requireNonNull(search, "not surveyed"));
    }
}
