package io.lota4j.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.data.Dataset;
import io.lota4j.data.Example;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class TaskDataTest {
    private static final boolean[] LAST = {false, false, true};

    private static Dataset rows(String file, Example... examples) {
        return new Dataset(Path.of(file), file, 9, List.of(examples), List.of());
    }

    private static Example row(int first, boolean[] scored, int prompt, String answer) {
        return new Example(0, new int[] {first, 7, 8}, scored, prompt, "text", answer);
    }

    @Test
    void rowsAreToldApartByWhatIsLearnedAndCompared() {
        Example row = row(1, LAST, 2, "a");
        List<Dataset> different = List.of(
                rows("a", row),
                rows("a", row, row),
                rows("a", row(2, LAST, 2, "a")),
                rows("a", row(1, new boolean[] {false, true, true}, 2, "a")),
                rows("a", row(1, LAST, 1, "a")),
                rows("a", row(1, LAST, 2, "b")));
        Stream<String> digests = different.stream().map(TaskData::digest);
        assertThat(digests).doesNotHaveDuplicates();
    }

    @Test
    void theFileIsOneOfSeveralWaysToTheSameRows() {
        Example row = row(1, LAST, 2, "a");
        assertThat(TaskData.digest(rows("a", row))).isEqualTo(TaskData.digest(rows("b", row)));
    }
}
