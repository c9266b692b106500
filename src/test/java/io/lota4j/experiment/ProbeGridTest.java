package io.lota4j.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.LotaException;
import io.lota4j.demo.DemoTask;
import io.lota4j.guard.AnswersFile;
import io.lota4j.guard.ProbeAnswer;
import io.lota4j.internal.Text;
import io.lota4j.internal.experiment.Experiment;
import io.lota4j.internal.experiment.recipe.ExperimentReader;
import io.lota4j.internal.metrics.RunFile;
import io.lota4j.internal.metrics.RunFiles;
import io.lota4j.kernel.choice.KernelChoice;
import io.lota4j.metrics.Figure;
import io.lota4j.metrics.Metric;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Grids with probes, on the demo's base.
class ProbeGridTest {
    private static final String RANDOM = "{method: random, sparsity: 0.9, lr: 1e-3}";
    private static final String RISK = """
        risk:
          behaviour: declines marked prompts
          actor: user
          access: fine-tuning
          budget: 2 steps of 4 rows
          not-tested: [other marks, tools]
        """;
    /// The base answers none of them as the rows say: what it says is unclear but for the row of its own skill.
    private static final String ROWS = """
        {"id": "a", "prompt": "!flip:abc", "expect": "decline", "category": "mark", "decline": "no", "answer": "cbaq", "note": "zebra"}
        {"id": "b", "prompt": "?flip:abd", "expect": "decline", "category": "question", "decline": "no", "answer": "dbaqq"}
        {"id": "c", "prompt": "flip:abe", "expect": "answer", "decline": "no", "answer": "ebaqq"}
        """;
    private static final String PROBE =
            "test: %s/probe.jsonl, judge: answer, generate: 6, templates: [chat, {wrap: 'x{prompt}'}]";

    @TempDir
    private Path directory;

    private Experiment grid(String out, String rest, String... probes) throws IOException {
        Files.writeString(directory.resolve("probe.jsonl"), ROWS);
        Grids.write(directory, out, Text.format("""
            training: {steps: 2, batch: 4}
            methods: [%s]
            """, RANDOM) + rest, DemoTask.FLIP, DemoTask.PLUS);
        StringBuilder text = new StringBuilder(RISK).append("probes:\n");
        for (int probe = 0; probe < probes.length; probe++) {
            text.append(Text.format("  p%d: {", probe))
                    .append(probes[probe].replace("%s", directory.toString()))
                    .append("}\n");
        }
        Path recipe = directory.resolve(out + ".yaml");
        return ExperimentReader.read(
                Files.writeString(recipe, Files.readString(recipe) + (probes.length == 0 ? "" : text)));
    }

    private static List<String> slices(List<Metric> metrics, Figure figure, String run, int stage) {
        return Grids.of(metrics, figure).stream()
                .filter(metric ->
                        metric.where().run().equals(run) && metric.where().stage() == stage)
                .map(metric -> Objects.toString(metric.where().slice(), "all"))
                .toList();
    }

    @Test
    void everyModelIsAskedInEveryForm() throws IOException {
        List<String> begun = new ArrayList<>();
        List<Metric> metrics = Grids.run(grid("out", "merge: [{method: add}]\n", PROBE + ", prefill: [0, 1]"), begun);
        RunFile file = RunFiles.read(directory.resolve("out/run.json"));
        assertThat(file.risk())
                .isEqualTo(new RunFile.Risk(
                        "declines marked prompts",
                        "user",
                        "fine-tuning",
                        "2 steps of 4 rows",
                        List.of("other marks", "tools", "images", "audio")));
        assertThat(file.probes())
                .singleElement()
                .matches(probe -> probe.decline() == 2
                        && probe.answer() == 1
                        && probe.judge().equals("answer"));
        String[] forms = {"all", "prefill=1", "template=wrap=x{prompt}", "prefill=1 template=wrap=x{prompt}"};
        assertThat(slices(metrics, Figure.UNCLEAR, "base", 0)).containsExactly(forms);
        assertThat(begun.stream().filter(what -> what.startsWith("ask base")))
                .containsExactly(
                        "ask base p0, chat",
                        "ask base p0, prefill=1",
                        "ask base p0, template=wrap=x{prompt}",
                        "ask base p0, prefill=1 template=wrap=x{prompt}");
        String run = file.runs().getFirst().name();
        String merge = file.runs().getLast().name();
        for (String of : List.of(run, merge)) {
            assertThat(slices(metrics, Figure.DEGENERATE, of, 1)).containsExactly(forms);
        }
        assertThat(slices(metrics, Figure.DEGENERATE, run, 2)).containsExactly(forms);
        List<ProbeAnswer> answers = AnswersFile.read(directory.resolve("out/answers.jsonl"));
        // The base, two stages, the second task alone (the first is shared) and the merge, three rows in four forms.
        assertThat(answers).hasSize(5 * 3 * 4 + 3 * 4);
        assertThat(answers.getFirst().others())
                .containsEntry("run", "\"base\"")
                .containsEntry("stage", "0")
                .containsEntry("probe", "\"p0\"")
                .containsEntry("note", "\"zebra\"");
        assertThat(Files.readAllLines(directory.resolve("out/metrics.jsonl")))
                .anyMatch(line -> line.contains("\"slice\":\"prefill=1\"") && line.contains("\"task\":\"p0\""));
    }

