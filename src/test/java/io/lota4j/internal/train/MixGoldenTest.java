package io.lota4j.internal.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.Golden;
import io.lota4j.data.Dataset;
import io.lota4j.data.Example;
import io.lota4j.internal.train.Mix.Answers;
import io.lota4j.internal.train.Mix.Loss;
import io.lota4j.train.TrainConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Batches with rows that are mixed in, against what is written down of them.
class MixGoldenTest {
    private static JsonNode golden() throws IOException {
        return JsonMapper.shared().readTree(Files.readString(Golden.path("safeguards/mix.json")));
    }

    private static List<Integer> numbers(JsonNode node) {
        return node.valueStream().map(JsonNode::asInt).toList();
    }

    /// Rows that are told apart by their numbers, in the order in which an epoch takes them.
    private static Dataset rows(JsonNode order) {
        return Runs.data(numbers(order).stream()
                .map(row -> new Example(row, new int[] {1, 2, 3}, new boolean[] {false, false, true}, 2, "", ""))
                .toList());
    }

    private static List<Integer> rows(Stream<Sample> samples) {
        return samples.map(sample -> sample.example().row()).toList();
    }

    @Test
    void everyStepTakesTheNextOfBothOrders() throws IOException {
        JsonNode golden = golden();
        Dataset task = rows(golden.get("task_order"));
        Mix mix = new Mix(
                List.of(rows(golden.get("mix_order"))),
                Answers.GIVEN,
                Loss.CE,
                golden.get("m").asInt(),
                1,
                Set.of());
        TrainConfig config = TrainConfig.of(4, 1)
                .batchSize(golden.get("batch").asInt())
                .shuffle(false)
                .build();
        MixRows mixed = new MixRows(mix, config, task.examples().size());
        Samples samples = MixedSamples.of(task, config, mixed);
        for (JsonNode step : golden.get("steps")) {
            List<Sample> batch = samples.microBatch(step.get("step").asInt());
            assertThat(rows(batch.stream().filter(sample -> !mixed.has(sample))))
                    .isEqualTo(numbers(step.get("task")));
            assertThat(rows(batch.stream().filter(mixed::has))).isEqualTo(numbers(step.get("mix")));
        }
    }
}
