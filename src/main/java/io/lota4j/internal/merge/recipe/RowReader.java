package io.lota4j.internal.merge.recipe;

import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.merge.ModelTensor;
import io.lota4j.internal.ticket.ExactValues;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// Reads one model's embedding row by row as the result has it.
final class RowReader {
    /// At most so many elements are copied at a time.
    private static final int RUN = 1 << 20;

    private final EmbeddingRows rows;
    private final int place;
    private final List<ModelTensor> all;
    private final ModelTensor tensor;
    private final int columns;
    private float[] padding = {};

    RowReader(EmbeddingRows rows, int place, List<ModelTensor> all) {
        this.rows = rows;
        this.place = place;
        this.all = all;
        this.tensor = all.get(place);
        this.columns = Math.toIntExact(tensor.shape().dim(1));
    }

    Shape shape() {
        return Shape.of(rows.count(), columns);
    }

    /// What a delta keeps exactly, where the result has it.
    Optional<ExactValues> exact() {
        Optional<ExactValues> kept = tensor instanceof ModelTensor.Delta delta ? delta.exact() : Optional.empty();
        return kept.flatMap(values -> {
            SortedMap<Integer, Float> moved = new TreeMap<>();
            for (int row = 0; row < rows.tokens(); row++) {
                long to = (long) row * columns;
                long own = (long) rows.own(place, row) * columns;
                if (own >= 0) {
                    values.within(own, columns, (index, value) -> moved.put((int) (to + index - own), value));
                }
            }
            return ExactValues.of(moved);
        });
    }

    void read(long from, int count, float[] into) {
        int done = 0;
        while (done < count) {
            long at = from + done;
            int row = Math.toIntExact(at / columns);
            int column = (int) (at % columns);
            done += piece(row, column, count - done, into, done);
        }
    }

    /// @return how many elements were read, at least one
    private int piece(int row, int column, int most, float[] into, int to) {
        int run = row < rows.tokens() ? rows.run(place, row) : 0;
        if (run > 0) {
            int count = (int) Math.min(Math.min(most, RUN), (long) run * columns - column);
            float[] piece = new float[count];
            tensor.read((long) rows.own(place, row) * columns + column, count, piece);
            System.arraycopy(piece, 0, into, to, count);
            return count;
        }
        int count = Math.min(most, columns - column);
        float[] filled = row < rows.tokens() ? filled(row) : padding();
        System.arraycopy(filled, column, into, to, count);
        return count;
    }

    /// A delta adds nothing to a row that the base itself got from elsewhere.
    private float[] filled(int row) {
        float[] sum = new float[columns];
        List<EmbeddingRows.Row> fill = tensor instanceof ModelTensor.Delta ? List.of() : rows.fill(row);
        float[] one = new float[columns];
        for (EmbeddingRows.Row donor : fill) {
            all.get(donor.model()).read((long) donor.row() * columns, columns, one);
            for (int i = 0; i < columns; i++) {
                sum[i] += one[i];
            }
        }
        for (int i = 0; i < columns && fill.size() > 1; i++) {
            sum[i] /= fill.size();
        }
        return sum;
    }

    private synchronized float[] padding() {
        if (padding.length == 0) {
            double[] sum = new double[columns];
            float[] one = new float[columns];
            for (int row = 0; row < rows.tokens(); row++) {
                read((long) row * columns, columns, one);
                for (int i = 0; i < columns; i++) {
                    sum[i] += one[i];
                }
            }
            float[] mean = new float[columns];
            Arrays.setAll(sum, i -> sum[i] / rows.tokens());
            for (int i = 0; i < columns; i++) {
                mean[i] = (float) sum[i];
            }
            padding = mean;
        }
        return padding;
    }
}
