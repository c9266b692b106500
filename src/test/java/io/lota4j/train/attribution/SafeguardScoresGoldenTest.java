package io.lota4j.train.attribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lota4j.Golden;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What is added up of the gradients of two examples: magnitudes before the mean, and squares.
/// Whole models are held against PyTorch by [ScoreGoldenTest].
class SafeguardScoresGoldenTest {
    private static JsonNode golden() throws IOException {
        return JsonMapper.shared().readTree(Files.readString(Golden.path("safeguards/scores.json")));
    }

    private static float[] flat(JsonNode rows) {
        return floats(rows.valueStream()
                .flatMapToDouble(row -> row.valueStream().mapToDouble(JsonNode::asDouble))
                .toArray());
    }

    private static float[] floats(double[] values) {
        float[] floats = new float[values.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }

    private static float[] mean(JsonNode golden, BiConsumer<MemorySegment, MemorySegment> term) {
        JsonNode gradients = golden.get("gradients");
        float[] sums = new float[flat(golden.get("w")).length];
        for (JsonNode gradient : gradients) {
            term.accept(MemorySegment.ofArray(flat(gradient)), MemorySegment.ofArray(sums));
        }
        for (int i = 0; i < sums.length; i++) {
            sums[i] /= gradients.size();
        }
        return sums;
    }

    @Test
    void magnitudesAreTakenBeforeTheMean() throws IOException {
        JsonNode golden = golden();
        float[] weights = flat(golden.get("w"));
        float[] snip = mean(golden, Elements::addMagnitudes);
        for (int i = 0; i < snip.length; i++) {
            snip[i] *= Math.abs(weights[i]);
        }
        assertThat(snip).containsExactly(flat(golden.get("snip")), within(1e-5f));
        assertThat(mean(golden, Elements::addSquares)).containsExactly(flat(golden.get("fisher")), within(1e-5f));
    }

    /// Over the tokens of all examples, from some token on and in pieces.
    @Test
    void wandaTakesTheNormOfWhatGoesIn() throws IOException {
        JsonNode golden = golden();
        int features = golden.get("w").get(0).size();
        double[] sums = new double[features];
        for (JsonNode example : golden.get("examples")) {
            float[] inputs = floats(example.valueStream()
                    .flatMapToDouble(token -> token.get("x").valueStream().mapToDouble(JsonNode::asDouble))
                    .toArray());
            int[] rows = IntStream.range(0, example.size()).toArray();
            InputTally.add(MemorySegment.ofArray(inputs), features, 1, rows, sums);
        }
        float[] scores = flat(golden.get("w"));
        MemorySegment all = MemorySegment.ofArray(scores);
        long half = all.byteSize() / 2 + Float.BYTES;
        InputTally.score(all.asSlice(0, half), 0, features, false, sums);
        InputTally.score(all.asSlice(half), half / Float.BYTES, features, false, sums);
        assertThat(scores).containsExactly(flat(golden.get("wanda")), within(1e-5f));
    }
}
