package io.lota4j.kernel.vector;

import io.lota4j.checkpoint.DType;
import io.lota4j.kernel.Activations;
import io.lota4j.kernel.Entries;
import io.lota4j.kernel.MaskedKernel;
import io.lota4j.kernel.Moments;
import io.lota4j.kernel.Update;
import io.lota4j.kernel.WorkingWeights;
import io.lota4j.kernel.java.JavaKernel;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.ForkJoinPool;

/// The kernels in vectors and on all cores of the pool that the caller runs in.
///
/// Calls with a segment on the Java heap go to the plain kernel: activations and weights lie in native memory wherever
/// speed matters.
public final class VectorKernel implements MaskedKernel {
    private final MaskedKernel plain = new JavaKernel();
    private final Scratch scratch = new Scratch();

    @Override
    public String name() {
        return "vector";
    }

    @Override
    public String description() {
        return "Vector API, %d lanes, %d threads"
                .formatted(Dot.LANES.length(), ForkJoinPool.getCommonPoolParallelism() + 1);
    }

    @Override
    public void gather(MemorySegment dense, Entries entries, MemorySegment values) {
        plain.gather(dense, entries, values);
    }

    @Override
    public void gatherAdd(MemorySegment dense, Entries entries, MemorySegment gradient) {
        plain.gatherAdd(dense, entries, gradient);
    }

    @Override
    public void scatter(MemorySegment values, Entries entries, DType type, MemorySegment weights) {
        plain.scatter(values, entries, type, weights);
    }

    @Override
    public void sddmm(Activations x, Activations dy, Entries entries, MemorySegment gradient) {
        if (Memory.isNative(x.memory(), dy.memory(), entries.index(), gradient)) {
            Sddmm.run(scratch, x, dy, entries, gradient);
        } else {
            plain.sddmm(x, dy, entries, gradient);
        }
    }

    @Override
    public double sumOfSquares(MemorySegment values, long count) {
        return plain.sumOfSquares(values, count);
    }

    @Override
    public void step(Update update, Entries entries, MemorySegment gradient, Moments moments, WorkingWeights weights) {
        plain.step(update, entries, gradient, moments, weights);
    }

    @Override
    public void close() {
        scratch.close();
    }
}
