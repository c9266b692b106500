package io.lota4j.internal.merge.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.mask.IndexBits;
import io.lota4j.internal.merge.ModelTensor;
import io.lota4j.internal.ticket.ExactValues;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class EmbeddingRowsTest {
    /// Three rows of two columns, of which a ticket keeps some exactly.
    private record Kept(Optional<ExactValues> exact) implements ModelTensor.Delta {
        @Override
        public Shape shape() {
            return Shape.of(3, 2);
        }

        @Override
        public void read(long from, int count, float[] into) {
            Arrays.fill(into, 0, count, 0);
        }

        @Override
        public Optional<IndexBits> support() {
            return Optional.empty();
        }
    }

    @Test
    void whatIsKeptExactlyMovesWithItsRow() {
        Optional<ExactValues> exact = ExactValues.of(new TreeMap<>(Map.of(1, -0f, 2, 2f, 5, Float.NaN)));
        EmbeddingRows rows = new EmbeddingRows(4, 3, new int[][] {{2, EmbeddingRows.NONE, 0}}, Map.of());
        var moved = (ModelTensor.Delta) rows.of(0, List.of(new Kept(exact)));
        assertThat(moved.exact()).isEqualTo(ExactValues.of(new TreeMap<>(Map.of(1, Float.NaN, 5, -0f))));
        var none = (ModelTensor.Delta) rows.of(0, List.of(new Kept(Optional.empty())));
        assertThat(none.exact()).isEmpty();
    }
}
