package io.lota4j.guard;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/// How deep in its answers a model was changed, by position (arXiv 2406.05946): at the t-th token
/// how far what it expects is from what it expected before, and the loss of the token before and
/// after.
///
/// @param positions from the first token, as many as some row has
public record Depth(List<Position> positions) {
    /// How many of the first positions the share is of.
    public static final int FIRST = 5;

    /// Copies the list.
    public Depth {
        positions = List.copyOf(positions);
    }

    /// One position: means over the rows that have a token there, the end of an answer included.
    ///
    /// @param place from 1
    /// @param rows that have a token there
    /// @param divergence KL(after || before), nats
    /// @param before loss of the token, nats
    /// @param after the same of the changed model
    /// @param gradient norm of the gradient of the changed model's loss of the token; empty where it was not
    ///     measured
    public record Position(
            int place, int rows, double divergence, double before, double after, OptionalDouble gradient) {}

    /// One row: values of its tokens in their order.
    ///
    /// @param divergence KL(after || before) at each, nats
    /// @param before loss of each, nats
    /// @param after the same of the changed model
    /// @param gradient norm of the gradient of the loss of each, or null where it is not measured
    @SuppressWarnings("ArrayRecordComponent") // made once, never written
    public record Row(double[] divergence, double[] before, double[] after, double @Nullable [] gradient) {
        /// Without gradients.
        public Row(double[] divergence, double[] before, double[] after) {
            this(divergence, before, after, null);
        }
    }

    /// Means over rows.
    ///
    /// @param most positions
    public static Depth of(List<Row> rows, int most) {
        List<Position> positions = new ArrayList<>();
        for (int at = 0; at < most; at++) {
            int place = at;
            List<Row> some =
                    rows.stream().filter(row -> row.divergence().length > place).toList();
            if (some.isEmpty()) {
                break;
            }
            positions.add(new Position(
                    place + 1,
                    some.size(),
                    mean(some, Row::divergence, place).orElseThrow(),
                    mean(some, Row::before, place).orElseThrow(),
                    mean(some, Row::after, place).orElseThrow(),
                    mean(some, Row::gradient, place)));
        }
        return new Depth(positions);
    }

    private interface Values {
        double @Nullable [] of(Row row);
    }

    /// Empty where a row does not have it.
    private static OptionalDouble mean(List<Row> rows, Values values, int place) {
        double sum = 0;
        for (Row row : rows) {
            double[] of = values.of(row);
            if (of == null) {
                return OptionalDouble.empty();
            }
            sum += of[place];
        }
        return OptionalDouble.of(sum / rows.size());
    }

    /// Share of the first positions in the divergence of all; empty where nothing was changed.
    ///
    /// @param first how many
    public OptionalDouble share(int first) {
        double all = positions.stream().mapToDouble(Position::divergence).sum();
        return all == 0
                ? OptionalDouble.empty()
                : OptionalDouble.of(positions.stream()
                                .filter(position -> position.place() <= first)
                                .mapToDouble(Position::divergence)
                                .sum()
                        / all);
    }
}
