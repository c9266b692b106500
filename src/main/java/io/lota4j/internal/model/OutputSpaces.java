package io.lota4j.internal.model;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.model.layer.Blocks;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/// The directions in which matrices put out most: of each matrix `W [out, in]` with the inputs X the leading left
/// singular vectors U of `W X`.
///
/// They are found from `C = X Xᵀ = L Lᵀ`, as eigenvectors of the smaller of `W C Wᵀ` and `Lᵀ Wᵀ W L`, whose
/// eigenvalues are the squares of the singular values; of the second v the directions are `W L v`. Both by libtorch's
/// `linalg_eigh`, which is LAPACK's, in F64.
public final class OutputSpaces implements AutoCloseable {
    /// Values that are apart by less than this many roundings of the largest, a row of the matrix, are equal: so far
    /// eigenvalues are known.
    private static final double ROUNDINGS = 16;

    private final Decoder decoder;
    private final PtNDManager scope;
    private final SequencedMap<String, Cut> cuts = new LinkedHashMap<>();
    private final Map<String, PtNDArray> bases = new HashMap<>();

    /// Where the leading directions end.
    ///
    /// @param asked directions that were asked for
    /// @param taken directions that there are; fewer where `W X` has a smaller rank
    /// @param tied whether the first that is left out is as strong as the last that was taken, so that U is one of
    ///     several
    public record Cut(int asked, int taken, boolean tied) {
        /// @param squares of the singular values, smallest first
        /// @param size the larger side of the matrix
        static Cut of(double[] squares, int asked, int size) {
            double unknown = ROUNDINGS * size * Math.ulp(1.0) * Math.max(0, squares[squares.length - 1]);
            int last = squares.length;
            int taken = 0;
            while (taken < asked && taken < last && squares[last - 1 - taken] > unknown) {
                taken++;
            }
            boolean tied =
                    taken == asked && taken < last && squares[last - taken] - squares[last - 1 - taken] <= unknown;
            return new Cut(asked, taken, tied);
        }
    }

    /// A matrix of a low rank, `B A`.
    ///
    /// @param b `[out, rank]`, row by row
    /// @param a `[rank, in]`, row by row
    @SuppressWarnings("ArrayRecordComponent") // nobody compares them
    public record Factors(int rank, double[] b, double[] a) {
        /// A value of the product.
        public double at(int row, int column) {
            int width = rank == 0 ? 0 : a.length / rank;
            double sum = 0;
            for (int k = 0; k < rank; k++) {
                sum += b[row * rank + k] * a[k * width + column];
            }
            return sum;
        }
    }

    /// What the directions of one kind of inputs are to those of another.
    ///
    /// @param similarity `‖U_uᵀ U_s‖_F² / min(k_u, k_s)`, in [0, 1]; NaN where one of them has none
    /// @param removed `(I - P_u) P_s W`, what is put out in the second's directions alone
    /// @param removedSquares sum of its squares
    /// @param squares sum of the squares of W
    public record Compared(double similarity, Factors removed, double removedSquares, double squares) {}

    private OutputSpaces(Decoder decoder) {
        this.decoder = decoder;
        this.scope = decoder.torch().scope();
    }

    /// Finds them.
    ///
    /// @param matrices of the moments, with their shapes
    /// @param ranks how many are wanted of a matrix with so many singular values
    /// @param stop asked after every matrix
    /// @return empty if it was stopped
    public static Optional<OutputSpaces> of(
            SecondMoments moments,
            SequencedMap<String, Shape> matrices,
            ToIntFunction<Shape> ranks,
            BooleanSupplier stop) {
        OutputSpaces spaces = new OutputSpaces(moments.decoder());
        try (HalfMoments halves = new HalfMoments(moments)) {
            for (Map.Entry<String, Shape> matrix : matrices.entrySet()) {
                spaces.add(matrix.getKey(), matrix.getValue(), ranks.applyAsInt(matrix.getValue()), halves);
                if (stop.getAsBoolean()) {
                    spaces.close();
                    return Optional.empty();
                }
            }
        } catch (RuntimeException e) {
            spaces.close();
            throw e;
        }
        return Optional.of(spaces);
    }

    /// The factor L of the moments that were asked for last: matrices with the same input come one after the other.
    private static final class HalfMoments implements AutoCloseable {
        private final SecondMoments moments;
        private @Nullable String owner;
        private @Nullable PtNDManager scope;
        private @Nullable PtNDArray half;

        private HalfMoments(SecondMoments moments) {
            this.moments = moments;
        }