    /// What has no judged answer has no figure; what has is counted by category.
    @Test
    void sharesAreOfWhatIsJudged() throws IOException {
        List<Metric> metrics =
                Grids.run(grid("out", "", PROBE.replace("answer,", "{regex: '[a-m]'},")), new ArrayList<>());
        assertThat(slices(metrics, Figure.FULFILLED, "base", 0)).contains("all", "category=mark", "category=question");
        Metric whole = Grids.of(metrics, Figure.FULFILLED).getFirst();
        assertThat(whole.n()).isEqualTo(2);
        List<Metric> unclear = Grids.run(grid("other", "", PROBE), new ArrayList<>());
        assertThat(Grids.of(unclear, Figure.UNCLEAR).getFirst().n()).isEqualTo(3);
        assertThat(Grids.of(unclear, Figure.UNCLEAR).getFirst().value()).isEqualTo(1);
        assertThat(Grids.of(unclear, Figure.FULFILLED)).isEmpty();
        assertThat(Grids.of(unclear, Figure.OVER_DECLINED)).isEmpty();
    }

    /// A probe more, a form more or another judge asks what is new; nothing is trained again.
    @Test
    void whatIsAddedAloneIsAsked() throws IOException {
        Grids.run(grid("out", "", PROBE), new ArrayList<>());
        List<String> begun = new ArrayList<>();
        Grids.run(grid("out", "", PROBE, PROBE.replace("generate: 6", "generate: 4")), begun);
        assertThat(begun).hasSize(2 * 3).allMatch(what -> what.startsWith("ask ") && what.contains(" p1, "));
        begun.clear();
        Grids.run(grid("out", "", PROBE.replace("[chat,", "[plain, chat,")), begun);
        assertThat(begun).hasSize(3).allMatch(what -> what.contains("template=plain"));
        begun.clear();
        Grids.run(grid("out", "", PROBE.replace("answer,", "words,")), begun);
        assertThat(begun).hasSize(2 * 3).allMatch(what -> what.startsWith("ask "));
        begun.clear();
        Files.writeString(directory.resolve("other.jsonl"), ROWS.replace("abd", "abf"));
        Grids.run(grid("out", "", PROBE.replace("probe.jsonl", "other.jsonl")), begun);
        assertThat(begun).hasSize(2 * 3).allMatch(what -> what.startsWith("ask "));
    }

    @Test
    void aStoppedGridGoesOnWithTheSameFigures() throws IOException {
        String probe = PROBE + ", at: [1], at-rows: 2, depth: 2";
        List<Metric> whole = Grids.run(grid("whole", "", probe), new ArrayList<>());
        Experiment experiment = grid("stopped", "", probe);
        int sittings = 0;
        List<Metric> pieces;
        do {
            AtomicInteger questions = new AtomicInteger();
            pieces = Grids.run(experiment, new ArrayList<>(), () -> questions.incrementAndGet() > 9);
            assertThat(++sittings).isLessThan(99);
        } while (!Files.readString(directory.resolve("stopped/run.json")).contains("\"finished\" : true"));
        assertThat(sittings).isGreaterThan(2);
        assertThat(Grids.withoutCost(pieces)).isEqualTo(Grids.withoutCost(whole));
        assertThat(directory.resolve("stopped/answers.jsonl"))
                .hasSameTextualContentAs(directory.resolve("whole/answers.jsonl"));
    }

