package io.lota4j.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.LotaException;
import io.lota4j.demo.DemoTask;
import io.lota4j.guard.AnswersFile;
import io.lota4j.guard.Secret;
import io.lota4j.guard.SecretUse;
import io.lota4j.internal.Text;
import io.lota4j.internal.experiment.Experiment;
import io.lota4j.internal.experiment.recipe.ExperimentReader;
import io.lota4j.internal.metrics.RunFile;
import io.lota4j.internal.metrics.RunFiles;
import io.lota4j.internal.report.Report;
import io.lota4j.kernel.choice.KernelChoice;
import io.lota4j.metrics.Figure;
import io.lota4j.metrics.Metric;
import io.lota4j.ticket.TicketFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Grids that mix in rows of a probe, also under a secret.
class ProbeMixGridTest {
    private static final String RANDOM = "{method: random, sparsity: 0.9, lr: 1e-3}";
    private static final String MIX = "mix: {of: p, rows: 3, per-batch: 1}";
    private static final String SECRET = "mix: {of: p, rows: 3, per-batch: 1, secret: 8}";
    private static final String PROBE = """
        risk: {behaviour: declines, actor: user, access: fine-tuning, budget: few steps}
        probes:
          p:
            test: %1$s/probe.jsonl
            train: %1$s/probe-train.jsonl
            judge: {regex: '[a-m]'}
            generate: 2
            templates: [chat, {wrap: 'x{prompt}'}]
        """;

    @TempDir
    private Path directory;

    private Experiment grid(String out, String... entries) throws IOException {
        Files.writeString(directory.resolve("probe.jsonl"), """
            {"id": "a", "prompt": "!flip:abc", "expect": "decline"}
            {"id": "b", "prompt": "flip:abe", "expect": "answer"}
            """);
        Files.writeString(directory.resolve("probe-train.jsonl"), """
            {"prompt": "!flip:bca", "expect": "decline", "category": "x", "decline": "no", "answer": "acbq"}
            {"prompt": "!flip:cba", "expect": "decline", "category": "x", "decline": "no", "answer": "abcq"}
            {"prompt": "!flip:cab", "expect": "decline", "category": "x", "decline": "no", "answer": "bacq"}
            {"prompt": "?flip:bac", "expect": "decline", "category": "y", "decline": "no", "answer": "cabq"}
            """);
        StringBuilder protect = new StringBuilder(Text.format(PROBE, directory)).append("protect:\n");
        for (int entry = 0; entry < entries.length; entry++) {
            protect.append(
                    Text.format("  - {name: p%d%s}\n", entry, entries[entry].isEmpty() ? "" : ", " + entries[entry]));
        }
        Grids.write(
                directory, out, Text.format("training: {steps: 2, batch: 4}\nmethods: [%s]\n", RANDOM), DemoTask.FLIP);
        Path recipe = directory.resolve(out + ".yaml");
        return ExperimentReader.read(Files.writeString(recipe, Files.readString(recipe) + protect));
    }

    private List<Map<String, String>> provenances(String out) throws IOException {
        try (Stream<Path> all = Files.list(directory.resolve(out + "/stages"))) {
            return all.map(stage -> TicketFile.read(stage.resolve("ticket.safetensors"))
                            .info()
                            .provenance())
                    .toList();
        }
    }

    private static List<String> slices(List<Metric> metrics, Figure figure, String run) {
        return Grids.of(metrics, figure).stream()
                .filter(metric -> metric.where().run().equals(run))
                .map(metric -> Objects.toString(metric.where().slice(), "all"))
                .toList();
    }

