package io.lota4j.train.attribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import io.lota4j.Golden;
import io.lota4j.data.Example;
import io.lota4j.internal.model.Activation;
import io.lota4j.internal.model.Decoder;
import io.lota4j.internal.model.GradientSink;
import io.lota4j.internal.model.PackedBatch;
import io.lota4j.internal.model.Torch;
import io.lota4j.internal.train.AdaptedModel;
import io.lota4j.mask.Mask;
import io.lota4j.mask.Pool;
import io.lota4j.memory.Host;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GradientTallyTest {
    private static final String TINY = "model.layers.0.tiny.weight";
    private static final PackedBatch ANY = batch(Scored.examples().getFirst());

    /// Two examples of two tokens: three features in, two out.
    ///
    /// ```
    /// first:  x = [1 2 0; 0 1 1]    dy = [1 0; 2 1]   dW = dYᵀ X = [1 4 2; 0 1 1]
    /// second: x = [1 0 0; 0 -3 0]   dy = [2 1; 0 1]   dW         = [2 0 0; 1 -3 0]
    /// ```
    @Test
    void fisherIsTheMeanOfSquaredGradients() {
        Mask among = Mask.full("base", "all", Map.of(TINY, io.lota4j.checkpoint.Shape.of(2, 3)));
        try (Decoder decoder = Decoder.open(Golden.path("models/llama-tied"));
                PtNDManager scope = decoder.torch().scope();
                Tally tally = new Fisher().tally(decoder, among)) {
            tally.begin(ANY);
            tally.linear(TINY, rows(scope, 3, 1, 2, 0, 0, 1, 1), rows(scope, 2, 1, 0, 2, 1));
            tally.end();
            tally.begin(ANY);
            tally.linear(TINY, rows(scope, 3, 1, 0, 0, 0, -3, 0), rows(scope, 2, 2, 1, 0, 1));
            tally.end();
            assertThat(Scored.of(tally, TINY)).containsExactly(2.5f, 8f, 2f, 0.5f, 5f, 0.5f);
        }
    }

    /// Where a gradient comes in pieces (a tied head and embedding, a head in slices) it is whole before it is
    /// squared.
    @ParameterizedTest
    @ValueSource(strings = {"llama-tied", "llama-biases", "llama"})
    void fisherOfOneExampleIsItsGradientSquaredForEveryKindOfTensor(String name) {
        Example example = Scored.examples().get(1);
        try (AdaptedModel model = AdaptedModel.open(Golden.path("models/" + name))) {
            Mask all = Mask.full(model.base(), Pool.all());
            Map<String, float[]> gradients = gradients(model, example);
            assertThat(gradients.keySet()).isEqualTo(all.tensors().keySet());
            gradients.forEach((tensor, gradient) -> {
                float[] fisher = Scored.of(model, all, new Fisher(), List.of(example), tensor);
                float[] snip = Scored.of(model, all, new Snip(), List.of(example), tensor);
                float[] weights = Host.floats(model.decoder().weights().memory(tensor));
                for (int i = 0; i < gradient.length; i++) {
                    double square = gradient[i] * gradient[i];
                    assertThat((double) fisher[i])
                            .as("fisher of %s[%d]", tensor, i)
                            .isCloseTo(square, within(1e-5 * square));
                    double product = Math.abs(gradient[i] * weights[i]);
                    assertThat((double) snip[i])
                            .as("snip of %s[%d]", tensor, i)
                            .isCloseTo(product, within(1e-5 * product));
                }
            });
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"snip", "fisher"})
    void aScoreIsTheMeanOfItsExamplesScores(String name) {
        Attribution.OfRows score = (Attribution.OfRows) Attributions.of(name);
        String tensor = "model.layers.1.self_attn.k_proj.weight";
        List<Example> examples = Scored.examples();
        try (AdaptedModel model = AdaptedModel.open(Golden.path("models/llama-tied"))) {
            Mask pool = Mask.full(model.base(), Pool.standard());
            double[] mean =
                    new double[Math.toIntExact(pool.tensor(tensor).shape().numel())];
            for (Example example : examples) {
                float[] one = Scored.of(model, pool, score, List.of(example), tensor);
                for (int i = 0; i < one.length; i++) {
                    mean[i] += one[i] / (double) examples.size();
                }
            }
            float[] all = Scored.of(model, pool, score, examples, tensor);
            for (int i = 0; i < mean.length; i++) {
                assertThat((double) all[i]).as("[%d]", i).isCloseTo(mean[i], within(1e-6 * mean[i]));
            }
        }
    }

    /// The gradients of the rows of a group are averaged before they are squared; the last group is smaller and
    /// counts as much.
    @ParameterizedTest
    @ValueSource(strings = {"llama-tied", "llama"})
    void fisherOfGroupsSquaresTheGradientOfTheirMeanLoss(String name) {
        List<Example> examples = Scored.examples();
        try (AdaptedModel model = AdaptedModel.open(Golden.path("models/" + name))) {
            Mask all = Mask.full(model.base(), Pool.all());
            List<Map<String, float[]>> rows =
                    examples.stream().map(row -> gradients(model, row)).toList();
            for (String tensor : all.tensors().keySet()) {
                float[] found = Scored.of(model, all, new Fisher(2), examples, tensor);
                float[] first = Objects.requireNonNull(rows.get(0).get(tensor));
                float[] second = Objects.requireNonNull(rows.get(1).get(tensor));
                float[] third = Objects.requireNonNull(rows.get(2).get(tensor));
                for (int i = 0; i < found.length; i++) {
                    double pair = (first[i] + (double) second[i]) / 2;
                    double expected = (pair * pair + third[i] * (double) third[i]) / 2;
                    // Where two rows nearly cancel, what is left has the rounding of the larger.
                    double size = Math.max(Math.abs(first[i]), Math.abs(second[i])) * Math.abs(pair);
                    assertThat((double) found[i])
                            .as("%s[%d]", tensor, i)
                            .isCloseTo(expected, within(1e-5 * Math.max(expected, size) + 1e-18));
                }
            }
        }
    }

    /// The plain way: one buffer a tensor, to which everything is added.
    private static Map<String, float[]> gradients(AdaptedModel model, Example example) {
        Map<String, float[]> gradients = new HashMap<>();
        Torch torch = model.decoder().torch();
        try (PtNDManager scope = torch.scope()) {
            Map<String, PtNDArray> sums = new HashMap<>();
            model.decoder()
                    .weights()
                    .shapes()
                    .forEach((name, shape) -> sums.put(name, (PtNDArray) scope.zeros(new Shape(
                            shape.dims().stream().mapToLong(Long::longValue).toArray()))));
            GradientSink sink = new GradientSink() {
                @Override
                public boolean wants(String weight) {
                    return true;
                }

                @Override
                public void linear(String weight, Activation x, Activation dy) {
                    torch.weightGradient(x, dy, Objects.requireNonNull(sums.get(weight)), true);
                }

                @Override
                public void whole(String weight, PtNDArray gradient) {
                    Objects.requireNonNull(sums.get(weight)).addi(gradient);
                }
            };
            PackedBatch batch = batch(example);
            float[] ones = new float[batch.targetPositions().length];
            Arrays.fill(ones, 1);
            model.decoder().gradients(batch, ones, sink);
            sums.forEach((name, sum) -> gradients.put(name, sum.toFloatArray()));
        }
        return gradients;
    }

    private static PackedBatch batch(Example example) {
        return PackedBatch.of(List.of(new PackedBatch.Sequence(example.ids(), example.labelled())));
    }

    private static Activation rows(PtNDManager scope, int features, float... values) {
        return new Activation((PtNDArray) scope.create(values, new Shape(values.length / features, features)), false);
    }
}
