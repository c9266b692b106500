package io.lota4j.bench;

import io.lota4j.internal.Text;
import io.lota4j.internal.kernel.Activations;
import io.lota4j.internal.kernel.Entries;
import io.lota4j.internal.kernel.MaskedKernel;
import io.lota4j.internal.kernel.vector.VectorKernel;
import io.lota4j.internal.memory.Buffer;
import io.lota4j.internal.model.DenseProduct;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;

/// From which density on libtorch's whole product is the faster way to a masked gradient: both in turns, so that
/// whatever else the machine does slows both down. Prints a Markdown table.
final class Turns {
    private static final double[] DENSITIES = {0.001, 0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5};
    private static final long WARM_UP = 3_000_000_000L;
    private static final long MEASURE = 2_000_000_000L;

    private Turns() {}

    /// @param arguments the number of tokens, then shapes such as `576x1536`
    public static void main(String[] arguments) {
        int tokens = Integer.parseInt(arguments[0]);
        IO.println("| shape | density | sampled, us | whole product and gather, us | ratio |\n|---|---|---|---|---|");
        try (MaskedKernel kernel = new VectorKernel()) {
            for (int s = 1; s < arguments.length; s++) {
                for (double density : DENSITIES) {
                    measure(kernel, tokens, arguments[s], density);
                }
            }
        }
    }

    private static void measure(MaskedKernel kernel, int tokens, String shape, double density) {
        try (Arena arena = Arena.ofShared()) {
            Layer layer = new Layer(arena, shape);
            try (DenseProduct product = new DenseProduct(tokens, layer.columns, layer.rows)) {
                layer.fill(product.x());
                layer.fill(product.dy());
                Activations x = Activations.rows(product.x(), tokens, layer.columns);
                Activations dy = Activations.rows(product.dy(), tokens, layer.rows);
                Buffer index = layer.index(density);
                Entries entries = new Entries(index.byteSize() / Integer.BYTES, index);
                Buffer gradient = layer.gaussian(entries.count());
                List<Long> sampled = new ArrayList<>();
                List<Long> whole = new ArrayList<>();
                long start = System.nanoTime();
                for (long now = start; now - start < WARM_UP + MEASURE; now = System.nanoTime()) {
                    kernel.sddmm(x, dy, entries, gradient);
                    long between = System.nanoTime();
                    product.compute();
                    kernel.gatherAdd(product.gradient(), entries, gradient);
                    if (now - start > WARM_UP) {
                        sampled.add(between - now);
                        whole.add(System.nanoTime() - between);
                    }
                }
                print(shape, density, median(sampled), median(whole));
            }
        }
    }

    private static void print(String shape, double density, double sampled, double whole) {
        IO.println(Text.format(
                "| %s | %.1f%% | %.0f | %.0f | %.2f |", shape, 100 * density, sampled, whole, sampled / whole));
    }

    /// In microseconds.
    private static double median(List<Long> nanos) {
        return nanos.stream().sorted().skip(nanos.size() / 2).findFirst().orElseThrow() / 1e3;
    }
}
