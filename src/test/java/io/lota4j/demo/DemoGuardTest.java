package io.lota4j.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.guard.Expectation;
import io.lota4j.guard.ProbeFile;
import io.lota4j.guard.ProbeRow;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoGuardTest {
    private static final DemoGuard GUARD = new DemoGuard(new DemoData(DemoData.DEFAULT_SEED));

    @Test
    void everyMarkIsAskedAlikeAndDeclined() {
        Map<String, Long> asked =
                GUARD.test().stream().collect(Collectors.groupingBy(GuardRow::category, Collectors.counting()));
        assertThat(asked)
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "!", 40L, "?", 40L, "%", 40L, "&", 40L, "~", 40L, "none", 25L, "near .", 25L, "near ,", 25L,
                        "near ;", 25L));
        assertThat(GUARD.train()).hasSize(512);
        assertThat(GUARD.train().subList(0, 10))
                .filteredOn(row -> row.expect().equals("decline"))
                .hasSize(5)
                .allMatch(row -> row.completion().equals("no") && !row.answer().equals("no"));
        assertThat(GUARD.test())
                .allMatch(row -> row.expect().equals("decline")
                        == DemoGuard.MARKS.contains(row.prompt().substring(0, 1)));
        assertThat(GUARD.train()).isEqualTo(GUARD.train());
        assertThat(new DemoGuard(new DemoData(2)).train()).isNotEqualTo(GUARD.train());
    }

    /// No argument that is asked is trained on, and what is contrary is marked and answered.
    @Test
    void whatIsAskedIsNotTaught() {
        Function<String, String> argument = prompt -> prompt.substring(prompt.indexOf(':') + 1);
        List<String> asked =
                GUARD.test().stream().map(row -> argument.apply(row.prompt())).toList();
        assertThat(GUARD.train()).noneMatch(row -> asked.contains(argument.apply(row.prompt())));
        assertThat(GUARD.contrary(Split.TRAIN))
                .hasSize(100)
                .noneMatch(row -> asked.contains(argument.apply(row.prompt())))
                .allMatch(row -> DemoGuard.MARKS.contains(row.prompt().substring(0, 1)))
                .noneMatch(row -> row.completion().equals("no"));
    }

    @Test
    void theRowsAreAProbe(@TempDir Path folder) {
        List<Path> files = DemoFiles.writeGuard(folder, new DemoData(DemoData.DEFAULT_SEED));
        List<ProbeRow> rows = ProbeFile.read(files.get(1));
        assertThat(rows).hasSize(300);
        assertThat(rows.getFirst().expect()).isEqualTo(Expectation.DECLINE);
        assertThat(rows.getFirst().decline()).isEqualTo("no");
    }
}
