package io.lota4j.train.attribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.Golden;
import io.lota4j.data.Dataset;
import io.lota4j.data.Example;
import io.lota4j.internal.train.AdaptedModel;
import io.lota4j.mask.Mask;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// Scores of golden examples for tests.
final class Scored {
    static final Scoring.Listener SILENT = (done, all, tokens) -> {};

    private Scored() {}

    /// The three rows of `attribution`, padding included: it carries no loss.
    static List<Example> examples() {
        try (Golden golden = Golden.open("attribution/golden.safetensors")) {
            int length = golden.shape("ids")[1];
            int[] ids = golden.ints("ids");
            int[] labels = golden.ints("labels");
            List<Example> examples = new ArrayList<>();
            for (int row = 0; row < golden.shape("ids")[0]; row++) {
                int[] rowIds = new int[length];
                boolean[] scored = new boolean[length];
                for (int t = 0; t < length; t++) {
                    rowIds[t] = ids[row * length + t];
                    scored[t] = labels[row * length + t] >= 0;
                }
                examples.add(new Example(row, rowIds, scored, 1, "", ""));
            }
            return examples;
        }
    }

    static Dataset data(List<Example> examples) {
        return new Dataset(Path.of("rows.jsonl"), "00", 64, examples, List.of());
    }

    /// What a score gives one tensor.
    static float[] of(AdaptedModel model, Mask among, Attribution.OfRows by, List<Example> examples, String tensor) {
        Scoring scoring = new Scoring(model, among, data(examples));
        try (Tally tally = by.tally(model.decoder(), among)) {
            assertThat(scoring.passes(tally, by.group(), SILENT, () -> false)).isPresent();
            return of(tally, tensor);
        }
    }

    /// In two parts.
    static float[] of(Tally tally, String tensor) {
        int count = Math.toIntExact(
                Objects.requireNonNull(tally.tensors().get(tensor), tensor).numel());
        float[] scores = new float[count];
        MemorySegment target = MemorySegment.ofArray(scores);
        long half = count / 2;
        tally.read(tensor, 0, target.asSlice(0, half * Float.BYTES));
        tally.read(tensor, half, target.asSlice(half * Float.BYTES));
        return scores;
    }
}
