package io.lota4j.internal.kernel;

import io.lota4j.checkpoint.DType;
import io.lota4j.internal.Text;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// What computing one new token of each of some sequences needs beside additions: activations are F32 in Java arrays, a
/// row of features a sequence; matrices, keys and values are native memory.
///
/// What a row yields has the same bits whatever rows are beside it and however many threads there are. One thread at
/// a time may call.
public interface DecodingKernel extends AutoCloseable {
    /// A matrix `[rows, columns]`, row-major, in native memory.
    ///
    /// @param type F32 or BF16
    record Matrix(MemorySegment memory, DType type, int rows, int columns) {
        public Matrix {
            if (type != DType.F32 && type != DType.BF16) {
                throw new IllegalArgumentException("a matrix of " + type);
            }
            if (memory.byteSize() != (long) type.size() * rows * columns) {
                throw new IllegalArgumentException(
                        Text.format("%d bytes for %d x %d values of %s", memory.byteSize(), rows, columns, type));
            }
        }

        /// Some of its rows.
        public Matrix slice(int from, int count) {
            long row = (long) type.size() * columns;
            return new Matrix(memory.asSlice(from * row, count * row), type, count, columns);
        }
    }

    /// Some sequences' new queries, and where their keys and values are.
    ///
    /// @param keys `[slots, kvHeads, capacity, head]`
    /// @param values as the keys
    /// @param slots of the sequences
    /// @param lengths of the sequences, the new token included, whose key and value are there already
    /// @param sinks a score of each head that takes part in the softmax and attends to nothing; empty for none
    @SuppressWarnings("ArrayRecordComponent") // made for one call
    record Attention(
            MemorySegment keys,
            MemorySegment values,
            int[] slots,
            int[] lengths,
            int heads,
            int kvHeads,
            int capacity,
            int head,
            float scale,
            int window,
            float cap,
            float[] sinks) {}

    /// The functions between matrices.
    enum Activation {
        /// `x / (1 + exp(-x))`.
        SILU,
        /// `1 / (1 + exp(-x))`.
        SIGMOID,
        /// `x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3)))`.
        GELU_TANH
    }

    /// `y[r, o] = sum over i of x[r, i] * matrix[o, i]` for the first `rows` rows of `x`.
    void product(float[] x, int rows, Matrix matrix, float[] y);

    /// Divides each `weights.length` features of the first `count` by the root of their mean square, and multiplies
    /// them by the weights. `x` and `y` may be the same.
    ///
    /// @param eps added to the mean
    void rmsNorm(float[] x, int count, float[] weights, double eps, float[] y);

    /// `y = activation(gate) * up` for the first `count` values. `y` may be one of the others.
    ///
    /// @param up null for ones
    void gate(Activation activation, float[] gate, float @Nullable [] up, int count, float[] y);

    /// Writes `softmax(scale * q k) v` of each sequence and head to `y`.
    ///
    /// @param q `[sequences, heads * head]`
    void attend(Attention attention, float[] q, float[] y);

    /// Ends its threads.
    @Override
    void close();
}
