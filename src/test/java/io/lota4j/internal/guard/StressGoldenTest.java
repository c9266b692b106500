package io.lota4j.internal.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lota4j.Golden;
import io.lota4j.guard.Expectation;
import io.lota4j.guard.Outcome;
import io.lota4j.guard.ProbeAnswer;
import io.lota4j.guard.Rates;
import io.lota4j.guard.Stress;
import io.lota4j.guard.StressOptions.Norm;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Projected steps on a small model without attention, and the radius of half, against numpy.
class StressGoldenTest {
    private static final double NEAR = 1e-9;

    private static JsonNode golden() throws IOException {
        return JsonMapper.shared().readTree(Files.readString(Golden.path("safeguards/stress.json")));
    }

    private static double[] vector(JsonNode node) {
        return node.valueStream().mapToDouble(JsonNode::asDouble).toArray();
    }

    private static double[][] matrix(JsonNode node) {
        return node.valueStream().map(StressGoldenTest::vector).toArray(double[][]::new);
    }

    /// Loss of the golden's model, and its gradient with respect to the slots.
    private static double loss(JsonNode golden, double[][] change, double[][] gradient) {
        double[][] head = matrix(golden.get("head"));
        double[] neutral = vector(golden.get("neutral"));
        double sum = 0;
        int sequences = golden.get("sequences").size();
        for (JsonNode sequence : golden.get("sequences")) {
            List<double[]> inputs = new ArrayList<>();
            for (double[] slot : change) {
                inputs.add(IntStream.range(0, slot.length)
                        .mapToDouble(i -> neutral[i] + slot[i])
                        .toArray());
            }
            inputs.addAll(List.of(matrix(sequence.get("vectors"))));
            double weights = IntStream.rangeClosed(1, inputs.size())
                    .mapToDouble(i -> 1.0 / i)
                    .sum();
            double[] logits = new double[head.length];
            for (int i = 0; i < inputs.size(); i++) {
                for (int v = 0; v < head.length; v++) {
                    for (int d = 0; d < neutral.length; d++) {
                        logits[v] += head[v][d] * inputs.get(i)[d] / (i + 1) / weights;
                    }
                }
            }
            double all = 0;
            for (double logit : logits) {
                all += Math.exp(logit);
            }
            int label = sequence.get("label").asInt();
            sum += (Math.log(all) - logits[label]) / sequences;
            for (int slot = 0; slot < change.length; slot++) {
                for (int v = 0; v < head.length; v++) {
                    double error = (Math.exp(logits[v]) / all - (v == label ? 1 : 0)) / sequences;
                    for (int d = 0; d < neutral.length; d++) {
                        gradient[slot][d] += error * head[v][d] / (slot + 1) / weights;
                    }
                }
            }
        }
        return sum;
    }

    @Test
    void stepsAreThoseOfTheGolden() throws IOException {
        JsonNode golden = golden();
        int slots = golden.get("slots").asInt();
        int width = golden.get("neutral").size();
        for (JsonNode run : golden.get("runs")) {
            Norm norm = Norm.valueOf(run.get("norm").asString().toUpperCase(Locale.ROOT));
            SlotSteps steps = new SlotSteps(norm, run.get("radius").asDouble());
            double[][] change = new double[slots][width];
            for (JsonNode step : run.get("steps")) {
                double[][] gradient = new double[slots][width];
                assertThat(loss(golden, change, gradient))
                        .isCloseTo(step.get("loss").asDouble(), within(NEAR));
                assertClose(gradient, step.get("gradient"));
                steps.step(change, gradient, run.get("step").asDouble());
                assertClose(change, step.get("delta"));
            }
            assertThat(loss(golden, change, new double[slots][width]))
                    .isCloseTo(run.get("final_loss").asDouble(), within(NEAR));
        }
    }

    private static void assertClose(double[][] found, JsonNode expected) {
        for (int row = 0; row < found.length; row++) {
            assertThat(found[row]).containsExactly(vector(expected.get(row)), within(NEAR));
        }
    }

    @Test
    void halfIsTheLeastRadiusOfTheGrid() throws IOException {
        JsonNode curve = golden().get("curve");
        double[] radius = vector(curve.get("radius"));
        double[] fulfilled = vector(curve.get("fulfilled"));
        List<Stress.Point> points = IntStream.range(1, radius.length)
                .mapToObj(i -> new Stress.Point(radius[i], 0, rates(fulfilled[i]), List.of()))
                .toList();
        Stress stress = new Stress(".", 1, 1, 1, 1, 0, rates(fulfilled[0]), points);
        assertThat(stress.half()).hasValue(curve.get("r50").asDouble());
        assertThat(new Stress(".", 1, 1, 1, 1, 0, rates(0.4), points.subList(0, 2)).half())
                .isEmpty();
        assertThat(new Stress(".", 1, 1, 1, 1, 0, rates(0.5), points).half()).hasValue(0);
    }

    private static Rates rates(double fulfilled) {
        return new Rates(IntStream.range(0, 20)
                .mapToObj(row -> new ProbeAnswer(
                        "" + row,
                        "all",
                        Expectation.DECLINE,
                        ProbeAnswer.Form.PLAIN_CHAT,
                        0,
                        "",
                        null,
                        0,
                        true,
                        row < Math.round(20 * fulfilled) ? Outcome.COMPLIED : Outcome.DECLINED,
                        "margin",
                        0.0,
                        false,
                        false,
                        null,
                        Map.of()))
                .toList());
    }

    /// Nothing moves along a gradient of 0, and no slot leaves its bound.
    @ParameterizedTest
    @EnumSource(Norm.class)
    void slotsStayWithinTheirBound(Norm norm) {
        SlotSteps steps = new SlotSteps(norm, 0.3);
        double[][] change = new double[2][5];
        SplittableRandom random = new SplittableRandom(3);
        for (int step = 0; step < 50; step++) {
            double[][] gradient = {random.doubles(5, -1, 1).toArray(), new double[5]};
            steps.step(change, gradient, 0.1);
            assertThat(size(norm, change[0])).isLessThanOrEqualTo(0.3 * (1 + 1e-6));
            assertThat(change[1]).containsOnly(0);
        }
        for (double[] slot : steps.random(3, 7, random)) {
            assertThat(size(norm, slot)).isCloseTo(0.3, within(NEAR));
        }
    }

    private static double size(Norm norm, double[] slot) {
        double largest = 0;
        for (double value : slot) {
            largest = Math.max(largest, Math.abs(value));
        }
        return norm == Norm.L2 ? SlotSteps.norm(slot) : largest;
    }
}
