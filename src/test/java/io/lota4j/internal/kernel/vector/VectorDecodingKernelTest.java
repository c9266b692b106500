package io.lota4j.internal.kernel.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lota4j.checkpoint.DType;
import io.lota4j.internal.checkpoint.Floats;
import io.lota4j.internal.kernel.DecodingKernel;
import io.lota4j.internal.kernel.DecodingKernel.Matrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The decoding kernel against sums written out in F64, over awkward sizes.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class VectorDecodingKernelTest {
    private static final float NOTHING = 77;

    private DecodingKernel kernel;

    @BeforeAll
    void open() {
        kernel = new VectorDecodingKernel();
    }

    @AfterAll
    void close() {
        kernel.close();
    }

    @ParameterizedTest
    @CsvSource({
        "1, 1",
        "1, 7",
        "3, 8",
        "4, 9",
        "5, 15",
        "31, 16",
        "33, 63",
        "130, 577",
        "97, 768",
        "34, 769",
        "129, 1537",
        "300, 2305"
    })
    void products(int outs, int columns) {
        SplittableRandom random = new SplittableRandom(outs * 10_000L + columns);
        for (DType type : new DType[] {DType.F32, DType.BF16}) {
            try (Arena arena = Arena.ofShared()) {
                float[] w = values(random, outs * columns, type);
                Matrix matrix = matrix(arena, w, type, outs, columns);
                int most = 19;
                float[] x = values(random, most * columns, DType.F32);
                float[] all = new float[most * outs];
                kernel.product(x, most, matrix, all);
                for (int rows = 1; rows <= most; rows++) {
                    float[] y = new float[most * outs];
                    Arrays.fill(y, NOTHING);
                    kernel.product(x, rows, matrix, y);
                    for (int i = 0; i < y.length; i++) {
                        // The same bits whatever is beside a row, and no row more than was asked for.
                        assertThat(y[i])
                                .as("value %d of %d rows", i, rows)
                                .isEqualTo(i < rows * outs ? all[i] : NOTHING);
                    }
                }
                for (int r = 0; r < most; r++) {
                    for (int o = 0; o < outs; o++) {
                        double sum = 0;
                        double size = 0;
                        for (int i = 0; i < columns; i++) {
                            double part = (double) x[r * columns + i] * w[o * columns + i];
                            sum += part;
                            size += Math.abs(part);
                        }
                        assertThat((double) all[r * outs + o])
                                .as("%s row %d, output %d", type, r, o)
                                .isCloseTo(sum, within(1e-6 * size + 1e-30));
                    }
                }
            }
        }
    }

    @Test
    void rowsOfAMatrix() {
        SplittableRandom random = new SplittableRandom(3);
        try (Arena arena = Arena.ofShared()) {
            Matrix matrix = matrix(arena, values(random, 10 * 12, DType.BF16), DType.BF16, 10, 12);
            float[] x = values(random, 12, DType.F32);
            float[] whole = new float[10];
            float[] part = new float[3];
            kernel.product(x, 1, matrix, whole);
            kernel.product(x, 1, matrix.slice(4, 3), part);
            assertThat(part).isEqualTo(Arrays.copyOfRange(whole, 4, 7));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5, 8, 17, 64, 576})
    void norms(int width) {
        SplittableRandom random = new SplittableRandom(width);
        float[] x = values(random, 3 * width, DType.F32);
        float[] weights = values(random, width, DType.F32);
        float[] y = new float[3 * width];
        Arrays.fill(y, NOTHING);
        kernel.rmsNorm(x, 2 * width, weights, 1e-5, y);
        for (int r = 0; r < 2; r++) {
            double squares = 0;
            for (int i = 0; i < width; i++) {
                squares += (double) x[r * width + i] * x[r * width + i];
            }
            for (int i = 0; i < width; i++) {
                double expected = x[r * width + i] / Math.sqrt(squares / width + 1e-5) * weights[i];
                assertThat((double) y[r * width + i]).isCloseTo(expected, within(1e-6 * Math.abs(expected) + 1e-9));
            }
        }
        assertThat(y[2 * width]).isEqualTo(NOTHING);
    }

    @ParameterizedTest
    @EnumSource(DecodingKernel.Activation.class)
    void gates(DecodingKernel.Activation activation) {
        int count = 5003;
        float[] gate = new float[count];
        for (int i = 0; i < count; i++) {
            gate[i] = (i - count / 2) * 0.05f;
        }
        float[] up = values(new SplittableRandom(1), count, DType.F32);
        float[] y = new float[count];
        float[] bare = new float[count];
        kernel.gate(activation, gate, up, count, y);
        kernel.gate(activation, gate, null, count, bare);
        for (int i = 0; i < count; i++) {
            double x = gate[i];
            double expected = switch (activation) {
                case SILU -> x / (1 + Math.exp(-x));
                case SIGMOID -> 1 / (1 + Math.exp(-x));
                case GELU_TANH -> x / 2 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
            };
            assertThat((double) bare[i]).as("at %s", x).isCloseTo(expected, within(1e-6 * (Math.abs(x) + 0.1)));
            assertThat(y[i]).isEqualTo(bare[i] * up[i]);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "4, 4, 8, 0, 0, false",
        "6, 2, 16, 0, 0, false",
        "6, 3, 5, 0, 0, true",
        "8, 2, 64, 5, 0, false",
        "2, 1, 80, 3, 30, true",
        "3, 1, 33, 0, 2, false"
    })
    void attention(int heads, int kvHeads, int head, int window, float cap, boolean withSinks) {
        SplittableRandom random = new SplittableRandom(heads * 100L + head);
        int capacity = 21;
        int[] slots = {2, 0, 3};
        int[] lengths = {1, 21, 10};
        float scale = 0.7f;
        float[] sinks = withSinks ? values(random, heads, DType.F32) : new float[0];
        float[] k = values(random, 4 * kvHeads * capacity * head, DType.F32);
        float[] v = values(random, 4 * kvHeads * capacity * head, DType.F32);
        float[] q = values(random, slots.length * heads * head, DType.F32);
        float[] y = new float[q.length];
        try (Arena arena = Arena.ofShared()) {
            kernel.attend(
                    new DecodingKernel.Attention(
                            arena.allocateFrom(ValueLayout.JAVA_FLOAT, k),
                            arena.allocateFrom(ValueLayout.JAVA_FLOAT, v),
                            slots,
                            lengths,
                            heads,
                            kvHeads,
                            capacity,
                            head,
                            scale,
                            window,
                            cap,
                            sinks),
                    q,
                    y);
        }
        for (int r = 0; r < slots.length; r++) {
            for (int h = 0; h < heads; h++) {
                int at = (r * heads + h) * head;
                int first = (slots[r] * kvHeads + h / (heads / kvHeads)) * capacity * head;
                double[] expected = new double[head];
                double total = withSinks ? Math.exp(sinks[h]) : 0;
                for (int p = window > 0 ? Math.max(0, lengths[r] - window) : 0; p < lengths[r]; p++) {
                    double score = 0;
                    for (int i = 0; i < head; i++) {
                        score += (double) q[at + i] * k[first + p * head + i];
                    }
                    score *= scale;
                    double chance = Math.exp(cap > 0 ? cap * Math.tanh(score / cap) : score);
                    total += chance;
                    for (int i = 0; i < head; i++) {
                        expected[i] += chance * v[first + p * head + i];
                    }
                }
                for (int i = 0; i < head; i++) {
                    assertThat((double) y[at + i])
                            .as("sequence %d, head %d, feature %d", r, h, i)
                            .isCloseTo(expected[i] / total, within(3e-6));
                }
            }
        }
    }

    private static float[] values(SplittableRandom random, int count, DType type) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            float value = (float) random.nextGaussian();
            values[i] = type == DType.BF16 ? Floats.bf16ToFloat(Floats.floatToBf16(value)) : value;
        }
        return values;
    }

    private static Matrix matrix(Arena arena, float[] values, DType type, int rows, int columns) {
        MemorySegment memory = arena.allocate((long) type.size() * values.length, 2);
        for (int i = 0; i < values.length; i++) {
            if (type == DType.BF16) {
                memory.setAtIndex(ValueLayout.JAVA_SHORT, i, Floats.floatToBf16(values[i]));
            } else {
                memory.setAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i, values[i]);
            }
        }
        return new Matrix(memory, type, rows, columns);
    }
}
