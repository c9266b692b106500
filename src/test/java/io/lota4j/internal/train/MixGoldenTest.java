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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
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

    /// Token ids behind a prompt, all with loss.
    private static Example answered(JsonNode prompt, List<Integer> answer) {
        List<Integer> ids = new ArrayList<>(numbers(prompt));
        ids.addAll(answer);
        boolean[] labelled = new boolean[ids.size()];
        Arrays.fill(labelled, prompt.size(), labelled.length, true);
        return new Example(0, ids.stream().mapToInt(Integer::intValue).toArray(), labelled, prompt.size(), "", "");
    }

    @Test
    void recoveryRowsBeginWithAnotherAnswer() throws IOException {
        JsonNode golden = golden().get("recovery");
        int end = golden.get("end").asInt();
        Example declining = answered(golden.get("prompt"), ended(golden.get("decline"), end));
        Example complying = answered(golden.get("prompt"), ended(golden.get("answer"), end));
        for (JsonNode one : golden.get("cases")) {
            Example row = Recovery.begun(declining, complying, one.get("k").asInt());
            assertThat(row.ids())
                    .containsExactly(one.get("ids")
                            .valueStream()
                            .mapToInt(JsonNode::asInt)
                            .toArray());
            for (int token = 0; token < row.length(); token++) {
                assertThat(row.labelled()[token])
                        .isEqualTo(one.get("scored").get(token).asBoolean());
            }
            assertThat(row.startsWithPrompt()).isTrue();
        }
    }

    private static List<Integer> ended(JsonNode answer, int end) {
        List<Integer> ids = new ArrayList<>(numbers(answer));
        ids.add(end);
        return ids;
    }

    /// Beginnings are of 1 to `most` tokens or the answer's, never longer than the row may be,
    /// and another each epoch.
    @Test
    void beginningsAreDrawnOfSeedRowAndEpoch() throws IOException {
        JsonNode golden = golden().get("recovery");
        Example declining = answered(golden.get("prompt"), List.of(30, 2));
        Example complying = answered(golden.get("prompt"), List.of(20, 21, 22, 23, 24, 25, 2));
        Recovery recovery = new Recovery(List.of(complying, complying), 4, 0.25);
        int[] counts = new int[5];
        for (long epoch = 0; epoch < 1000; epoch++) {
            Example row = recovery.drawn(7, 0, epoch, declining, 64);
            assertThat(recovery.drawn(7, 0, epoch, declining, 64).ids()).isEqualTo(row.ids());
            counts[row.length() - declining.length()]++;
        }
        assertThat(counts[0]).isBetween(200, 300);
        for (int count = 1; count <= 4; count++) {
            assertThat(counts[count]).isBetween(130, 250);
        }
        assertThat(LongStream.range(0, 99)
                        .mapToInt(epoch ->
                                recovery.drawn(7, 0, epoch, declining, 7).length()))
                .allMatch(length -> length <= 7)
                .anyMatch(length -> length == 7);
        assertThat(lengths(recovery, 7, 0, declining))
                .isNotEqualTo(lengths(recovery, 8, 0, declining))
                .isNotEqualTo(lengths(recovery, 7, 1, declining));
    }

    private static List<Integer> lengths(Recovery recovery, long seed, int row, Example declining) {
        return LongStream.range(0, 50)
                .mapToObj(
                        epoch -> recovery.drawn(seed, row, epoch, declining, 64).length())
                .toList();
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
