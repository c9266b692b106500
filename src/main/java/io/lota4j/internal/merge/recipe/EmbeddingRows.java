package io.lota4j.internal.merge.recipe;

import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.Text;
import io.lota4j.internal.mask.IndexBits;
import io.lota4j.internal.merge.ModelTensor;
import io.lota4j.internal.ticket.ExactValues;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The rows of an embedding in the order of the result's tokens.
///
/// A model that has a token keeps its own row for it. One that lacks it gets the mean of the rows that are
/// named for the token; of none, zeros. Rows past the last token are the mean of the model's other rows.
final class EmbeddingRows implements RowMapping {
    /// The place of a row that a model does not have.
    static final int NONE = -1;

    private final int count;
    private final int tokens;
    private final int[][] own;
    private final Map<Integer, List<Row>> fills;

    /// A model's row.
    ///
    /// @param model its place among the merge's models
    /// @param row its number there
    record Row(int model, int row) {}

    /// @param count rows of the result
    /// @param tokens how many of them, from the first, stand for tokens
    /// @param own by model, for each token's row the row it has in the model, or [#NONE]; not copied
    /// @param fills by row, what models without a row of their own get, in the order of the sum; of whole
    ///     models
    EmbeddingRows(int count, int tokens, int[][] own, Map<Integer, List<Row>> fills) {
        this.count = count;
        this.tokens = tokens;
        this.own = own;
        this.fills = Map.copyOf(fills);
    }

    @Override
    public int count() {
        return count;
    }

    @Override
    public ModelTensor of(int place, List<ModelTensor> all) {
        RowReader reader = new RowReader(this, place, List.copyOf(all));
        return switch (all.get(place)) {
            case ModelTensor.Weights weights -> new PermutedWeights(reader);
            case ModelTensor.Delta delta -> new PermutedDelta(reader);
        };
    }

    int tokens() {
        return tokens;
    }

    /// A model's row for a row of the result, or [#NONE].
    int own(int model, int row) {
        return own[model][row];
    }

    /// How many rows from one on follow each other in a model as they do in the result; 0 where it has none.
    int run(int model, int row) {
        int[] rows = own[model];
        int end = row;
        while (end < tokens && rows[end] != NONE && rows[end] - rows[row] == end - row) {
            end++;
        }
        return end - row;
    }

    List<Row> fill(int row) {
        return fills.getOrDefault(row, List.of());
    }

    @Override
    public String toString() {
        return Text.format(
                "%d rows for %d tokens of %d models, %d filled",
                count,
                tokens,
                own.length,
                Arrays.stream(own).mapToLong(EmbeddingRows::holes).sum());
    }

    private static long holes(int[] rows) {
        return Arrays.stream(rows).filter(row -> row == NONE).count();
    }

    /// A delta of an embedding with its rows in the order of the result.
    record PermutedDelta(RowReader reader) implements ModelTensor.Delta {
        @Override
        public Shape shape() {
            return reader.shape();
        }

        @Override
        public void read(long from, int count, float[] into) {
            reader.read(from, count, into);
        }

        @Override
        public Optional<IndexBits> support() {
            return Optional.empty();
        }

        @Override
        public Optional<ExactValues> exact() {
            return reader.exact();
        }
    }

    /// A model's embedding with its rows in the order of the result.
    record PermutedWeights(RowReader reader) implements ModelTensor.Weights {
        @Override
        public Shape shape() {
            return reader.shape();
        }

        @Override
        public void read(long from, int count, float[] into) {
            reader.read(from, count, into);
        }
    }
}
