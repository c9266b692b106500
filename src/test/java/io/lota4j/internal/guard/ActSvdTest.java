package io.lota4j.internal.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.pytorch.engine.PtNDArray;
import io.lota4j.LotaException;
import io.lota4j.data.Dataset;
import io.lota4j.data.Example;
import io.lota4j.guard.RankOptions;
import io.lota4j.guard.Ranks;
import io.lota4j.internal.model.Activation;
import io.lota4j.internal.model.GradientSink;
import io.lota4j.internal.model.PackedBatch;
import io.lota4j.internal.model.ResponseTokens;
import io.lota4j.internal.train.AdaptedModel;
import io.lota4j.internal.train.Runs;
import io.lota4j.mask.Pool;
import io.lota4j.memory.Host;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.TicketTensor;
import io.lota4j.train.attribution.Scoring;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Ranks of small models against a decomposition of what their matrices put out.
class ActSvdTest {
    private static final Scoring.Listener SILENT = (done, all, tokens) -> {};
    private static final double NEAR = 1e-7;
    private static final RankOptions HOW = new RankOptions(0.2, 0.1, Pool.standard());

    private static Ranks ranks(AdaptedModel model, Dataset behaviour, Dataset others, RankOptions how) {
        return ActSvd.find(model, behaviour, others, how, SILENT, () -> false).orElseThrow();
    }

    /// Keeps what goes into every matrix at the tokens of responses, `[tokens][in]`.
    private static final class Inputs implements GradientSink {
        private final AdaptedModel model;
        private final Map<String, List<double[]>> rows = new HashMap<>();
        private ResponseTokens tokens = ResponseTokens.of(PackedBatch.of(List.of()));

        private Inputs(AdaptedModel model, Dataset data) {
            this.model = model;
            for (Example row : data.examples()) {
                PackedBatch batch = PackedBatch.of(List.of(new PackedBatch.Sequence(row.ids(), row.labelled())));
                tokens = ResponseTokens.of(batch);
                float[] ones = new float[batch.targetPositions().length];
                Arrays.fill(ones, 1);
                model.decoder().gradients(batch, ones, this);
            }
        }

        @Override
        public boolean wants(String weight) {
            return HOW.pool().select(model.base().tensors()).containsKey(weight);
        }

        @Override
        public void linear(String weight, Activation first, Activation second) {
            Activation x = transposed(model, weight) ? second : first;
            float[] all = x.tensor().toFloatArray();
            for (int token : tokens.rows(x)) {
                rows.computeIfAbsent(weight, name -> new ArrayList<>())
                        .add(IntStream.range(0, x.features())
                                .mapToDouble(
                                        f -> all[x.byFeature() ? f * x.tokens() + token : token * x.features() + f])
                                .toArray());
            }
        }

        @Override
        public void whole(String weight, PtNDArray gradient) {
            throw new AssertionError(weight);
        }
    }

    private static boolean transposed(AdaptedModel model, String name) {
        return model.decoder().config().blocks().isTransposed(name);
    }

    /// `[out][in]`
    private static double[][] weight(AdaptedModel model, String name) {
        float[] stored = Host.floats(model.decoder().weights().memory(name));
        int columns = (int) model.base().info(name).shape().dim(1);
        double[][] w = new double[stored.length / columns][columns];
        for (int i = 0; i < stored.length; i++) {
            w[i / columns][i % columns] = stored[i];
        }
        return transposed(model, name) ? turned(w) : w;
    }

    private static double[][] turned(double[][] a) {
        double[][] t = new double[a[0].length][a.length];
        for (int i = 0; i < a.length; i++) {
            for (int j = 0; j < a[0].length; j++) {
                t[j][i] = a[i][j];
            }
        }
        return t;
    }

    private static double dot(double[] a, double[] b) {
        return IntStream.range(0, a.length).mapToDouble(i -> a[i] * b[i]).sum();
    }

    /// The leading left singular vectors, one a row, of `W X`, by rotating its rows' space: Hestenes' one-sided Jacobi
    /// turns the tokens until they are orthogonal, and no second moment is formed.
    private static double[][] leading(double[][] w, List<double[]> x, int count) {
        double[][] y = new double[x.size()][w.length];
        for (int token = 0; token < y.length; token++) {
            for (int out = 0; out < w.length; out++) {
                y[token][out] = dot(w[out], x.get(token));
            }
        }
        for (int sweep = 0; sweep < 30; sweep++) {
            for (int p = 0; p < y.length; p++) {
                for (int q = p + 1; q < y.length; q++) {
                    rotate(y[p], y[q]);
                }
            }
        }
        Arrays.sort(y, Comparator.comparingDouble(row -> -dot(row, row)));
        double[][] leading = Arrays.copyOf(y, count);
        for (double[] row : leading) {
            double norm = Math.sqrt(dot(row, row));
            for (int i = 0; i < row.length; i++) {
                row[i] /= norm;
            }
        }
        return leading;
    }

