package io.lota4j.internal.kernel.vector;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AlignedRowsTest {
    private final AlignedRows aligned = new AlignedRows();

    @ParameterizedTest
    @CsvSource({"1, 1", "3, 16", "2, 17", "16, 576", "5, 33"})
    void rowsAreThereALineOrMoreApart(int rows, int columns) {
        float[] x = new float[rows * columns + 3];
        for (int i = 0; i < x.length; i++) {
            x[i] = i + 1;
        }
        aligned.put(x, rows, columns);
        assertThat(aligned.start()).isBetween(0, 15);
        assertThat(aligned.stride()).isGreaterThanOrEqualTo(columns).isLessThan(columns + 32);
        assertThat(aligned.stride() % 32).as("an odd number of lines").isEqualTo(16);
        for (int r = 0; r < rows; r++) {
            int from = aligned.start() + r * aligned.stride();
            assertThat(Arrays.copyOfRange(aligned.values(), from, from + columns))
                    .isEqualTo(Arrays.copyOfRange(x, r * columns, (r + 1) * columns));
        }
    }

    @ParameterizedTest
    @CsvSource({"8, 40, 2, 300", "2, 300, 8, 40"})
    void otherRowsTakeTheirPlace(int rows, int columns, int nextRows, int nextColumns) {
        rowsAreThereALineOrMoreApart(rows, columns);
        rowsAreThereALineOrMoreApart(nextRows, nextColumns);
    }
}
