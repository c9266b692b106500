package io.lota4j.internal.kernel.vector;

import io.lota4j.checkpoint.DType;
import io.lota4j.internal.Text;
import io.lota4j.internal.kernel.Activations;
import io.lota4j.internal.kernel.Entries;
import io.lota4j.internal.kernel.MaskedKernel;
import io.lota4j.internal.kernel.Moments;
import io.lota4j.internal.kernel.Update;
import io.lota4j.internal.kernel.WorkingWeights;
import io.lota4j.internal.kernel.java.JavaKernel;
import io.lota4j.internal.memory.Buffer;
import java.lang.ref.Reference;
import java.util.concurrent.ForkJoinPool;
import org.jspecify.annotations.Nullable;

/// The kernels in vectors and on all cores of the pool that the caller runs in.
///
/// Calls with a buffer on the Java heap go to the plain kernel: activations and weights lie in native memory
/// wherever
/// speed matters.
public final class VectorKernel implements MaskedKernel {
    private final MaskedKernel plain = new JavaKernel();
    /// Apart, so that small buffers are not taken for large ones.
    private final Panels panels = new Panels();
    private final Scratch tables = new Scratch();
    private final Scratch gathered = new Scratch();

    @Override
    public String name() {
        return "vector";
    }

    @Override
    public String description() {
        return Text.format(
                "Vector API, %d lanes, %d threads", Dot.LANES.length(), ForkJoinPool.getCommonPoolParallelism() + 1);
    }

    /// Measured: see the table in `docs/performance.md`.
    @Override
    public double denseFrom() {
        return 0.3;
    }

    @Override
    public void gather(Buffer dense, Entries entries, Buffer values) {
        Buffer index = entries.index();
        if (!NativeMemory.isNative(dense, index, values)) {
            plain.gather(dense, entries, values);
            return;
        }
        long from = NativeMemory.dense(dense, entries, Float.BYTES);
        long to = NativeMemory.compact(values, entries);
        long places = NativeMemory.index(entries);
        Chunks.each(entries.count(), (at, end) -> {
            if (index == null) {
                Gathers.copy(from + 4 * at, end - at, to + 4 * at);
            } else {
                Gathers.gather(from, places + 4 * at, end - at, to + 4 * at);
            }
        });
        keep(dense, index, values);
    }

    @Override
    public void gatherAdd(Buffer dense, Entries entries, Buffer gradient) {
        Buffer index = entries.index();
        if (!NativeMemory.isNative(dense, index, gradient)) {
            plain.gatherAdd(dense, entries, gradient);
            return;
        }
        long from = NativeMemory.dense(dense, entries, Float.BYTES);
        long to = NativeMemory.compact(gradient, entries);
        long places = NativeMemory.index(entries);
        Chunks.each(entries.count(), (at, end) -> {
            if (index == null) {
                Gathers.add(from + 4 * at, end - at, to + 4 * at);
            } else {
                Gathers.gatherAdd(from, places + 4 * at, end - at, to + 4 * at);
            }
        });
        keep(dense, index, gradient);
    }

    @Override
    public void scatter(Buffer values, Entries entries, DType type, Buffer weights) {
        Buffer index = entries.index();
        if (!NativeMemory.isNative(values, index, weights)) {
            plain.scatter(values, entries, type, weights);
            return;
        }
        long from = NativeMemory.compact(values, entries);
        long to = NativeMemory.dense(weights, entries, type.size());
        long places = NativeMemory.index(entries);
        Chunks.each(entries.count(), (at, end) -> {
            if (index == null) {
                Scatters.all(type, from + 4 * at, end - at, to + type.size() * at);
            } else {
                Scatters.scatter(type, from + 4 * at, places + 4 * at, end - at, to);
            }
        });
        keep(values, index, weights);
    }

    @Override
    public void sddmm(Activations x, Activations dy, Entries entries, Buffer gradient) {
        if (!NativeMemory.isNative(x.memory(), dy.memory(), entries.index(), gradient)) {
            plain.sddmm(x, dy, entries, gradient);
            return;
        }
        Sddmm.run(panels, tables, x, dy, entries, gradient);
        keep(x.memory(), dy.memory(), entries.index(), gradient);
    }

    @Override
    public double sumOfSquares(Buffer values, long count) {
        if (!NativeMemory.isNative(values)) {
            return plain.sumOfSquares(values, count);
        }
        double sum = Sums.squares(NativeMemory.address(values, 4 * count), count);
        keep(values);
        return sum;
    }

    @Override
    public void step(Update update, Entries entries, Buffer gradient, Moments moments, WorkingWeights weights) {
        if (!NativeMemory.isNative(
                entries.index(), gradient, moments.first(), moments.second(), weights.memory(), weights.master())) {
            plain.step(update, entries, gradient, moments, weights);
            return;
        }
        long whole = entries.count() - entries.count() % Rules.LANES.length();
        VectorStep steps = VectorStep.of(update, entries, gradient, moments, weights);
        Chunks.each(whole, (from, to) -> steps.run(gathered, from, to));
        Tail tail = new Tail(whole);
        plain.step(
                update,
                tail.of(entries),
                tail.of(gradient),
                tail.of(moments),
                tail.of(weights, entries.index() == null));
        keep(entries.index(), gradient, moments.first(), moments.second(), weights.memory(), weights.master());
    }

    /// Loops use addresses only: without this a buffer, and with it its memory, could be collected under them.
    private static void keep(@Nullable Buffer... buffers) {
        Reference.reachabilityFence(buffers);
    }

    @Override
    public void close() {
        panels.clear();
        tables.close();
        gathered.close();
    }

    /// The last entries, from `from` on, which do not fill a vector.
    record Tail(long from) {
        Entries of(Entries entries) {
            return new Entries(entries.count() - from, slice(entries.index()));
        }

        Moments of(Moments moments) {
            return new Moments(slice(moments.first()), slice(moments.second()));
        }

        /// @param all whether every element of the weights is an entry; otherwise indices say where the entries are
        WorkingWeights of(WorkingWeights weights, boolean all) {
            Buffer memory = all ? from(weights.memory(), weights.type().size()) : weights.memory();
            return new WorkingWeights(memory, weights.type(), slice(weights.master()));
        }

        Buffer of(Buffer compact) {
            return from(compact, Float.BYTES);
        }

        private Buffer from(Buffer buffer, long width) {
            return buffer.slice(width * from, buffer.byteSize() - width * from);
        }

        private @Nullable Buffer slice(@Nullable Buffer compact) {
            return compact == null ? null : of(compact);
        }
    }
}