    private static void rotate(double[] p, double[] q) {
        double both = dot(p, q);
        if (both == 0) {
            return;
        }
        double zeta = (dot(q, q) - dot(p, p)) / (2 * both);
        double t = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta));
        double c = 1 / Math.sqrt(1 + t * t);
        for (int i = 0; i < p.length; i++) {
            double before = p[i];
            p[i] = c * before - c * t * q[i];
            q[i] = c * t * before + c * q[i];
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama-tied", "gpt2"})
    void ranksAreThoseOfADecomposition(String name) {
        try (AdaptedModel model = Runs.model(name)) {
            Dataset behaviour = Runs.data(1, 6);
            Dataset others = Runs.data(2, 8);
            Map<String, int[]> before = Runs.bits(model);
            Ranks ranks = ranks(model, behaviour, others, HOW);
            assertThat(Runs.bits(model)).usingRecursiveComparison().isEqualTo(before);
            assertThat(ranks.shortMatrices()).isZero();
            assertThat(ranks.tied()).isZero();
            Inputs own = new Inputs(model, behaviour);
            Inputs usual = new Inputs(model, others);
            Ticket without = ActSvd.without(model, ranks);
            ranks.matrices().forEach((matrix, found) -> {
                double[][] w = weight(model, matrix);
                int most = Math.min(w.length, w[0].length);
                assertThat(found.utility().taken()).isEqualTo(Math.max(1, (int) (0.2 * most)));
                assertThat(found.safety().taken()).isEqualTo(Math.max(1, (int) (0.1 * most)));
                assertThat(found.compared().removed().rank())
                        .isEqualTo(found.safety().taken());
                double[][] u = leading(
                        w,
                        Objects.requireNonNull(usual.rows.get(matrix)),
                        found.utility().taken());
                double[][] s = leading(
                        w,
                        Objects.requireNonNull(own.rows.get(matrix)),
                        found.safety().taken());
                double common = 0;
                for (double[] one : u) {
                    for (double[] other : s) {
                        common += Math.pow(dot(one, other), 2);
                    }
                }
                assertThat(found.compared().similarity())
                        .as(matrix)
                        .isCloseTo(common / Math.min(u.length, s.length), within(NEAR))
                        .isBetween(0.0, 1.0);
                assertRemoved(
                        found,
                        w,
                        u,
                        s,
                        Objects.requireNonNull(without.tensors().get(matrix)),
                        transposed(model, matrix));
            });
            assertThat(ranks.whole().matrices()).isEqualTo(ranks.matrices().size());
            assertThat(ranks.whole().removed()).isBetween(0.0, 1.0);
            assertThat(ranks.layers()).hasSize(model.decoder().config().layers());
            assertThat(ActSvd.without(model, ranks(model, behaviour, others, HOW))
                            .tensors())
                    .isEqualTo(without.tensors());
        }
    }

    private static void assertRemoved(
            Ranks.Matrix found, double[][] w, double[][] u, double[][] s, TicketTensor ticket, boolean transposed) {
        double[][] columns = turned(w);
        double squares = 0;
        double whole = 0;
        double apart = 0;
        for (int column = 0; column < columns.length; column++) {
            double[] removed = projected(s, columns[column]);
            double[] usual = projected(u, removed);
            for (int row = 0; row < w.length; row++) {
                double expected = removed[row] - usual[row];
                squares += expected * expected;
                whole += w[row][column] * w[row][column];
                int index = transposed ? column * w.length + row : row * columns.length + column;
                apart = Math.max(apart, Math.abs(found.compared().removed().at(row, column) - expected));
                apart = Math.max(apart, Math.abs(ticket.values()[index] + expected));
            }
        }
        assertThat(apart).isLessThan(NEAR);
        assertThat(found.compared().removedSquares()).isCloseTo(squares, within(NEAR));
        assertThat(found.compared().squares()).isCloseTo(whole, within(NEAR));
    }

    private static double[] projected(double[][] basis, double[] x) {
        double[] sum = new double[x.length];
        for (double[] one : basis) {
            double along = dot(one, x);
            for (int i = 0; i < x.length; i++) {
                sum[i] += along * one[i];
            }
        }
        return sum;
    }

    /// The same rows show the same directions: the behaviour has none of its own.
    @Test
    void whatAllRowsNeedIsNotTheBehavioursAlone() {
        try (AdaptedModel model = Runs.model()) {
            Dataset rows = Runs.data(1, 6);
            Ranks ranks = ranks(model, rows, rows, HOW);
            assertThat(ranks.whole().similarity()).isCloseTo(1, within(NEAR));
            assertThat(ranks.whole().removed()).isCloseTo(0, within(NEAR));
        }
    }

    @Test
    void fewTokensGiveFewRanks() {
        try (AdaptedModel model = Runs.model()) {
            boolean[] scored = {false, false, true};
            Dataset one = Runs.data(Collections.singletonList(new Example(0, new int[] {1, 2, 3}, scored, 1, "", "")));
            Ranks ranks = ranks(model, one, one, new RankOptions(0.2, 0.2, Pool.standard()));
            assertThat(ranks.shortMatrices()).isEqualTo(ranks.matrices().size());
            ranks.matrices()
                    .values()
                    .forEach(found -> assertThat(found.safety().taken()).isEqualTo(1));
        }
    }

    @Test
    void itStopsAndRefusesWhatIsNoMatrix() {
        try (AdaptedModel model = Runs.model()) {
            Dataset rows = Runs.data(1, 2);
            assertThat(ActSvd.find(model, rows, rows, HOW, SILENT, () -> true)).isEmpty();
            RankOptions all = new RankOptions(0.2, 0.1, Pool.parse("all", null));
            assertThatThrownBy(() -> ranks(model, rows, rows, all))
                    .isInstanceOf(LotaException.class)
                    .hasMessageContaining("exclude it from the pool");
        }
        assertThatThrownBy(() -> new RankOptions(0, 0.1, Pool.standard())).isInstanceOf(LotaException.class);
    }
}
