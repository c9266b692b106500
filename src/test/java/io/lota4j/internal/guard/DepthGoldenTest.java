package io.lota4j.internal.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lota4j.Golden;
import io.lota4j.data.Dataset;
import io.lota4j.guard.Depth;
import io.lota4j.internal.train.AdaptedModel;
import io.lota4j.internal.train.Runs;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Divergence and losses by position, against what numpy computed, and of models.
class DepthGoldenTest {
    private static final double NEAR = 1e-9;

    private static double[] logProbabilities(JsonNode logits) {
        double[] values = logits.valueStream().mapToDouble(JsonNode::asDouble).toArray();
        double sum = Math.log(IntStream.range(0, values.length)
                .mapToDouble(word -> Math.exp(values[word]))
                .sum());
        return IntStream.range(0, values.length)
                .mapToDouble(word -> values[word] - sum)
                .toArray();
    }

    private static Depth.Row row(JsonNode row) {
        int count = row.get("labels").size();
        Depth.Row values = new Depth.Row(new double[count], new double[count], new double[count]);
        for (int at = 0; at < count; at++) {
            double[] before = logProbabilities(row.get("before_logits").get(at));
            double[] after = logProbabilities(row.get("after_logits").get(at));
            int label = row.get("labels").get(at).asInt();
            values.before()[at] = -before[label];
            values.after()[at] = -after[label];
            for (int word = 0; word < after.length; word++) {
                values.divergence()[at] += Math.exp(after[word]) * (after[word] - before[word]);
            }
        }
        return values;
    }

    @Test
    void meansAreOverTheRowsThatHaveThePosition() throws IOException {
        JsonNode golden = JsonMapper.shared().readTree(Files.readString(Golden.path("safeguards/depth.json")));
        List<Depth.Row> rows = new ArrayList<>();
        golden.get("rows").forEach(row -> rows.add(row(row)));
        Depth depth = Depth.of(rows, 16);
        assertThat(depth.positions()).hasSize(golden.get("positions").size());
        for (Depth.Position found : depth.positions()) {
            JsonNode expected = golden.get("positions").get(found.place() - 1);
            assertThat(found.place()).isEqualTo(expected.get("t").asInt());
            assertThat(found.rows()).isEqualTo(expected.get("n").asInt());
            assertThat(found.divergence()).isCloseTo(expected.get("kl").asDouble(), within(NEAR));
            assertThat(found.before()).isCloseTo(expected.get("loss_before").asDouble(), within(NEAR));
            assertThat(found.after()).isCloseTo(expected.get("loss_after").asDouble(), within(NEAR));
        }
        assertThat(depth.share(golden.get("first").asInt()).orElseThrow())
                .isCloseTo(golden.get("share").asDouble(), within(NEAR));
        assertThat(Depth.of(rows, 1).positions()).hasSize(1);
    }

    /// A model is no way from itself. Positions one off would show a loss that is not of the
    /// model's own greedy tokens.
    @Test
    void aModelIsComparedAlongItsOwnAnswers() {
        Dataset rows = Runs.data(1, 6);
        try (AdaptedModel before = Runs.model();
                AdaptedModel after = Runs.model()) {
            Depths same = new Depths(before.decoder(), after.decoder(), Set.of(2), 4, null);
            Depth none = same.along(rows.examples(), done -> {}, () -> false);
            assertThat(none.positions())
                    .isNotEmpty()
                    .allSatisfy(position -> assertThat(position.divergence()).isCloseTo(0, within(1e-6)));
            Runs.run(after, Runs.everything(after), rows, Runs.config(6, Runs.ADAMW, 1e-2));
            Depth moved = same.along(rows.examples(), done -> {}, () -> false);
            assertThat(moved.positions().getFirst().rows()).isEqualTo(6);
            List<Depth.Row> found = same.compared(rows.examples());
            List<Depth.Row> turned =
                    new Depths(after.decoder(), before.decoder(), Set.of(2), 4, null).compared(rows.examples());
            // What is called before and after, and in which direction the divergence goes.
            assertThat(found.getFirst().before()).isEqualTo(turned.getFirst().after());
            assertThat(found.getFirst().divergence())
                    .isNotEqualTo(turned.getFirst().divergence());
            assertThat(moved.positions())
                    .allSatisfy(position -> assertThat(position.divergence()).isPositive());
            // The changed model's own greedy tokens are likelier to it than to the one before.
            assertThat(moved.positions().getFirst().after())
                    .isLessThan(moved.positions().getFirst().before());
        }
    }
}
