package io.lota4j.bench;

import io.lota4j.checkpoint.DType;
import io.lota4j.internal.kernel.Entries;
import io.lota4j.internal.kernel.MaskedKernel;
import io.lota4j.internal.kernel.Moments;
import io.lota4j.internal.kernel.Update;
import io.lota4j.internal.kernel.WorkingWeights;
import io.lota4j.internal.kernel.java.JavaKernel;
import io.lota4j.internal.kernel.vector.VectorKernel;
import io.lota4j.internal.memory.Buffer;
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

/// Everything but the sampled product, on one weight.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class MaskedBenchmark {
    private static final Update UPDATE = new Update.AdamW(1e-6, 1, 0, 0.9, 0.999, 1e-8, 1, 1);

    @Param({"java", "vector"})
    public String kernel = "java";

    @Param("1536x576")
    public String shape = "1x1";

    /// 1 stands for all elements, without an index.
    @Param({"0.01", "0.1", "1"})
    public double density;

    private final Arena arena = Arena.ofShared();
    private Setting setting = new Setting(new Layer(arena, shape), new JavaKernel(), 1);

    private static final class Setting {
        private final MaskedKernel kernel;
        private final Entries entries;
        private final Buffer dense;
        private final Buffer narrow;
        private final Buffer values;
        private final Buffer gradient;
        private final Buffer master;
        private final Moments moments;

        private Setting(Layer layer, MaskedKernel kernel, double density) {
            this.kernel = kernel;
            entries = density == 1 ? Entries.all(layer.size()) : masked(layer.index(density));
            dense = layer.gaussian(layer.size());
            narrow = layer.gaussian(layer.size());
            values = layer.gaussian(entries.count());
            gradient = layer.gaussian(entries.count());
            master = layer.gaussian(entries.count());
            Buffer second = layer.gaussian(entries.count());
            second.zero();
            moments = new Moments(layer.gaussian(entries.count()), second);
        }

        private static Entries masked(Buffer index) {
            return new Entries(index.byteSize() / Integer.BYTES, index);
        }
    }

    @Setup
    public void open() {
        MaskedKernel chosen = kernel.equals("java") ? new JavaKernel() : new VectorKernel();
        setting = new Setting(new Layer(arena, shape), chosen, density);
    }

    @TearDown
    public void close() {
        setting.kernel.close();
        arena.close();
    }

    @Benchmark
    public void gather() {
        setting.kernel.gather(setting.dense, setting.entries, setting.values);
    }

    @Benchmark
    public void gatherAdd() {
        setting.kernel.gatherAdd(setting.dense, setting.entries, setting.gradient);
    }

    @Benchmark
    public void scatter() {
        setting.kernel.scatter(setting.values, setting.entries, DType.F32, setting.dense);
    }

    @Benchmark
    public void scatterBf16() {
        setting.kernel.scatter(setting.values, setting.entries, DType.BF16, setting.narrow);
    }

    @Benchmark
    public double sumOfSquares() {
        return setting.kernel.sumOfSquares(setting.gradient, setting.entries.count());
    }

    @Benchmark
    public void adamW() {
        setting.kernel.step(
                UPDATE, setting.entries, setting.gradient, setting.moments, WorkingWeights.inPlace(setting.dense));
    }

    @Benchmark
    public void adamWWithBf16Weights() {
        WorkingWeights weights = new WorkingWeights(setting.narrow, DType.BF16, setting.master);
        setting.kernel.step(UPDATE, setting.entries, setting.gradient, setting.moments, weights);
    }
}
