package io.lota4j.bench;

import io.lota4j.internal.kernel.Activations;
import io.lota4j.internal.kernel.Entries;
import io.lota4j.internal.kernel.MaskedKernel;
import io.lota4j.internal.kernel.java.JavaKernel;
import io.lota4j.internal.kernel.vector.VectorKernel;
import io.lota4j.internal.memory.Buffer;
import io.lota4j.internal.model.DenseProduct;
import java.lang.foreign.Arena;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// The gradient of masked weights: sampled, or picked from the whole product.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class SddmmBenchmark {
    @Param({"576x576", "192x576", "1536x576", "576x1536"})
    public String shape = "";

    @Param({"0.001", "0.01", "0.1"})
    public double density;

    @Param("827")
    public int tokens;

    private final MaskedKernel plain = new JavaKernel();
    private final MaskedKernel vector = new VectorKernel();
    private final Arena arena = Arena.ofShared();
    private Setting setting = new Setting(new Layer(arena, "1x1"), 1, 1);

    private final class Setting {
        private final DenseProduct product;
        private final Activations x;
        private final Activations dy;
        private final Entries entries;
        private final Buffer gradient;

        private Setting(Layer layer, int tokens, double density) {
            product = new DenseProduct(tokens, layer.columns, layer.rows);
            layer.fill(product.x());
            layer.fill(product.dy());
            x = Activations.rows(product.x(), tokens, layer.columns);
            dy = Activations.rows(product.dy(), tokens, layer.rows);
            Buffer index = layer.index(density);
            entries = new Entries(index.byteSize() / Integer.BYTES, index);
            gradient = layer.gaussian(entries.count());
        }
    }

    @Setup
    public void open() {
        setting.product.close();
        setting = new Setting(new Layer(arena, shape), tokens, density);
    }

    @TearDown
    public void close() {
        setting.product.close();
        vector.close();
        arena.close();
    }

    /// The Vector API's.
    @Benchmark
    public void sampled() {
        vector.sddmm(setting.x, setting.dy, setting.entries, setting.gradient);
    }

    /// The specification's.
    @Benchmark
    public void sampledPlainly() {
        plain.sddmm(setting.x, setting.dy, setting.entries, setting.gradient);
    }

    /// libtorch's product of everything, then a gather.
    @Benchmark
    public void denseAndGather() {
        setting.product.compute();
        vector.gatherAdd(setting.product.gradient(), setting.entries, setting.gradient);
    }
}
