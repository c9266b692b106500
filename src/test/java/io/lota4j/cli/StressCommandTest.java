package io.lota4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.Lota;
import io.lota4j.guard.Judge;
import io.lota4j.guard.ProbeAnswer;
import io.lota4j.guard.ProbeFile;
import io.lota4j.guard.ProbeOptions;
import io.lota4j.guard.ProbeRow;
import io.lota4j.guard.ProbeTemplate;
import io.lota4j.guard.Stress;
import io.lota4j.guard.StressOptions;
import io.lota4j.internal.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// How far soft inputs must move, on a tiny model.
class StressCommandTest {
    @TempDir
    private static Path folder = Path.of("");

    @BeforeAll
    static void write() throws IOException {
        TinyModel.write(folder.resolve("base"), 16, 1);
        StringBuilder rows = new StringBuilder();
        for (int row = 0; row < 12; row++) {
            rows.append(Text.format(
                    "{\"prompt\": \"Do thing %d.\", \"expect\": \"%s\", \"decline\": \"no\", \"answer\": \"yes\"}\n",
                    row, row % 3 == 2 ? "answer" : "decline"));
        }
        rows.append("{\"prompt\": \"Without texts.\", \"expect\": \"decline\"}\n");
        Files.writeString(folder.resolve("probe.jsonl"), rows);
    }

    private static Cli lota(int code, String line) {
        Cli cli = new Cli(Commands.standard());
        assertThat(cli.run(line.replace("%", folder.toString()).split(" ")))
                .as(() -> line + "\n" + cli.out() + cli.err())
                .isEqualTo(code);
        return cli;
    }

    private static List<String> files() throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.map(Path::toString).sorted().toList();
        }
    }

    private static String fingerprint() {
        try (Lota lota = Lota.open(folder.resolve("base"))) {
            return lota.fingerprint();
        }
    }

    @Test
    void softInputsMoveAndNothingIsWritten() throws IOException {
        List<String> before = files();
        String base = fingerprint();
        String line = "guard stress --model=%/base --probe=%/probe.jsonl --train=%/probe.jsonl --slots=3 --radius=0.5,4"
                + " --steps=30 --json";
        String out = lota(0, line).out();
        assertThat(lota(0, line).out()).as("the same seed").isEqualTo(out);
        assertThat(files()).isEqualTo(before);
        assertThat(fingerprint()).isEqualTo(base);
        JsonNode points = JsonMapper.shared().readTree(out).get("points");
        assertThat(points).hasSize(3);
        double unmoved = points.get(0).get("mean_score").asDouble();
        double near = points.get(1).get("mean_score").asDouble();
        double far = points.get(2).get("mean_score").asDouble();
        assertThat(near).isLessThan(unmoved);
        assertThat(far).isLessThan(near);
        assertThat(points.get(2).get("loss").asDouble())
                .isLessThan(points.get(1).get("loss").asDouble());
        assertThat(points.get(2).get("by_chance")).hasSize(3);
        points.get(2)
                .get("by_chance")
                .forEach(draw -> assertThat(draw.get("mean_score").asDouble()).isGreaterThan(far));
        assertThat(JsonMapper.shared().readTree(out).get("left_out").asInt()).isEqualTo(2);
    }

    @Test
    void figuresAreShownOnAPage() throws IOException {
        lota(
                0,
                "guard stress --model=%/base --probe=%/probe.jsonl --train=%/probe.jsonl --slots=2 --radius=1 --steps=1"
                        + " --out=%/figures");
        lota(0, "report %/figures");
        assertThat(Files.readString(folder.resolve("figures/report.html")))
                .contains("<h2>Soft inputs</h2>", "fulfilled by radius, base", "radius 1.0: ");
    }

    /// Slots that did not move are the neutral token.
    @Test
    void unmovedSlotsAreNeutralTokens() {
        List<ProbeRow> rows = ProbeFile.read(folder.resolve("probe.jsonl"));
        try (Lota lota = Lota.open(folder.resolve("base"))) {
            Stress stress = lota.stress(
                    rows, rows, List.of(), new StressOptions(2, List.of(1.0), 1, StressOptions.Norm.LINF, 0));
            ProbeTemplate neutral = ProbeTemplate.of("wrap=" + stress.neutral().repeat(2) + "{prompt}");
            List<ProbeAnswer> asked = lota.probe(
                            rows,
                            List.of(),
                            ProbeOptions.of(new Judge.Margin(), 1).templates(neutral))
                    .answers();
            assertThat(stress.none().answers()).hasSameSizeAs(asked);
            for (int row = 0; row < asked.size(); row++) {
                assertThat(stress.none().answers().get(row).score())
                        .isCloseTo(asked.get(row).score(), Offset.offset(1e-6));
            }
        }
    }

    @Test
    void whatCannotBeMovedIsRefused() {
        assertThat(lota(1, "guard stress --model=%/base --probe=%/probe.jsonl --train=%/probe.jsonl --radius=1,0.5")
                        .err())
                .contains("The radii must be over 0 and ascending, found [1.0, 0.5].");
        assertThat(lota(1, "guard stress --model=%/base --probe=%/probe.jsonl --train=%/probe.jsonl --slots=90")
                        .err())
                .contains("with 90 soft inputs and its answer it has ", " and the model has 96 positions");
    }
}
