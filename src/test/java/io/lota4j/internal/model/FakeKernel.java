package io.lota4j.internal.model;

import io.lota4j.checkpoint.DType;
import io.lota4j.internal.kernel.Activations;
import io.lota4j.internal.kernel.Entries;
import io.lota4j.internal.kernel.MaskedKernel;
import io.lota4j.internal.kernel.Moments;
import io.lota4j.internal.kernel.Update;
import io.lota4j.internal.kernel.WorkingWeights;
import io.lota4j.internal.kernel.java.JavaKernel;
import io.lota4j.internal.memory.Buffer;
import io.lota4j.internal.memory.HostBuffer;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// The kernel of the fake device: the plain one, which alone knows where that device's memory is.
public final class FakeKernel implements MaskedKernel {
    private final MaskedKernel plain = new JavaKernel();

    @Override
    public String name() {
        return "fake";
    }

    @Override
    public String description() {
        return "on the fake device";
    }

    @Override
    public double denseFrom() {
        return plain.denseFrom();
    }

    @Override
    public void gather(Buffer dense, Entries entries, Buffer values) {
        plain.gather(host(dense), host(entries), host(values));
    }

    @Override
    public void gatherAdd(Buffer dense, Entries entries, Buffer gradient) {
        plain.gatherAdd(host(dense), host(entries), host(gradient));
    }

    @Override
    public void scatter(Buffer values, Entries entries, DType type, Buffer weights) {
        plain.scatter(host(values), host(entries), type, host(weights));
    }

    @Override
    public void sddmm(Activations x, Activations dy, Entries entries, Buffer gradient) {
        plain.sddmm(host(x), host(dy), host(entries), host(gradient));
    }

    @Override
    public double sumOfSquares(Buffer values, long count) {
        return plain.sumOfSquares(host(values), count);
    }

    @Override
    public void step(Update update, Entries entries, Buffer gradient, Moments moments, WorkingWeights weights) {
        plain.step(
                update,
                host(entries),
                host(gradient),
                new Moments(orNull(moments.first()), orNull(moments.second())),
                new WorkingWeights(host(weights.memory()), weights.type(), orNull(weights.master())));
    }

    private static Entries host(Entries entries) {
        return new Entries(entries.count(), orNull(entries.index()));
    }

    private static Activations host(Activations a) {
        return new Activations(host(a.memory()), a.tokens(), a.features(), a.tokenStride(), a.featureStride());
    }

    private static @Nullable Buffer orNull(@Nullable Buffer buffer) {
        return buffer == null ? null : host(buffer);
    }

    private static Buffer host(Buffer buffer) {
        MemorySegment memory = MemorySegment.ofAddress(FakeDevice.onHost(buffer.address()));
        return new HostBuffer(memory.reinterpret(buffer.byteSize()));
    }
}