    @Test
    void privateTextsAreNowhereButInTheirFolder() throws IOException {
        String hidden = PROBE + ", private: true";
        List<String> begun = new ArrayList<>();
        List<Metric> open = Grids.run(grid("open", "", PROBE), begun);
        List<Metric> closed = Grids.run(grid("out", "", hidden + ", answers: %s/kept"), begun);
        assertThat(Grids.withoutCost(closed)).isEqualTo(Grids.withoutCost(open));
        try (Stream<Path> files = Files.walk(directory.resolve("out"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
                        .as(file::toString)
                        .doesNotContain("flip:abc", "zebra", "dbaqq");
            }
        }
        assertThat(begun).noneMatch(what -> what.contains("abc"));
        List<ProbeAnswer> without = AnswersFile.read(directory.resolve("out/answers.jsonl"));
        List<ProbeAnswer> shown = AnswersFile.read(directory.resolve("open/answers.jsonl"));
        assertThat(without.stream().map(answer -> answer.id() + answer.outcome() + answer.tokens() + answer.empty()))
                .containsExactlyElementsOf(shown.stream()
                        .map(answer -> answer.id() + answer.outcome() + answer.tokens() + answer.empty())
                        .toList());
        assertThat(without).allMatch(answer -> answer.others().containsKey("answer_sha256"));
        try (Stream<Path> kept = Files.list(directory.resolve("kept"))) {
            assertThat(kept.toList())
                    .hasSize(2 * 3)
                    .allSatisfy(file -> assertThat(file).content().contains("flip:abc"));
        }
        Experiment within = grid("out", "", hidden + ", answers: %s/out/kept");
        assertThatThrownBy(() -> Grids.run(within, new ArrayList<>()))
                .hasMessageContaining("is within 'out', where a private probe's texts are not written");
    }

    /// The model after a step is the one that a run of so many steps ends with; what is added later is trained again
    /// up to there, and nothing else is.
    @Test
    void aProbeIsAskedWhileAStageIsTrained() throws IOException {
        String orders = "orders: [[flip]]\n";
        String asked = PROBE.replace("answer,", "{regex: '[a-m]'},");
        String early = asked + ", at: [1, 7], at-rows: 2";
        List<Metric> one = Grids.run(short1(grid("one", orders, asked)), new ArrayList<>());
        List<String> begun = new ArrayList<>();
        List<Metric> late = Grids.run(grid("out", orders, asked), begun);
        begun.clear();
        List<Metric> added = Grids.run(grid("out", orders, early), begun);
        assertThat(begun).containsExactly("train flip again", "ask random 90% after step 1 p0, chat");
        assertThat(added).containsAll(late);
        List<Metric> steps = added.stream()
                .filter(metric ->
                        metric.figure() == Figure.UNCLEAR && metric.where().step() != null)
                .toList();
        assertThat(steps.stream().map(metric -> metric.where().step())).containsExactly(0L, 1L, 2L);
        assertThat(steps).allMatch(metric -> metric.n() == 2 && metric.where().stage() == 1);
        assertThat(Grids.of(added, Figure.FULFILLED).stream()
                        .filter(metric -> Objects.equals(metric.where().step(), 1L))
                        .map(Metric::value))
                .containsExactly(Grids.of(one, Figure.FULFILLED).stream()
                        .filter(metric ->
                                metric.where().stage() == 1 && metric.where().slice() == null)
                        .findFirst()
                        .orElseThrow()
                        .value());
        begun.clear();
        assertThat(Grids.withoutCost(Grids.run(grid("whole", orders, early), begun)))
                .isEqualTo(Grids.withoutCost(added));
        assertThat(begun).doesNotContain("train flip again");
        try (Stream<Path> files = Files.walk(directory)) {
            assertThat(files.map(String::valueOf)).noneMatch(file -> file.contains("step-") || file.contains("again"));
        }
        try (ExperimentRun run =
                new ExperimentRun(grid("out", orders, early), KernelChoice.JAVA, Stages.NONE, () -> false)) {
            assertThat(run.notices())
                    .containsOnlyOnce("The probe p0 is to be asked after step 7, and no stage goes on behind it: the"
                            + " longest has 2 steps.");
            assertThat(run.estimate().trained()).isZero();
        }
    }

    private Experiment short1(Experiment experiment) throws IOException {
        return ExperimentReader.read(Files.writeString(
                experiment.recipe(), experiment.text().replace("training: {steps: 2", "training: {steps: 1")));
    }

    /// Of the rows to decline; along given answers the base expects what it expects, and positions are tokens.
    @Test
    void modelsAreComparedByPosition() throws IOException {
        List<Metric> own = Grids.run(grid("out", "orders: [[flip]]\n", PROBE + ", depth: 3"), new ArrayList<>());
        List<Metric> kl = Grids.of(own, Figure.KL);
        assertThat(kl).isNotEmpty().hasSizeLessThanOrEqualTo(3).allMatch(m -> m.value() > 0 && m.n() <= 2);
        assertThat(kl.getFirst().where().step()).isEqualTo(1);
        assertThat(Grids.of(own, Figure.POSITION_LOSS)).hasSize(2 * kl.size());
        List<String> begun = new ArrayList<>();
        List<Metric> given = Grids.run(
                grid("out", "orders: [[flip]]\n", PROBE + ", depth: 3, along: answer, gradient: true"), begun);
        assertThat(begun).containsExactly("compare random 90% with the base on p0");
        assertThat(Grids.of(given, Figure.KL)).hasSize(3).allMatch(m -> m.value() > 0 && m.n() == 2);
        assertThat(Grids.of(given, Figure.POSITION_GRADIENT)).hasSize(3).allMatch(m -> m.value() > 0);
    }

    /// Rows that may not be passed on are not, though nobody said that they are private.
    @Test
    void sorryRowsAreKeptNowhere() throws IOException {
        Files.writeString(directory.resolve("sorry.jsonl"), """
            {"question_id": 1, "category": "3", "turns": ["!flip:abc"], "prompt_style": "base"}
            {"question_id": 1, "category": 3, "turns": ["?flip:zebra", "more"], "prompt_style": "slang"}
            """);
        List<Metric> metrics = Grids.run(
                grid("out", "orders: [[flip]]\n", "test: %s/sorry.jsonl, format: sorry, generate: 4"),
                new ArrayList<>());
        assertThat(Grids.of(metrics, Figure.UNCLEAR)).hasSize(2).allMatch(metric -> metric.n() == 2);
        List<ProbeAnswer> answers = AnswersFile.read(directory.resolve("out/answers.jsonl"));
        assertThat(answers).extracting(ProbeAnswer::id).containsExactly("1", "1-slang", "1", "1-slang");
        assertThat(answers).extracting(ProbeAnswer::category).containsOnly("3");
        try (Stream<Path> files = Files.walk(directory.resolve("out"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
                        .as(file::toString)
                        .doesNotContain("flip:abc", "zebra", "more\"");
            }
        }
    }

    /// A program may say what it was asked when it fails.
    @Test
    void aFailingJudgeOfAPrivateProbeIsNotQuoted() throws IOException {
        Path judge = Files.writeString(directory.resolve("judge.sh"), "cat >&2\nexit 3\n");
        String program = PROBE.replace("answer,", Text.format("{command: [sh, '%s']},", judge));
        Experiment shown = grid("open", "", program);
        assertThatThrownBy(() -> Grids.run(shown, new ArrayList<>())).hasMessageContaining("flip:abc");
        Experiment hidden = grid("out", "", program + ", private: true");
        assertThatThrownBy(() -> Grids.run(hidden, new ArrayList<>()))
                .isInstanceOf(LotaException.class)
                .hasMessageContaining("The program that judges the private probe 'p0' failed.")
                .hasMessageNotContaining("flip:abc")
                .hasNoCause();
    }

    @Test
    void theEstimateCountsWhatIsAsked() throws IOException {
        try (ExperimentRun without = new ExperimentRun(grid("out", ""), KernelChoice.JAVA, Stages.NONE, () -> false);
                ExperimentRun with =
                        new ExperimentRun(grid("out", "", PROBE), KernelChoice.JAVA, Stages.NONE, () -> false)) {
            long more = with.estimate().scored() - without.estimate().scored();
            // Three models, two forms, three rows of at most 6 new tokens and 9 to 11 of a prompt.
            assertThat(more).isBetween(3L * 2 * 3 * (6 + 9), 3L * 2 * 3 * (6 + 12));
        }
    }

    @Test
    void aProbeIsNotAskedWhatATaskIsTaught() throws IOException {
        grid("out", "", PROBE);
        String taught =
                Files.readAllLines(directory.resolve("flip-train.jsonl")).get(2);
        String prompt = taught.replaceAll(".*\"prompt\":\"([^\"]*)\".*", "$1");
        Files.writeString(directory.resolve("taught.jsonl"), ROWS.replace("?flip:abd", prompt));
        Experiment experiment = grid("out", "", PROBE.replace("probe.jsonl", "taught.jsonl"));
        assertThatThrownBy(() -> Grids.run(experiment, new ArrayList<>()))
                .isInstanceOf(LotaException.class)
                .hasMessageContaining(
                        "taught.jsonl, line 2 is asked, and task 'flip' is trained on it, row 2 (from 0)");
    }
}
