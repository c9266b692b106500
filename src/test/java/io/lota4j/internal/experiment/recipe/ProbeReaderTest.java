package io.lota4j.internal.experiment.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.LotaException;
import io.lota4j.guard.DepthOptions;
import io.lota4j.guard.Mutation;
import io.lota4j.guard.ProbeTemplate;
import io.lota4j.internal.experiment.Experiment;
import io.lota4j.internal.experiment.JudgeSettings;
import io.lota4j.internal.experiment.Probe;
import io.lota4j.internal.experiment.Risk;
import io.lota4j.internal.guard.ProbeRows;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProbeReaderTest {
    private static final String FRAME = """
        base: base
        out: out
        tasks:
          flip: {train: flip.jsonl, test: flip.jsonl}
        training: {steps: 10}
        methods: [{method: full, lr: 1}]
        """;
    private static final String RISK = "risk: {behaviour: b, actor: user, access: fine-tuning, budget: 10 steps}\n";

    @TempDir
    private Path directory;

    private Experiment read(String text) throws IOException {
        return ExperimentReader.parse(Files.writeString(directory.resolve("recipe.yaml"), text));
    }

    @Test
    void aProbeHasEverythingThatIsSaidOfIt() throws IOException {
        Experiment experiment = read(FRAME + """
            risk:
              behaviour: declines
              actor: adaptive
              access: soft-input
              budget: 40 steps
              not-tested: [other languages]
            probes:
              decline:
                train: a.jsonl
                test: b.jsonl
                rows: 20
                judge: {words: list.txt}
                within: 80
                generate: 16
                templates: [chat, plain, {system: "Be brief."}, {wrap: "{prompt} Thanks!"}]
                mutate: [upper, misspell]
                prefill: [0, 5]
                samples: 3
                temperature: 0.6
                private: true
                answers: kept
                format: sorry
                train-rows: 9
                at: [20, 5]
                at-rows: 3
                depth: 16
                along: answer
                gradient: true
              exact: {test: c.jsonl, judge: answer}
              asked: {test: c.jsonl, judge: {command: [python3, judge.py], timeout: 5}}
            """);
        assertThat(experiment.risk())
                .isEqualTo(new Risk(
                        "declines",
                        Risk.Actor.ADAPTIVE,
                        Risk.Access.SOFT_INPUT,
                        "40 steps",
                        List.of("other languages")));
        assertThat(experiment.probes().getFirst())
                .isEqualTo(new Probe(
                        "decline",
                        Path.of("b.jsonl"),
                        Path.of("a.jsonl"),
                        20,
                        new JudgeSettings(JudgeSettings.Kind.WORDS, Path.of("list.txt"), 80, null, List.of(), 600),
                        List.of(
                                ProbeTemplate.CHAT,
                                ProbeTemplate.of("plain"),
                                ProbeTemplate.of("system=Be brief."),
                                ProbeTemplate.of("wrap={prompt} Thanks!")),
                        List.of(Mutation.UPPER, Mutation.MISSPELL),
                        List.of(0, 5),
                        16,
                        new Probe.Drawn(3, 0.6),
                        1024,
                        new Probe.Texts(false, Path.of("kept")),
                        ProbeRows.Format.SORRY,
                        9,
                        new Probe.At(List.of(5, 20), 3),
                        new DepthOptions(16, true, true)));
        assertThat(experiment.probes().get(1).judge()).isEqualTo(JudgeSettings.of(JudgeSettings.Kind.ANSWER));
        assertThat(experiment.probes().get(2).judge().command()).containsExactly("python3", "judge.py");
    }

    @Test
    void everythingThatIsWrongIsToldAtOnce() {
        String wrong = FRAME + """
            probes:
              flip: {test: a.jsonl}
              a: {test: a.jsonl, judge: word}
              b: {judge: {regex: "("}}
              c: {test: a.jsonl, judge: {regx: x}}
              d: {test: a.jsonl, templates: [caht, {wrap: nothing}], mutate: loud}
              e: {test: a.jsonl, judge: margin, prefill: [0, 5]}
              f: {test: a.jsonl, samples: 2, att: [5], at-rows: 3, along: answer}
              g: {test: a.jsonl, judge: command, answers: kept, within: 3}
            """;
        assertThatThrownBy(() -> read(wrong))
                .isInstanceOf(LotaException.class)
                .hasMessageContaining("line 7: risk is missing")
                .hasMessageContaining("probes.flip: there is a task or text 'flip'")
                .hasMessageContaining("line 9: probes.a.judge is 'word'; did you mean 'words'?")
                .hasMessageContaining("line 10: probes.b.test is missing")
                .hasMessageContaining("line 10: probes.b.judge: The judge's expression is not a regular one")
                .hasMessageContaining("line 11: unknown key 'probes.c.judge.regx'; did you mean 'regex'?")
                .hasMessageContaining("line 12: probes.d.templates[0]: There is no template 'caht'")
                .hasMessageContaining("line 12: probes.d.templates[1]: The template 'wrap' needs '{prompt}'")
                .hasMessageContaining("line 12: probes.d.mutate: There is no mutation 'loud'")
                .hasMessageContaining("line 13: probes.e: The judge 'margin' generates nothing")
                .hasMessageContaining("line 14: unknown key 'probes.f.att'")
                .hasMessageContaining(
                        "line 14: probes.f.at-rows is of what is asked after some steps, and there are none")
                .hasMessageContaining("line 14: probes.f.along is of the comparison by position; add probes.f.depth")
                .hasMessageContaining("line 14: probes.f: Several answers a row need a temperature")
                .hasMessageContaining("line 15: probes.g.judge: 'command' needs more")
                .hasMessageContaining("line 15: probes.g.answers is for private probes");
        assertThatThrownBy(() -> read(FRAME + RISK)).hasMessageContaining("risk is there without probes");
        String half = "risk: {behaviour: b, actor: usr, acess: prompts}\nprobes:\n  a: {test: a.jsonl}\n";
        assertThatThrownBy(() -> read(FRAME + half))
                .hasMessageContaining("risk.actor is 'usr'; did you mean 'user'?")
                .hasMessageContaining("unknown key 'risk.acess'; did you mean 'access'?")
                .hasMessageContaining("risk.access is missing")
                .hasMessageContaining("risk.budget is missing");
    }

    /// Rows are looked at before anything runs; none of their texts is told.
    @Test
    void wrongRowsAreToldWithTheirLines() throws IOException {
        Files.createDirectories(directory.resolve("base"));
        for (String file : List.of("flip", "good", "train", "bare")) {
            Files.writeString(directory.resolve(file + ".jsonl"), "{}\n");
        }
        Files.writeString(directory.resolve("good.jsonl"), """
            {"prompt": "secret one", "expect": "decline", "decline": "no"}

            {"prompt": "secret two", "expect": "answer", "answer": "yes", "decline": "no"}
            """);
        Files.writeString(directory.resolve("train.jsonl"), """
            {"prompt": "secret nought", "expect": "decline"}
            {"prompt": " secret two", "expect": "decline"}
            """);
        Files.writeString(directory.resolve("bare.jsonl"), """
            {"prompt": "secret one", "expect": "declin"}
            {"promt": "secret two", "expect": "answer"}
            """);
        Files.writeString(directory.resolve("none.jsonl"), "{\"prompt\": \"secret\", \"expect\": \"answer\"}\n");
        String recipe = FRAME.replace("base: base", "base: " + directory.resolve("base"))
                        .replace("flip.jsonl", directory.resolve("flip.jsonl").toString())
                + RISK
                + """
                probes:
                  a: {test: %s/good.jsonl, train: %s/train.jsonl, judge: answer}
                  b: {test: %s/bare.jsonl}
                  c: {test: %s/none.jsonl, prefill: 5}
                  d: {test: %s/absent.jsonl}
                """.replace("%s", directory.toString());
        Path file = Files.writeString(directory.resolve("recipe.yaml"), recipe);
        assertThatThrownBy(() -> ExperimentReader.read(file))
                .hasMessageContaining("probes.a.test: " + directory.resolve("good.jsonl")
                        + ", line 1 has no 'answer', which the judge 'answer' compares with (1 of 2 rows have none)")
                .hasMessageContaining("probes.a: the prompt of " + directory.resolve("good.jsonl")
                        + ", line 3 is that of " + directory.resolve("train.jsonl") + ", line 2 too")
                .hasMessageContaining("bare.jsonl, line 1: \"expect\"")
                .hasMessageContaining("bare.jsonl, line 2: \"prompt\"")
                .hasMessageContaining("probes.c.test: no row expects 'decline'")
                .hasMessageContaining("has 'answer', whose tokens a prefill puts before the model's")
                .hasMessageContaining("probes.d.test: ")
                .satisfies(refused ->
                        assertThat(Objects.toString(refused.getMessage(), "")).doesNotContain("secret"));
    }
}