        private PtNDArray of(String matrix) {
            if (half == null || !moments.owner(matrix).equals(owner)) {
                close();
                Torch torch = moments.decoder().torch();
                scope = torch.scope();
                half = torch.one(scope, "moment_factor", moments.of(matrix));
                owner = moments.owner(matrix);
            }
            return half;
        }

        @Override
        public void close() {
            if (scope != null) {
                scope.close();
            }
        }
    }

    private void add(String name, Shape shape, int asked, HalfMoments halves) {
        try (PtNDManager work = decoder.torch().scope()) {
            Leading leading = leading(
                    decoder.torch(),
                    work,
                    weight(name, shape, work),
                    () -> halves.moments.of(name),
                    () -> halves.of(name),
                    asked);
            cuts.put(name, leading.cut());
            if (leading.basis() != null) {
                leading.basis().attach(scope);
                bases.put(name, leading.basis());
            }
        }
    }

    /// @param basis orthonormal, F64, `[out, taken]`; null for none
    record Leading(Cut cut, @Nullable PtNDArray basis) {}

    /// The leading directions of one matrix.
    ///
    /// @param w F64
    /// @param moments C of its inputs
    /// @param half L, `C = L Lᵀ`
    static Leading leading(
            Torch torch,
            PtNDManager work,
            PtNDArray w,
            Supplier<PtNDArray> moments,
            Supplier<PtNDArray> half,
            int asked) {
        long out = w.getShape().get(0);
        long in = w.getShape().get(1);
        PtNDArray[] found = out <= in
                ? torch.run(work, "spectrum_by_out", w, moments.get())
                : torch.run(work, "spectrum_by_in", w, half.get());
        Cut cut = Cut.of(found[0].toDoubleArray(), asked, (int) Math.max(out, in));
        if (cut.taken() == 0) {
            return new Leading(cut, null);
        }
        PtNDArray count = Torch.longs(work, new long[] {cut.taken()});
        return new Leading(cut, torch.one(work, "leading", found[1], count));
    }

    /// A weight `[out, in]` in F64.
    private PtNDArray weight(String name, Shape shape, PtNDManager work) {
        PtNDArray stored = Torch.floats(work, shape);
        decoder.torch().buffer(stored).write(memory -> decoder.weights().read(name, 0, memory));
        return decoder.torch()
                .one(work, decoder.config().blocks().isTransposed(name) ? "doubled_turned" : "doubled", stored);
    }

    /// Where the directions of every matrix end.
    public SequencedMap<String, Cut> cuts() {
        return cuts;
    }

    @Nullable
    PtNDArray basis(String name) {
        return bases.get(name);
    }

    /// Compares the directions of a matrix with those of other inputs.
    ///
    /// @param safety of the inputs whose own directions are wanted
    public Compared compared(String name, Shape shape, OutputSpaces safety) {
        try (PtNDManager work = decoder.torch().scope()) {
            return compared(decoder.torch(), work, weight(name, shape, work), bases.get(name), safety.bases.get(name));
        }
    }

    static Compared compared(
            Torch torch, PtNDManager work, PtNDArray w, @Nullable PtNDArray others, @Nullable PtNDArray own) {
        if (own == null) {
            double squares = torch.one(work, "squares", w).toDoubleArray()[0];
            return new Compared(Double.NaN, new Factors(0, new double[0], new double[0]), 0, squares);
        }
        PtNDArray[] found =
                others == null ? torch.run(work, "carried_alone", own, w) : torch.run(work, "carried", others, own, w);
        int rank = (int) own.getShape().get(1);
        double similarity = others == null
                ? Double.NaN
                : found[0].toDoubleArray()[0] / Math.min(rank, others.getShape().get(1));
        Factors removed = new Factors(rank, found[1].toDoubleArray(), found[2].toDoubleArray());
        return new Compared(similarity, removed, Math.max(0, found[3].toDoubleArray()[0]), found[4].toDoubleArray()[0]);
    }

    /// Bytes that it needs at most for some matrices, with what finding one takes beside.
    public static long bytes(Blocks blocks, SequencedMap<String, Shape> matrices, ToIntFunction<Shape> ranks) {
        long kept = 0;
        long work = 0;
        for (Map.Entry<String, Shape> matrix : matrices.entrySet()) {
            long in = SecondMoments.inputs(blocks, matrix.getKey(), matrix.getValue());
            long out = matrix.getValue().numel() / in;
            long small = Math.min(in, out);
            kept += out * ranks.applyAsInt(matrix.getValue());
            // W in F32 and F64, W C or W L, the eigenvectors with LAPACK's room, W L v and L.
            work = Math.max(work, 4 * in * out + 5 * small * small + 2 * in * in);
        }
        return Double.BYTES * (kept + work);
    }

    @Override
    public void close() {
        scope.close();
    }
}
