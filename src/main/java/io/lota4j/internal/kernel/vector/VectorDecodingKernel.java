package io.lota4j.internal.kernel.vector;

import io.lota4j.checkpoint.DType;
import io.lota4j.internal.kernel.DecodingKernel;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.concurrent.ForkJoinPool;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.jspecify.annotations.Nullable;

/// The operations of decoding in vectors, on as many threads as the common pool has.
public final class VectorDecodingKernel implements DecodingKernel {
    private static final VectorSpecies<Float> LANES = Dot.LANES;
    private static final int COUNT = LANES.length();

    /// Rows of a matrix that a thread takes at once, at least: some microseconds.
    private static final int ROWS = 32;

    /// Parts of a matrix a thread, so that one that is held up leaves its share to the others.
    private static final int PARTS = 4;

    /// Values of a gate that a thread takes at once.
    private static final int GATES = 2048;

    private final Team team = new Team(ForkJoinPool.getCommonPoolParallelism() + 1);
    private final float[][] scratch = new float[team.size()][0];
    private final AlignedRows aligned = new AlignedRows();

    @Override
    public void product(float[] x, int rows, Matrix matrix, float[] y) {
        int outs = matrix.rows();
        long address = address(matrix.memory());
        int part = Math.max(ROWS, Math.ceilDiv(Math.ceilDiv(outs, PARTS * team.size()), ROWS) * ROWS);
        part = Math.min(part, 32 * ROWS);
        int size = part;
        boolean bf16 = matrix.type() == DType.BF16;
        aligned.put(x, rows, matrix.columns());
        team.each(Math.ceilDiv(outs, size), (number, worker) -> {
            int from = number * size;
            int to = Math.min(outs, from + size);
            float[] lanes = scratch(worker, SkinnyProduct.ROOM);
            new SkinnyProduct(address, bf16, matrix.columns(), aligned, rows, y, outs, lanes).run(from, to);
        });
        Reference.reachabilityFence(matrix);
    }

    private static long address(MemorySegment memory) {
        return NativeMemory.address(memory, memory.byteSize());
    }

    private float[] scratch(int worker, int size) {
        if (scratch[worker].length < size) {
            scratch[worker] = new float[size];
        }
        return scratch[worker];
    }

    @Override
    public void rmsNorm(float[] x, int count, float[] weights, double eps, float[] y) {
        int width = weights.length;
        for (int at = 0; at < count; at += width) {
            float scale = (float) (1 / Math.sqrt(squares(x, at, width) / width + eps));
            for (int i = 0; i < width; i++) {
                y[at + i] = x[at + i] * scale * weights[i];
            }
        }
    }

    private static double squares(float[] x, int at, int width) {
        FloatVector sum = FloatVector.zero(LANES);
        int whole = width - width % COUNT;
        for (int i = 0; i < whole; i += COUNT) {
            FloatVector v = FloatVector.fromArray(LANES, x, at + i);
            sum = v.fma(v, sum);
        }
        double all = LaneSum.of(sum);
        for (int i = whole; i < width; i++) {
            all += (double) x[at + i] * x[at + i];
        }
        return all;
    }

    @Override
    public void gate(Activation activation, float[] gate, float @Nullable [] up, int count, float[] y) {
        team.each(Math.ceilDiv(count, GATES), (number, worker) -> {
            int from = number * GATES;
            int to = Math.min(count, from + GATES);
            int i = from;
            for (; i + COUNT <= to; i += COUNT) {
                FloatVector out = activated(activation, FloatVector.fromArray(LANES, gate, i));
                (up == null ? out : out.mul(FloatVector.fromArray(LANES, up, i))).intoArray(y, i);
            }
            for (; i < to; i++) {
                float out = activated(activation, FloatVector.broadcast(LANES, gate[i]))
                        .lane(0);
                y[i] = up == null ? out : out * up[i];
            }
        });
    }

    private static FloatVector activated(Activation activation, FloatVector x) {
        return switch (activation) {
            case SILU -> x.div(Exponential.exp(x.neg()).add(1f));
            case SIGMOID ->
                FloatVector.broadcast(LANES, 1f).div(Exponential.exp(x.neg()).add(1f));
            case GELU_TANH -> {
                FloatVector cube = x.mul(x).mul(x);
                FloatVector inner = cube.mul(0.044715f).add(x).mul((float) Math.sqrt(2 / Math.PI));
                yield x.mul(0.5f).mul(Exponential.tanh(inner).add(1f));
            }
        };
    }

    @Override
    public void attend(Attention attention, float[] q, float[] y) {
        int heads = attention.heads();
        int head = attention.head();
        int group = heads / attention.kvHeads();
        long keys = address(attention.keys());
        long values = address(attention.values());
        team.each(attention.slots().length * attention.kvHeads(), (number, worker) -> {
            int row = number / attention.kvHeads();
            int kvHead = number % attention.kvHeads();
            int length = attention.lengths()[row];
            int from = attention.window() > 0 ? Math.max(0, length - attention.window()) : 0;
            long place = (long) attention.slots()[row] * attention.kvHeads() + kvHead;
            long offset = Float.BYTES * place * attention.capacity() * head;
            float[] scores = scratch(worker, NextAttention.room(attention.capacity()));
            NextAttention one = new NextAttention(keys + offset, values + offset, from, length, head);
            for (int g = 0; g < group; g++) {
                int h = kvHead * group + g;
                one.run(attention, h, q, (row * heads + h) * head, scores, y);
            }
        });
        Reference.reachabilityFence(attention);
    }

    @Override
    public void close() {
        team.close();
    }
}
