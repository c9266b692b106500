package io.lota4j.train.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lota4j.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Weights and losses of the constraint against what numpy computed.
class ConstraintGoldenTest {
    private static final double NEAR = 1e-5;

    private double constrained;

    private static JsonNode golden() throws IOException {
        return JsonMapper.shared().readTree(Files.readString(Golden.path("safeguards/constraint.json")));
    }

    private static float[] floats(List<Double> values) {
        float[] floats = new float[values.size()];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = values.get(i).floatValue();
        }
        return floats;
    }

    private static double[] doubles(JsonNode node) {
        return node.valueStream().mapToDouble(JsonNode::asDouble).toArray();
    }

    private LabelledTokens weighed(ConstrainedSft objective, double[] reference, double[] policy, int[] places) {
        float[] losses =
                floats(Arrays.stream(policy).map(value -> -value).boxed().toList());
        float[] known = floats(Arrays.stream(reference).boxed().toList());
        LabelledTokens tokens = new LabelledTokens(
                losses, known, new float[places.length], places, new float[places.length], 0, places.length);
        constrained = 0;
        objective.weigh(List.of(tokens), (name, value) -> constrained += value);
        return tokens;
    }

    private static void assertNear(double found, double expected) {
        assertThat(found).isCloseTo(expected, within(NEAR * Math.abs(expected)));
    }

    @Test
    void weightsAndLosses() throws IOException {
        for (JsonNode one : golden().get("cases")) {
            JsonNode beta = one.get("beta");
            ConstrainedSft objective = new ConstrainedSft(
                    beta.get("first").asDouble(),
                    beta.get("prefix").asDouble(),
                    beta.get("length").asInt(),
                    beta.get("rest").asDouble(),
                    one.get("floor").asDouble());
            JsonNode expected = one.get("tokens");
            int count = expected.size();
            double[] reference = new double[count];
            double[] policy = new double[count];
            int[] places = new int[count];
            for (int at = 0; at < count; at++) {
                reference[at] = expected.get(at).get("reference").asDouble();
                policy[at] = expected.get(at).get("policy").asDouble();
                places[at] = expected.get(at).get("t").asInt();
            }
            LabelledTokens tokens = weighed(objective, reference, policy, places);
            double followed = 0;
            for (int at = 0; at < count; at++) {
                assertNear(tokens.weights()[at], expected.get(at).get("weight").asDouble());
                followed += tokens.weights()[at] * -policy[at];
            }
            assertNear(tokens.loss() / count, one.get("ce").asDouble());
            assertNear(followed / count, one.get("weighted_ce").asDouble());
            assertNear(constrained / count, one.get("constrained_loss").asDouble());
        }
    }

    /// Softmax of logits minus the label, times the weight, over the number of tokens.
    @Test
    void theGradientIsThatOfCrossEntropyTimesTheWeight() throws IOException {
        JsonNode gradient = golden().get("gradient");
        int count = gradient.get("labels").size();
        double[] reference = new double[count];
        double[] policy = new double[count];
        for (int at = 0; at < count; at++) {
            int label = gradient.get("labels").get(at).asInt();
            reference[at] = Math.log(softmax(gradient.get("reference_logits").get(at))[label]);
            policy[at] = Math.log(softmax(gradient.get("policy_logits").get(at))[label]);
        }
        LabelledTokens tokens = weighed(new ConstrainedSft(), reference, policy, new int[] {1, 2});
        for (int at = 0; at < count; at++) {
            assertNear(tokens.weights()[at], gradient.get("weights").get(at).asDouble());
            double[] share = softmax(gradient.get("policy_logits").get(at));
            share[gradient.get("labels").get(at).asInt()] -= 1;
            for (int word = 0; word < share.length; word++) {
                assertNear(
                        tokens.weights()[at] * share[word] / count,
                        gradient.get("gradient").get(at).get(word).asDouble());
            }
        }
    }

    private static double[] softmax(JsonNode logits) {
        double[] shares = doubles(logits);
        double sum = 0;
        for (int word = 0; word < shares.length; word++) {
            shares[word] = Math.exp(shares[word]);
            sum += shares[word];
        }
        for (int word = 0; word < shares.length; word++) {
            shares[word] /= sum;
        }
        return shares;
    }
}
