package io.lota4j.internal.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import io.lota4j.internal.Text;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The gated delta rule in chunks beside its definition, token by token.
class DeltaRuleTest {
    private static final int KEY_HEADS = 2;
    private static final int HEADS = 4;
    private static final int KEY = 3;
    private static final int HEAD = 5;
    private static final int WIDE = 2 * KEY_HEADS * KEY + HEADS * HEAD;
    private static final double TOLERANCE = 2e-5;

    private static final String METHODS = Text.format("""
          def whole(self, x: Tensor, write: Tensor, decay: Tensor, rates: Tensor, bias: Tensor, groups: Tensor) -> List[Tensor]:
            return [(self).delta(x, write, decay, rates, bias, (self).ints(groups, ), %d, %d, %d, )]
          def further(self, x: Tensor, write: Tensor, decay: Tensor, rates: Tensor, bias: Tensor, states: Tensor, slots: Tensor, starts: Tensor, lengths: Tensor) -> List[Tensor]:
            return [(self).delta_in_cache(x, write, decay, rates, bias, states, slots, starts, lengths, %d, %d, %d, )]
        """, KEY_HEADS, KEY, HEAD, KEY_HEADS, KEY, HEAD);

    /// One sequence's values.
    ///
    /// @param x queries, keys and values, `[tokens][WIDE]`
    /// @param write `[tokens][HEADS]`, as `decay`
    @SuppressWarnings("ArrayRecordComponent") // made once, never written
    private record Row(float[][] x, float[][] write, float[][] decay) {
        /// @param strength the larger, the less a state lasts
        static Row random(Random random, int tokens, double strength) {
            return new Row(
                    numbers(random, tokens, WIDE, 1),
                    numbers(random, tokens, HEADS, 1),
                    numbers(random, tokens, HEADS, strength));
        }

        private static float[][] numbers(Random random, int rows, int columns, double deviation) {
            float[][] numbers = new float[rows][columns];
            for (float[] row : numbers) {
                for (int i = 0; i < columns; i++) {
                    row[i] = (float) (deviation * random.nextGaussian());
                }
            }
            return numbers;
        }

        Row part(int from, int to) {
            return new Row(
                    Arrays.copyOfRange(x, from, to),
                    Arrays.copyOfRange(write, from, to),
                    Arrays.copyOfRange(decay, from, to));
        }

        int length() {
            return x.length;
        }

        /// The definition, in doubles.
        List<Double> read() {
            List<Double> out = new ArrayList<>();
            double[][][] state = new double[HEADS][KEY][HEAD];
            for (int t = 0; t < x.length; t++) {
                for (int h = 0; h < HEADS; h++) {
                    int keyHead = h / (HEADS / KEY_HEADS);
                    double[] q = unit(t, keyHead * KEY);
                    double[] k = unit(t, (KEY_HEADS + keyHead) * KEY);
                    double left = Math.exp(-Math.exp(RATES[h]) * Math.log1p(Math.exp(decay[t][h] + BIAS[h])));
                    double much = 1 / (1 + Math.exp(-write[t][h]));
                    for (int j = 0; j < HEAD; j++) {
                        double found = 0;
                        for (int i = 0; i < KEY; i++) {
                            state[h][i][j] *= left;
                            found += k[i] * state[h][i][j];
                        }
                        double added = much * (x[t][2 * KEY_HEADS * KEY + h * HEAD + j] - found);
                        double read = 0;
                        for (int i = 0; i < KEY; i++) {
                            state[h][i][j] += k[i] * added;
                            read += q[i] * state[h][i][j];
                        }
                        out.add(read / Math.sqrt(KEY));
                    }
                }
            }
            return out;
        }

        private double[] unit(int token, int from) {
            double[] part = new double[KEY];
            double squares = 1e-6;
            for (int i = 0; i < KEY; i++) {
                part[i] = x[token][from + i];
                squares += part[i] * part[i];
            }
            for (int i = 0; i < KEY; i++) {
                part[i] /= Math.sqrt(squares);
            }
            return part;
        }
    }

    private static final float[] RATES = {-1, 0.5f, 2, 0};
    private static final float[] BIAS = {1, -0.5f, 0.25f, 0};