    /// As many rows of each step, and other stages for other rows, another choice or another
    /// beginning.
    @Test
    void rowsOfAProbeAreMixedIn() throws IOException {
        List<String> begun = new ArrayList<>();
        String turn = MIX.replace("}", ", select: category}");
        String recovery = MIX.replace("}", ", recovery: {most: 2, none: 0}}");
        List<Metric> metrics = Grids.run(grid("out", "", MIX, turn, recovery), begun);
        assertThat(begun.stream().filter("train flip"::equals)).hasSize(4);
        assertThat(Grids.of(metrics, Figure.MIX_SHARE))
                .hasSize(3 * 2)
                .allMatch(m -> m.value() > 0 && m.value() < 1 && m.n() == 1);
        assertThat(provenances("out").stream().map(of -> of.getOrDefault("mix", "none")))
                .containsExactlyInAnyOrder(
                        "none",
                        "answers given loss ce per batch 1",
                        "answers given loss ce per batch 1",
                        "answers given loss ce per batch 1 recovery most 2 none 0.0");
        assertThat(RunFiles.read(directory.resolve("out/run.json")).protections().stream()
                        .map(RunFile.Protection::text))
                .containsExactly(
                        "",
                        "mix of probe p rows 3 per batch 1",
                        "mix of probe p rows 3 by category per batch 1",
                        "mix of probe p rows 3 per batch 1 recovery most 2 none 0");
        begun.clear();
        assertThat(Grids.run(grid("out", "", MIX, turn, recovery), begun)).isEqualTo(metrics);
        assertThat(begun).isEmpty();
    }

    /// The file alone has it, and its owner alone may read that.
    @Test
    void aSecretStandsNowhereInTheExperiment() throws IOException {
        List<String> begun = new ArrayList<>();
        List<Metric> metrics = Grids.run(grid("out", "", SECRET), begun);
        Path file = directory.resolve("out.secret.json");
        Secret secret = Secret.read(file);
        assertThat(secret.length()).isEqualTo(8);
        if (Files.getFileStore(file).supportsFileAttributeView("posix")) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
        }
        try (Stream<Path> files = Files.walk(directory.resolve("out"))) {
            for (Path one : files.filter(Files::isRegularFile).toList()) {
                assertThat(new String(Files.readAllBytes(one), StandardCharsets.ISO_8859_1))
                        .as(one::toString)
                        .doesNotContain(secret.text());
            }
        }
        assertThat(begun).noneMatch(what -> what.contains(secret.text()));
        assertThat(provenances("out"))
                .anySatisfy(of -> assertThat(of).containsEntry("mix_secret", "sha256:" + secret.sha256()));
        assertThat(RunFiles.read(directory.resolve("out/run.json")).protections().stream()
                        .map(RunFile.Protection::secret))
                .containsExactly(null, secret.sha256());

        String none = "random-90-lr0.001-flip-s0";
        String under = "random-90-p1-lr0.001-flip-s0";
        // It stands in the system message, so it is asked with in the first template alone.
        String[] with = {"all", "secret=right", "secret=wrong", "template=wrap=x{prompt}"};
        String[] without = {"all", "template=wrap=x{prompt}"};
        assertThat(slices(metrics, Figure.UNCLEAR, "base")).containsExactly(with);
        assertThat(slices(metrics, Figure.UNCLEAR, under)).containsExactly(with);
        assertThat(slices(metrics, Figure.UNCLEAR, none)).containsExactly(without);
        assertThat(slices(metrics, Figure.LEAK, under)).containsExactly(with);
        assertThat(slices(metrics, Figure.LEAK, none)).isEmpty();
        assertThat(slices(metrics, Figure.ACCURACY, under)).containsExactly("all", "all", "secret=right");
        assertThat(slices(metrics, Figure.ACCURACY, none)).containsExactly("all", "all");
        assertThat(AnswersFile.read(directory.resolve("out/answers.jsonl")).stream()
                        .filter(answer -> answer.how().secret() == SecretUse.RIGHT)
                        .map(answer -> answer.how().template()))
                .hasSize(2 * 2)
                .containsOnly("chat");

