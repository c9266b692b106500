package io.lota4j.internal.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import io.lota4j.Golden;
import java.io.IOException;
import java.nio.DoubleBuffer;
import java.nio.file.Files;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Directions of what a matrix puts out against numpy's, and the laws that they obey.
class OutputSpacesGoldenTest {
    private static final double NEAR = 1e-9;
    private static final double EXACT = 1e-10;

    private static double[][] matrix(JsonNode rows) {
        return rows.valueStream()
                .map(row -> row.valueStream().mapToDouble(JsonNode::asDouble).toArray())
                .toArray(double[][]::new);
    }

    private static PtNDArray tensor(PtNDManager scope, double[][] rows) {
        DoubleBuffer all = DoubleBuffer.allocate(rows.length * rows[0].length);
        for (double[] row : rows) {
            all.put(row);
        }
        return scope.create(all.flip(), new Shape(rows.length, rows[0].length), DataType.FLOAT64);
    }

    private static double[][] rows(double[] flat, int width) {
        double[][] rows = new double[flat.length / width][width];
        for (int i = 0; i < flat.length; i++) {
            rows[i / width][i % width] = flat[i];
        }
        return rows;
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

    private static double[][] product(double[][] a, double[][] b) {
        double[][] c = new double[a.length][b[0].length];
        for (int i = 0; i < a.length; i++) {
            for (int j = 0; j < b[0].length; j++) {
                for (int k = 0; k < b.length; k++) {
                    c[i][j] += a[i][k] * b[k][j];
                }
            }
        }
        return c;
    }

    private static void assertNear(double[][] found, double[][] expected, double near) {
        assertThat(found).hasDimensions(expected.length, expected[0].length);
        for (int i = 0; i < expected.length; i++) {
            assertThat(found[i]).as("row %s", i).containsExactly(expected[i], within(near));
        }
    }

    private static OutputSpaces.Leading leading(Torch torch, PtNDManager scope, double[][] w, double[][] x, int asked) {
        PtNDArray moments = tensor(scope, product(x, turned(x)));
        return OutputSpaces.leading(
                torch, scope, tensor(scope, w), () -> moments, () -> torch.one(scope, "moment_factor", moments), asked);
    }

    private static double[][] basis(OutputSpaces.Leading leading) {
        PtNDArray basis = Objects.requireNonNull(leading.basis());
        return rows(basis.toDoubleArray(), leading.cut().taken());
    }

    private static double[][] random(SplittableRandom random, int rows, int columns) {
        double[][] all = new double[rows][columns];
        for (double[] row : all) {
            for (int i = 0; i < columns; i++) {
                row[i] = random.nextGaussian();
            }
        }
        return all;
    }

    @Test
    void numpyFindsTheSame() throws IOException {
        JsonNode golden = JsonMapper.shared().readTree(Files.readString(Golden.path("safeguards/actsvd.json")));
        double[][] w = matrix(golden.get("w"));
        try (Torch torch = new Torch("");
                PtNDManager scope = torch.scope()) {
            OutputSpaces.Leading utility = leading(
                    torch,
                    scope,
                    w,
                    matrix(golden.get("x_utility")),
                    golden.get("keep_utility").asInt());
            OutputSpaces.Leading safety = leading(
                    torch,
                    scope,
                    w,
                    matrix(golden.get("x_safety")),
                    golden.get("keep_safety").asInt());
            double[][] u = basis(utility);
            double[][] s = basis(safety);
            assertNear(product(u, turned(u)), matrix(golden.get("projector_utility")), NEAR);
            assertNear(product(s, turned(s)), matrix(golden.get("projector_safety")), NEAR);
            OutputSpaces.Compared compared =
                    OutputSpaces.compared(torch, scope, tensor(scope, w), utility.basis(), safety.basis());
            assertThat(compared.similarity()).isCloseTo(golden.get("similarity").asDouble(), within(NEAR));
            assertThat(compared.removed().rank())
                    .isEqualTo(golden.get("rank_removed").asInt());
            assertThat(Math.sqrt(compared.removedSquares()))
                    .isCloseTo(golden.get("norm_removed").asDouble(), within(NEAR));
            double[][] removed = new double[w.length][w[0].length];
            double[][] rest = new double[w.length][w[0].length];
            for (int i = 0; i < w.length; i++) {
                for (int j = 0; j < w[0].length; j++) {
                    removed[i][j] = compared.removed().at(i, j);
                    rest[i][j] = w[i][j] - removed[i][j];
                }
            }
            assertNear(removed, matrix(golden.get("removed")), NEAR);
            assertNear(rest, matrix(golden.get("rest")), NEAR);
        }
    }

    /// Wide and tall matrices, more and fewer tokens than inputs: what is found is what is meant, without a
    /// decomposition to compare with. U is orthonormal, `W X Xᵀ Wᵀ` does not lead out of it, and what it has of the
    /// squares is no less than any other directions have.
    @Test
    void directionsAreInvariantAndLead() {
        SplittableRandom random = new SplittableRandom(1);
        for (int[] sizes : new int[][] {{12, 20, 30}, {20, 12, 30}, {12, 20, 7}, {20, 12, 7}}) {
            double[][] w = random(random, sizes[0], sizes[1]);
            double[][] x = random(random, sizes[1], sizes[2]);
            try (Torch torch = new Torch("");
                    PtNDManager scope = torch.scope()) {
                OutputSpaces.Leading leading = leading(torch, scope, w, x, 5);
                assertThat(leading.cut()).isEqualTo(new OutputSpaces.Cut(5, 5, false));
                double[][] u = basis(leading);
                double[][] p = product(u, turned(u));
                assertNear(turned(p), p, EXACT);
                assertNear(product(p, p), p, EXACT);
                assertNear(product(turned(u), u), identity(5), EXACT);
                double[][] y = product(w, x);
                double[][] m = product(y, turned(y));
                double size = squares(m, identity(sizes[0]));
                double[][] moved = product(m, u);
                double[][] along = product(p, moved);
                for (int i = 0; i < moved.length; i++) {
                    assertThat(along[i]).containsExactly(moved[i], within(EXACT * size));
                }
                // Of the other directions none has as much as the least of these.
                double[][] values = product(turned(u), moved);
                double[][] left = new double[sizes[0]][1];
                for (int draw = 0; draw < 50; draw++) {
                    double[][] drawn = random(random, sizes[0], 1);
                    double[][] inside = product(p, drawn);
                    double norm = 0;
                    for (int i = 0; i < left.length; i++) {
                        left[i][0] = drawn[i][0] - inside[i][0];
                        norm += left[i][0] * left[i][0];
                    }
                    double most = values[0][0];
                    for (int i = 0; i < 5; i++) {
                        most = Math.min(most, values[i][i]);
                    }
                    assertThat(squares(m, left) / norm).isLessThan(most);
                }
            }
        }
    }

    private static double[][] identity(int size) {
        double[][] one = new double[size][size];
        for (int i = 0; i < size; i++) {
            one[i][i] = 1;
        }
        return one;
    }

    /// Trace of `Uᵀ M U`.
    private static double squares(double[][] m, double[][] u) {
        double[][] all = product(turned(u), product(m, u));
        double sum = 0;
        for (int i = 0; i < all.length; i++) {
            sum += all[i][i];
        }
        return sum;
    }

    @Test
    void tiesAndMissingRanksAreSeen() {
        try (Torch torch = new Torch("");
                PtNDManager scope = torch.scope()) {
            double[][] x = identity(4);
            assertThat(leading(torch, scope, x, x, 2).cut()).isEqualTo(new OutputSpaces.Cut(2, 2, true));
            assertThat(leading(torch, scope, x, x, 4).cut()).isEqualTo(new OutputSpaces.Cut(4, 4, false));
            x[3][3] = 0;
            assertThat(leading(torch, scope, identity(4), x, 4).cut()).isEqualTo(new OutputSpaces.Cut(4, 3, false));
            double[][] none = new double[4][4];
            OutputSpaces.Leading nothing = leading(torch, scope, identity(4), none, 2);
            assertThat(nothing).isEqualTo(new OutputSpaces.Leading(new OutputSpaces.Cut(2, 0, false), null));
            OutputSpaces.Compared compared = OutputSpaces.compared(
                    torch,
                    scope,
                    tensor(scope, identity(4)),
                    null,
                    leading(torch, scope, x, identity(4), 1).basis());
            assertThat(compared.similarity()).isNaN();
            assertThat(compared.removedSquares()).isCloseTo(1, within(NEAR));
        }
    }
}
