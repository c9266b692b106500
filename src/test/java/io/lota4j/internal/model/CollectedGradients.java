package io.lota4j.internal.model;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.pytorch.engine.PtNDArray;
import io.lota4j.checkpoint.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/// The whole gradient of every weight that a backward pass delivers.
final class CollectedGradients implements GradientSink {
    private final Map<String, float[]> gradients = new TreeMap<>();
    private final Torch torch;
    private final Map<String, Shape> shapes;

    CollectedGradients(Decoder decoder) {
        this.torch = decoder.torch();
        this.shapes = decoder.weights().shapes();
    }

    /// All of them, by the weights' names.
    Map<String, float[]> all() {
        return gradients;
    }

    /// One after the other; zero for an expert that no token reached.
    float[] of(List<String> names) {
        float[] all = new float[0];
        for (String name : names) {
            float[] part = gradients.get(name);
            if (part == null) {
                assertThat(name).contains(".experts.");
                part = new float
                        [Math.toIntExact(
                                Objects.requireNonNull(shapes.get(name)).numel())];
            }
            float[] longer = Arrays.copyOf(all, all.length + part.length);
            System.arraycopy(part, 0, longer, all.length, part.length);
            all = longer;
        }
        return all;
    }

    @Override
    public boolean wants(String weight) {
        return true;
    }

    @Override
    public void linear(String weight, Activation x, Activation dy) {
        try (var scope = torch.scope()) {
            PtNDArray out = Torch.floats(scope, dy.features(), x.features());
            torch.weightGradient(x, dy, out, false);
            whole(weight, out);
        }
    }

    /// A tied head's weight arrives twice.
    @Override
    public void whole(String weight, PtNDArray gradient) {
        gradients.merge(weight, gradient.toFloatArray(), (sum, more) -> {
            for (int i = 0; i < sum.length; i++) {
                sum[i] += more[i];
            }
            return sum;
        });
    }
}
