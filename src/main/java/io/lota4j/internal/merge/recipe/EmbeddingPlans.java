package io.lota4j.internal.merge.recipe;

import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.Text;
import io.lota4j.internal.merge.ModelOutline;
import io.lota4j.internal.yaml.Problems;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Brings the embeddings of models with different tokens together.
final class EmbeddingPlans {
    private final Optional<ResultTokens> tokens;
    private final RowsOfTokens rowsOfTokens;
    private final Problems problems;
    private final Map<SliceModels, RowMapping> known = new HashMap<>();

    /// @param tokens of the result; empty when the rows stay as they stand
    EmbeddingPlans(Optional<ResultTokens> tokens, RowsOfTokens rowsOfTokens, Problems problems) {
        this.tokens = tokens;
        this.rowsOfTokens = rowsOfTokens;
        this.problems = problems;
    }

    /// Whether a tensor's rows are put in another order.
    boolean changes(ResultTensor place) {
        return tokens.isPresent()
                && place.part().all().stream()
                        .anyMatch(source -> source.member().isEmbedding(place.name()));
    }

    /// Empty when every input has the rows of the result already.
    Optional<RowMapping> rows(ResultTensor place, List<TensorPlan.Input> inputs) {
        return tokens.isPresent()
                ? Optional.of(known.computeIfAbsent(place.part(), part -> rowsOfTokens.of(tokens.get(), part)))
                : asTheyStand(place, inputs);
    }

    private Optional<RowMapping> asTheyStand(ResultTensor place, List<TensorPlan.Input> inputs) {
        List<Long> counts = inputs.stream()
                .flatMap(input -> input.stored().stream())
                .map(ModelOutline.Tensor::shape)
                .filter(shape -> shape.rank() == 2)
                .map(shape -> shape.dim(0))
                .toList();
        if (counts.stream().distinct().count() < 2) {
            return Optional.empty();
        }
        long least = counts.stream().mapToLong(Long::longValue).min().orElseThrow();
        Optional<Shape> base = place.part().base().isPresent()
                ? inputs.getLast().stored().map(ModelOutline.Tensor::shape)
                : Optional.empty();
        if (base.isPresent() && base.get().dim(0) > least) {
            problems.error(Text.format(
                    "%s: the models have %s rows, the base %d; 'tokenizer: {source: base}' or 'union' brings their"
                            + " tokens together",
                    place.name(), counts, base.get().dim(0)));
            return Optional.empty();
        }
        problems.warn(Text.format(
                "%s: the models have %s rows; only the first %d are merged and those of the ids from %d on are cut."
                        + " 'tokenizer: {source: union}' keeps all",
                place.name(), counts, least, least));
        return Optional.of(new FirstRows(Math.toIntExact(least)));
    }
}