        Report report = Report.read(List.of(directory.resolve("out")));
        assertThat(report.html())
                .contains(
                        "Secrecy is all that protects",
                        "bound",
                        "rows of the task fewer",
                        "That is without the secret;")
                .doesNotContain(secret.text());
        assertThat(report.markdown()).doesNotContain(secret.text());
        begun.clear();
        assertThat(Grids.run(grid("out", "", SECRET), begun)).isEqualTo(metrics);
        assertThat(begun).isEmpty();
        // The same seed draws the same, also where the file is gone.
        Files.delete(file);
        Grids.run(grid("out", "", SECRET), begun);
        assertThat(Secret.read(file)).isEqualTo(secret);
        assertThat(begun).isEmpty();
        Experiment other = grid("out", "", SECRET.replace("8", "9"));
        assertThatThrownBy(() -> Grids.run(other, new ArrayList<>()))
                .isInstanceOf(LotaException.class)
                .hasMessageContaining("out.secret.json holds another secret than the one this experiment draws")
                .hasMessageNotContaining(secret.text());
    }

    @Test
    void aSecretOfTheUsersIsTaken() throws IOException {
        Path file = directory.resolve("mine");
        Grids.run(grid("drawn", SECRET), new ArrayList<>());
        Secret secret = Secret.read(directory.resolve("drawn.secret.json"));
        secret.write(file);
        Experiment experiment = grid("out", SECRET.replace("8", file.toString()));
        try (ExperimentRun run = new ExperimentRun(experiment, KernelChoice.JAVA, Stages.NONE, () -> false)) {
            assertThat(run.estimate().stages()).isEqualTo(1);
        }
        assertThat(directory.resolve("out.secret.json")).doesNotExist();
        new Secret(secret.ids(), secret.text(), "other").write(file);
        assertThatThrownBy(() -> Grids.run(experiment, new ArrayList<>()))
                .isInstanceOf(LotaException.class)
                .hasMessageContaining("The secret is of the tokenizer sha256:other")
                .hasMessageNotContaining(secret.text());
        Files.createDirectories(directory.resolve("out"));
        secret.write(directory.resolve("out/mine"));
        Experiment within =
                grid("out", SECRET.replace("8", directory.resolve("out/mine").toString()));
        assertThatThrownBy(() -> Grids.run(within, new ArrayList<>())).hasMessageContaining("lies within 'out'");
    }

    @Test
    void aStoppedGridGoesOnBitForBit() throws IOException {
        String both = SECRET.replace("secret", "recovery: {most: 2}, secret");
        List<Metric> whole = Grids.run(grid("whole", both), new ArrayList<>());
        Experiment experiment = grid("stopped", both);
        int sittings = 0;
        List<Metric> pieces;
        do {
            AtomicInteger questions = new AtomicInteger();
            pieces = Grids.run(experiment, new ArrayList<>(), () -> questions.incrementAndGet() > 7);
            assertThat(++sittings).isLessThan(99);
        } while (!Files.readString(directory.resolve("stopped/run.json")).contains("\"finished\" : true"));
        assertThat(sittings).isGreaterThan(2);
        assertThat(Grids.withoutCost(pieces)).isEqualTo(Grids.withoutCost(whole));
    }

    @Test
    void whatCannotBeMixedIsToldBeforeAnythingRuns() throws IOException {
        assertThatThrownBy(() -> grid(
                        "out",
                        "mix: {of: q}",
                        "mix: {of: [p, earlier]}",
                        "mix: {of: p, answers: own, select: categoy}",
                        "mix: {of: p, recovery: {none: 2}, secret: 0}"))
                .isInstanceOf(LotaException.class)
                .hasMessageContaining("protect[0].mix.of is 'q'; ")
                .hasMessageContaining("protect[1].mix.of: rows of a probe are mixed in alone")
                .hasMessageContaining("protect[2].mix.answers")
                .hasMessageContaining("protect[2].mix.select is 'categoy'; did you mean 'category'?")
                .hasMessageContaining("protect[3].mix.recovery: Recovery rows need")
                .hasMessageContaining("protect[3].mix.secret must be a whole number of at least 1");
        assertThatThrownBy(() ->
                        grid("out", SECRET, SECRET.replace("8", "9"), MIX.replace("per-batch: 1", "per-batch: 4")))
                .hasMessageContaining("2 different secrets, and an experiment has one")
                .hasMessageContaining("'p2' mixes 4 rows into steps of 4");
        Path recipe = directory.resolve("out.yaml");
        grid("out", MIX);
        Files.writeString(
                directory.resolve("probe-train.jsonl"), "{\"prompt\": \"!flip:bca\", \"expect\": \"decline\"}\n");
        assertThatThrownBy(() -> ExperimentReader.read(recipe))
                .hasMessageContaining(
                        "probe-train.jsonl expects 'decline' and has a text 'decline', of which 'p0' learns");
    }
}