    /// With a strength of 20 states vanish within a chunk, and what is left of them is no number an F32 has.
    @ParameterizedTest
    @ValueSource(doubles = {0.5, 20})
    void chunksAreTheDefinition(double strength) {
        Random random = new Random(3);
        List<Row> rows = List.of(1, 1, 2, 63, 64, 65, 65, 200).stream()
                .map(length -> Row.random(random, length, strength))
                .toList();
        try (Torch torch = new Torch(Product.PLAIN, METHODS);
                PtNDManager scope = torch.scope()) {
            PtNDArray out = torch.one(scope, "whole", arguments(scope, rows, groups(scope)));

            assertClose(
                    out.toFloatArray(),
                    rows.stream().flatMap(row -> row.read().stream()).toList());
        }
    }

    private static PtNDArray groups(PtNDManager scope) {
        return Torch.longs(scope, new long[] {2, 1, 1, 2, 1, 63, 1, 64, 2, 65, 1, 200});
    }

    /// Prompts of several lengths, then a token each, in slots that held something before.
    @ParameterizedTest
    @ValueSource(doubles = {0.5, 20})
    void answersGoOnWhereTheyWere(double strength) {
        Random random = new Random(4);
        List<Row> rows = List.of(3, 70, 4).stream()
                .map(length -> Row.random(random, length, strength))
                .toList();
        try (Torch torch = new Torch(Product.PLAIN, METHODS);
                PtNDManager scope = torch.scope()) {
            PtNDArray states = Torch.floats(scope, 5, HEADS, KEY, HEAD);
            Torch.memory(states).fill((byte) -1);
            List<Row> prompts =
                    rows.stream().map(row -> row.part(0, row.length() - 1)).toList();
            List<Row> next = rows.stream()
                    .map(row -> row.part(row.length() - 1, row.length()))
                    .toList();
            PtNDArray slots = Torch.longs(scope, new long[] {4, 0, 2});

            PtNDArray first = torch.one(
                    scope,
                    "further",
                    arguments(scope, prompts, states, slots, Torch.longs(scope, new long[3]), lengths(scope, prompts)));
            PtNDArray then = torch.one(
                    scope,
                    "further",
                    arguments(scope, next, states, slots, lengths(scope, prompts), lengths(scope, next)));

            assertClose(
                    first.toFloatArray(),
                    prompts.stream().flatMap(row -> row.read().stream()).toList());
            List<Double> last = rows.stream()
                    .flatMap(row ->
                            row.read().subList((row.length() - 1) * HEADS * HEAD, row.length() * HEADS * HEAD).stream())
                    .toList();
            assertClose(then.toFloatArray(), last);
        }
    }

    private static PtNDArray lengths(PtNDManager scope, List<Row> rows) {
        return Torch.longs(scope, rows.stream().mapToLong(Row::length).toArray());
    }

    private static PtNDArray[] arguments(PtNDManager scope, List<Row> rows, PtNDArray... more) {
        List<PtNDArray> all = new ArrayList<>();
        all.add(matrix(scope, rows.stream().map(Row::x).toList()));
        all.add(matrix(scope, rows.stream().map(Row::write).toList()));
        all.add(matrix(scope, rows.stream().map(Row::decay).toList()));
        all.add(Torch.floats(scope, RATES));
        all.add(Torch.floats(scope, BIAS));
        all.addAll(List.of(more));
        return all.toArray(PtNDArray[]::new);
    }

    private static PtNDArray matrix(PtNDManager scope, List<float[][]> rows) {
        List<float[]> tokens = rows.stream().flatMap(Arrays::stream).toList();
        PtNDArray matrix = Torch.floats(scope, tokens.size(), tokens.getFirst().length);
        for (int t = 0; t < tokens.size(); t++) {
            float[] token = tokens.get(t);
            MemorySegment.copy(
                    token, 0, Torch.memory(matrix), ValueLayout.JAVA_FLOAT, 4L * t * token.length, token.length);
        }
        return matrix;
    }

    private static void assertClose(float[] found, List<Double> expected) {
        assertThat(found).hasSize(expected.size());
        for (int i = 0; i < found.length; i++) {
            assertThat((double) found[i]).as("element %d", i).isCloseTo(expected.get(i), within(TOLERANCE));
        }
    }
}
