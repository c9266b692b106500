package io.lota4j.internal.experiment.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.LotaException;
import io.lota4j.internal.experiment.Experiment;
import io.lota4j.internal.experiment.Method;
import io.lota4j.internal.experiment.Protection;
import io.lota4j.internal.experiment.Shrink;
import io.lota4j.internal.experiment.Task;
import io.lota4j.internal.experiment.Variant;
import io.lota4j.memory.Device;
import io.lota4j.ticket.ShrinkRule;
import io.lota4j.train.Optimizer;
import io.lota4j.train.attribution.Delta;
import io.lota4j.train.attribution.Fisher;
import io.lota4j.train.attribution.LossChange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExperimentReaderTest {
    private static final String FRAME = """
        base: base
        out: out
        tasks:
          flip: {train: flip.jsonl, test: flip.jsonl}
          plus: {train: plus.jsonl, test: plus.jsonl}
        training: {steps: 10}
        """;

    @TempDir
    private Path directory;

    @Test
    void everyListOfValuesMakesAsManyVariants() throws IOException {
        Experiment experiment = read(FRAME + """
            methods:
              - {method: full, lr: [1e-5, 2e-5]}
              - {method: lota, sparsity: [0.9, 0.999], lr: 1e-3, calibration-steps: [1, 5], calibration-lr: 1e-4}
              - {method: lora, rank: [4, 8], lr: 1e-3}
            """);
        assertThat(experiment.variants().stream().map(v -> v.label() + " " + v.lr()))
                .containsExactly(
                        "full 1.0E-5",
                        "full 2.0E-5",
                        "lota 90% c1 0.001",
                        "lota 90% c5 0.001",
                        "lota 99.9% c1 0.001",
                        "lota 99.9% c5 0.001",
                        "lora r4 0.001",
                        "lora r8 0.001");
        assertThat(experiment.orders()).containsExactly(List.of("flip", "plus"));
        assertThat(experiment.seeds()).containsExactly(0L);
    }

    /// Beside fixed rates it is a method of its own.
    @Test
    void aRateMayBeFound() throws IOException {
        String frame = FRAME.replace("flip.jsonl}", "flip.jsonl, validation-rows: 4}")
                .replace("plus.jsonl}", "plus.jsonl, validation: more.jsonl}");
        String methods = """
            methods:
              - {method: full, lr: [1e-5, auto]}
              - {method: lora, rank: 4, lr: auto}
            """;
        assertThat(read(frame + methods).variants().stream().map(v -> v.label() + " " + v.lr() + " " + v.isAuto()))
                .containsExactly("full 1.0E-5 false", "full lr auto 0.0 true", "lora r4 lr auto 0.0 true");
        assertThatThrownBy(() -> read(FRAME.replace("flip.jsonl}", "flip.jsonl, validation-rows: 4}") + methods))
                .isInstanceOf(LotaException.class)
                .hasMessageContaining("line 8: methods[0]: task 'plus' has no validation rows to choose by; give it"
                        + " validation or validation-rows")
                .hasMessageContaining("line 9: methods[1]: task 'plus' has no validation rows");
        assertThatThrownBy(() -> read(frame + methods.replace("1e-5, auto", "1e-5, automatic")))
                .isInstanceOf(LotaException.class)
                .hasMessageContaining("line 8: methods[0].lr must be a number over 0 or auto, found 'automatic'");
        assertThatThrownBy(() -> read(frame.replace("steps: 10", "steps: 10, optimizer: sgd") + methods))
                .isInstanceOf(LotaException.class)
                .hasMessageContaining("line 8: methods[0].lr: A learning rate is found for adamw and rmsprop");
        assertThatThrownBy(() ->
                        read(frame.replace("validation-rows: 4}", "validation-rows: 4, objective: dpo}") + methods))
                .isInstanceOf(LotaException.class)
                .hasMessageContaining("methods[0].lr: No learning rate is found for the objective 'dpo'");
    }

    /// What somebody else trains at a given rate needs no rows to find one.
    @Test
    void onlyTasksThatAreLearnedNeedValidationRows() throws IOException {
        String others = FRAME.replace("flip.jsonl}", "flip.jsonl, validation-rows: 4}")
                .replace("plus.jsonl}", "plus.jsonl, unprotected: true, by: [{method: full, lr: 1}]}");
        String methods = "methods: [{method: full, lr: auto}]\n";
        assertThat(read(others + methods).variants().getFirst().isAuto()).isTrue();
        assertThatThrownBy(() -> read(others.replace("lr: 1}", "lr: auto}") + methods))
                .isInstanceOf(LotaException.class)
                .hasMessageContaining("tasks.plus.by[0]: task 'plus' has no validation rows to choose by");
    }

    @Test
    void controlTokensInRowsAreTextUnlessTheTaskSaysSo() throws IOException {
        String rest = "methods: [{method: full, lr: 1}]\ngeneral:\n  wiki: {data: wiki.jsonl, allow-special: true}\n";
        Experiment experiment = read(FRAME.replace("test: flip.jsonl", "test: flip.jsonl, allow-special: true") + rest);
        assertThat(experiment.tasks().stream().map(Task::allowSpecial)).containsExactly(true, false);
        assertThat(experiment.general().stream().map(Task::allowSpecial)).containsExactly(true);
        String wrong = FRAME.replace("test: flip.jsonl", "test: flip.jsonl, allow-special: \"yes\"") + rest;
        assertThatThrownBy(() -> read(wrong))
                .isInstanceOf(LotaException.class)
                .hasMessageContaining("line 4")
                .hasMessageContaining("allow-special")
                .hasMessageContaining("expected one of false, true");
    }

    @Test
    void aTextOfNoTaskMayBeJudgedByItsAnswers() throws IOException {
        String rest = "methods: [{method: full, lr: 1}]\ngeneral:\n"
                + "  trivia: {data: t.jsonl, generate: 8, answer: 'is (.*)'}\n  wiki: {data: w.jsonl}\n";
        Experiment experiment = read(FRAME + rest);
        assertThat(experiment.general().stream().map(Task::generate)).containsExactly(8, 0);
        assertThat(experiment.general().getFirst().answer()).isEqualTo("is (.*)");
        assertThatThrownBy(() -> read(FRAME + rest.replace("generate: 8, ", "")))
                .isInstanceOf(LotaException.class)
                .hasMessageContaining("general.trivia.answer needs general.trivia.generate");
    }

    @Test
    void everyProtectionMakesRunsOfItsOwn() throws IOException {
        String frame = FRAME.replace("test: flip.jsonl", "test: flip.jsonl, validation-rows: 4")
                .replace("test: plus.jsonl", "test: plus.jsonl, validation: more.jsonl");
        String methods = "methods: [{method: full, lr: 1}, {method: random, sparsity: 0.9, lr: 1}]\n";
        assertThat(read(frame + methods).protections()).containsExactly(Protection.NONE);
        assertThat(read(frame + methods + """
            protect:
              - {name: none}
              - {name: shrunk, shrink: {}}
              - {name: tight, shrink: {rows: 9, tolerance: 0, margin: 2}, only: [full]}
            """).protections())
                .containsExactly(
                        Protection.NONE,
                        new Protection("shrunk", List.of(new Shrink(128, ShrinkRule.USUAL)), List.of()),
                        new Protection("tight", List.of(new Shrink(9, new ShrinkRule(0, 2))), List.of("full")));
    }

    @Test
    void everythingThatIsWrongWithProtectionsIsToldAtOnce() {
        String wrong = FRAME.replace("test: flip.jsonl", "test: flip.jsonl, validation-rows: 4") + """
            methods: [{method: full, lr: 1}]
            protect:
              - {name: none}
              - {name: also}
              - {name: shrunk, shrink: {row: 3}}
              - {shrink: {margin: 0.5}}
              - {name: other, only: [ful]}
              - {name: both, shrnk: {}}
            """;
        assertThatThrownBy(() -> read(wrong))
                .isInstanceOf(LotaException.class)
                .hasMessageContaining("protect[1] does nothing, as another entry does")
                .hasMessageContaining(
                        "protect[2].shrink: task 'plus' has no validation rows to choose by; give it validation or"
                                + " validation-rows")
                .hasMessageContaining("unknown key 'protect[2].shrink.row'; did you mean 'rows'?")
                .hasMessageContaining("unknown key 'protect[5].shrnk'; did you mean 'shrink'?")
                .hasMessageContaining("protect[3].name is missing")
                .hasMessageContaining("protect[3].shrink: The margin must be a finite number of at least 1, found 0.5.")
                .hasMessageContaining("protect[4].only: no method 'ful'");
    }

    @Test
    void layersAreFrozenByPattern() throws IOException {
        Variant variant = read(FRAME + "methods: [{method: freeze, layers: [layers.0., layers.1.], lr: 1}]\n")
                .variants()
                .getFirst();
        assertThat(variant.method())
                .isInstanceOfSatisfying(
                        Method.Full.class,
                        full -> assertThat(full.pool())
                                .hasToString("mlp,attn without embed,lm_head,norm,layers.0.,layers.1."));
    }

    @Test
    void lottoAvoidsEarlierMasksAndIsCalibratedAsLotaIs() throws IOException {
        List<Variant> variants = read(FRAME + """
            methods:
              - {method: lota, sparsity: 0.9, lr: 1e-3, calibration-steps: 3, calibration-lr: 1e-4}
              - {method: lotto, sparsity: 0.9, lr: 1e-3, calibration-steps: 3, calibration-lr: 1e-4}
            """).variants();
        Method.Sparse lota = (Method.Sparse) variants.getFirst().method();
        Method.Sparse lotto = (Method.Sparse) variants.getLast().method();
        assertThat(lota.disjoint()).isFalse();
        assertThat(lotto.disjoint()).isTrue();
        assertThat(lotto.effort()).isEqualTo(lota.effort());
    }

    @Test
    void aCalibrationHasItsScoreAndItsOptimizer() throws IOException {
        String methods = """
            methods:
              - {method: lota, sparsity: 0.9, lr: 1e-3, calibration-steps: 3, calibration-lr: 1e-4}
              - method: lota
                name: b
                sparsity: 0.9
                lr: 1e-3
                calibration-steps: 3
                calibration-lr: 1e-4
                calibration-score: loss-change
                calibration-optimizer: sgd
            """;
        List<Variant> variants = read(FRAME + methods).variants();
        Method.Sparse plain = (Method.Sparse) variants.getFirst().method();
        Method.Sparse other = (Method.Sparse) variants.getLast().method();
        assertThat(plain.by()).isEqualTo(new Delta());
        assertThat(plain.effort().optimizer()).isNull();
        assertThat(other.by()).isEqualTo(new LossChange());
        assertThat(other.effort().optimizer()).isEqualTo(Optimizer.Sgd.DEFAULT);
        assertThatThrownBy(() -> read(FRAME + methods.replace("loss-change", "loss-chance")))
                .isInstanceOf(LotaException.class)
                .hasMessageContaining("methods[1].calibration-score is 'loss-chance'; did you mean 'loss-change'?");
    }

    @Test
    void fisherTakesRowsInGroups() throws IOException {
        List<Variant> variants = read(FRAME + """
            methods:
              - {method: fisher, sparsity: 0.9, lr: 1e-3}
              - {method: fisher, name: grouped, sparsity: 0.9, lr: 1e-3, rows: 32, group: 4}
            """).variants();
        assertThat(((Method.Sparse) variants.getFirst().method()).by()).isEqualTo(new Fisher());
        assertThat(((Method.Sparse) variants.getLast().method()).by()).isEqualTo(new Fisher(4));
        assertThatThrownBy(() -> read(FRAME + "methods: [{method: snip, sparsity: 0.9, lr: 1e-3, group: 4}]\n"))
                .isInstanceOf(LotaException.class)
                .hasMessageContaining("group");
    }

    @Test
    void methodsThatWouldBeCalledAlikeNeedNames() throws IOException {
        String twins = """
            methods:
              - {method: lota, sparsity: 0.9, lr: [1, 2], calibration-steps: 3, calibration-lr: 1e-4}
              - {method: lota, sparsity: 0.9, lr: 3, calibration-steps: 3, calibration-lr: 2e-4}
            """;
        assertThatThrownBy(() -> read(FRAME + twins))
                .isInstanceOf(LotaException.class)
                .hasMessageContaining(
                        "methods[1]: there is a method 'lota 90%' already; tell them apart with " + "methods[1].name");
        assertThat(read(FRAME + twins.replace("lota, sparsity: 0.9, lr: 3", "lota, name: slow, sparsity: 0.9, lr: 3"))
                        .variants())
                .hasSize(3);
    }

    @Test
    void aDashIsNoFolder() throws IOException {
        String methods = "methods:\n  - {method: full, lr: 1e-3}\n";
        assertThatThrownBy(() -> read(FRAME.replace("out: out", "out: \"-\"") + methods))
                .isInstanceOf(LotaException.class)
                .message()
                .endsWith("out: '-' is not taken as a folder; write ./- for one of that name");
        assertThat(read(FRAME.replace("out: out", "out: ./-") + methods).out()).hasToString("./-");
    }

    @Test
    void trainingHasRanges() {
        assertThatThrownBy(() -> read("""
            base: base
            out: out
            tasks:
              flip: {train: flip.jsonl, test: flip.jsonl}
            training:
              steps: 10
              warmup-steps: 11
              clip: none
              max-norm: 2
            methods:
              - {method: lota, sparsity: 0.9, lr: NaN, calibration-steps: 1, calibration-lr: -1}
            """))
                .isInstanceOf(LotaException.class)
                .message()
                .contains("line 7: training.warmup-steps is 11, more than the 10 of training.steps")
                .contains("line 9: training.max-norm cannot be used with clip: none")
                .contains("line 11: methods[0].lr must be a number over 0 or auto, found 'NaN'")
                .contains("line 11: methods[0].calibration-lr must be a number over 0, found '-1'");
    }

    @Test
    void allThatIsWrongIsToldAtOnceWithLines() {
        assertThatThrownBy(() -> read("""
            base: base
            out: out
            seed: 3
            tasks:
              flip: {train: flip.jsonl, tests: flip.jsonl}
              a/b: {train: x, test: x, answer: "(", generate: -1}
            training: {steps: 0, optimizer: adam}
            orders: [[flip, flop], [flip, flip]]
            methods:
              - {method: lotta, lr: 1}
              - {method: lota, sparsity: 90, lr: x}
            equal: speed
            merge:
              - {method: tiess, of: full2}
              - {method: fit, prompt: 3, steps: 0, parameters: {per: tusk, density: 1}}
              - {method: add, rows: 3}
              - {method: add, tune: factors}
              - {method: add, tune: factor}
            """))
                .isInstanceOf(LotaException.class)
                .message()
                .contains("line 3: unknown key 'seed'; did you mean 'seeds'?")
                .contains("line 5: unknown key 'tasks.flip.tests'; did you mean 'test'?")
                .contains("tasks.flip.test is missing")
                .contains("line 6: tasks.a/b: a name has letters, digits, - and _ only")
                .contains("tasks.a/b.answer is not a regular expression")
                .contains("tasks.a/b.generate must be a whole number of at least 0")
                .contains("training.steps must be a whole number of at least 1, found '0'")
                .contains("training.optimizer is 'adam'; did you mean 'adamw'?")
                .contains("no task 'flop'; did you mean 'flip'?")
                .contains("task 'flip' is there twice")
                .contains("methods[0].method is 'lotta'; did you mean")
                .contains("methods[1].sparsity must be a fraction from 0 to under 1, found '90'")
                .contains("methods[1].lr must be a number over 0 or auto, found 'x'")
                .contains("methods[1].calibration-steps is missing")
                .contains("equal is 'speed'")
                .contains("no method 'full2'")
                .contains("tiess")
                .contains("unknown key 'merge[1].prompt'; did you mean 'prompts'?")
                .contains("merge[1].steps must be a whole number of at least 1, found '0'")
                .contains("merge[1].parameters.per is 'tusk'; did you mean 'task'?")
                .contains("unknown key 'merge[1].parameters.density'")
                .contains("merge[2].rows: rows choose a factor, and none is chosen; add 'tune: factor'")
                .contains("merge[3].tune is 'factors'; did you mean 'factor'?")
                .contains("merge[4]: task 'flip' has no validation rows to choose by; give it validation or"
                        + " validation-rows");
    }

    @Test
    void filesThatAreNotThereAreToldOf() throws IOException {
        Path file = Files.writeString(
                directory.resolve("e.yaml"), FRAME + "methods: [{method: full, lr: 1}]\ngeneral: {t: {data: none}}\n");
        assertThatThrownBy(() -> ExperimentReader.read(file))
                .isInstanceOf(LotaException.class)
                .message()
                .contains("base: no such directory: base")
                .contains("tasks.flip.train: no such file: flip.jsonl")
                .contains("tasks.plus.test: no such file: plus.jsonl")
                .contains("general.t.data: no such file: none");
    }

    @Test
    void whatWouldFailAtALaterStageIsRefused() throws IOException {
        String methods = """
            mapped-base: true
            methods:
              - {method: lora, lr: [1, 2]}
              - {method: lotto, sparsity: [0.4, 0.5], lr: 1, calibration-steps: 1, calibration-lr: 1}
              - {method: lota, sparsity: 0.1, lr: 1, calibration-steps: 1, calibration-lr: 1}
            """;
        assertThatThrownBy(() -> read(FRAME + methods))
                .isInstanceOf(LotaException.class)
                .message()
                .contains("mapped-base does not go with 'lora r8'")
                .contains("'lotto 40%' trains other weights for each of 2 tasks, 1.20 times the pool in all")
                .doesNotContain("lotto 50%", "lota 10%");
        assertThat(read(FRAME + methods.replace("true", "false").replace("[0.4, 0.5]", "0.5"))
                        .variants())
                .hasSize(4);
    }

    @Test
    void theDeviceIsRead() throws IOException {
        String methods = "methods: [{method: full, lr: 1}]\n";
        assertThat(read(FRAME + methods).device()).isEqualTo(Device.CPU);
        assertThat(read(FRAME + "device: cuda:1\n" + methods).device()).isEqualTo(Device.cuda(1));
        assertThatThrownBy(() -> read(FRAME + "device: gpu\n" + methods))
                .isInstanceOf(LotaException.class)
                .message()
                .contains("e.yaml, line 7: ")
                .contains("device: A device is cpu, cuda (the first card) or cuda:N (card N, from 0), found \"gpu\".");
    }

    @Test
    void equalParametersChooseTheRank() {
        assertThatThrownBy(() -> read(FRAME + """
            equal: parameters
            methods:
              - {method: lora, rank: 4, lr: 1}
            """))
                .isInstanceOf(LotaException.class)
                .message()
                .contains("methods[0].rank: equal parameters choose the rank")
                .contains("methods[0]: there is no mask to be equal to");
    }

    private Experiment read(String text) throws IOException {
        return ExperimentReader.parse(Files.writeString(directory.resolve("e.yaml"), text));
    }
}
