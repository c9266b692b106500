package io.lota4j.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.SmallModels;
import io.lota4j.demo.DemoData;
import io.lota4j.demo.DemoFiles;
import io.lota4j.demo.DemoTask;
import io.lota4j.internal.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/// What the commands of campaigns read: models, rows, a mask and tickets, none of which is written again.
///
/// @param folder that holds them
record Inputs(Path folder) {
    /// The name of most commands' result.
    static final String RESULT = "result";

    /// The name of the training's log.
    static final String METRICS = "m.jsonl";

    private static final int STEPS = 12;

    /// Writes all of them.
    ///
    /// @param width of the models that are merged and copied: it decides how long that takes
    static Inputs write(Path folder, int width) throws IOException, InterruptedException {
        Inputs inputs = new Inputs(Files.createDirectories(folder).toRealPath());
        SmallModels.write(folder.resolve("base"), 64, 160, 2, 1);
        SmallModels.write(folder.resolve("one"), width, 3 * width, 4, 1);
        SmallModels.write(folder.resolve("two"), width, 3 * width, 4, 2);
        DemoFiles.writeTask(folder, new DemoData(DemoData.DEFAULT_SEED), DemoTask.FLIP);
        Files.writeString(folder.resolve("merge.yaml"), Text.format("""
            merge_method: linear
            models:
              - {model: %1$s/one, parameters: {weight: 0.5}}
              - {model: %1$s/two, parameters: {weight: 0.25}}
            dtype: float32
            """, inputs.folder));
        Files.writeString(folder.resolve("grid.yaml"), inputs.experiment());
        inputs.lota("mask", "random", "--model", "base", "--sparsity", "0.9", "--out", "mask");
        inputs.lota("extract", "--base", "one", "--tuned", "two", "--pool", "all", "--out", "ticket");
        return inputs;
    }

    private void lota(String... arguments) throws IOException, InterruptedException {
        LotaProcess process = LotaProcess.start(folder, folder.resolve("log"), List.of(arguments));
        assertThat(process.await()).as(process.output()).isZero();
    }

    /// An input's path.
    String path(String name) {
        return folder.resolve(name).toString();
    }

    /// Flags of a short training of the small base.
    List<String> training(int steps) {
        return List.of(
                "--model",
                path("base"),
                "--data",
                path("flip-train.jsonl"),
                "--steps",
                Integer.toString(steps),
                "--batch",
                "2",
                "--lr",
                "1e-3",
                "--kernel",
                "java");
    }

    /// The commands of most campaigns, by a name for tables. What they write is in their working directory: `result`,
    /// of the training `m.jsonl` too, and of the experiment `grid`.
    SequencedMap<String, List<String>> commands() {
        String ticket = path("ticket");
        List<String> training = command(training(STEPS), "--checkpoint-every", "1", "--out", RESULT);
        SequencedMap<String, List<String>> all = new LinkedHashMap<>();
        all.put("train", command(List.of("train", "--mask", path("mask"), "--metrics", METRICS), training));
        all.put("calibrate", command(List.of("calibrate", "--sparsity", "0.9"), training));
        all.put("lora", command(List.of("lora", "--rank", "4", "--lora-alpha", "8"), training));
        all.put("merge (models)", List.of("merge", path("merge.yaml"), "--out", RESULT));
        all.put("merge (tickets)", List.of("merge", "--ticket", ticket, "--ticket", ticket, "--out", RESULT));
        all.put("run", List.of("run", path("grid.yaml")));
        all.put("apply", List.of("apply", "--model", path("one"), "--ticket", ticket, "--out", RESULT));
        return all;
    }

    /// The recipe of an experiment of two methods, with states after every step.
    private String experiment() {
        return Text.format("""
            base: %1$s/base
            out: grid
            tasks:
              flip: {train: %1$s/flip-train.jsonl, test: %1$s/flip-test.jsonl, train-rows: 32, test-rows: 4}
            training: {steps: 6, batch: 2, save-every: 1}
            methods:
              - {method: lota, sparsity: 0.9, lr: 1e-3, calibration-steps: 2, calibration-lr: 3e-4}
              - {method: full, lr: 1e-4}
            """, folder);
    }

    /// A command line of two parts and more.
    static List<String> command(List<String> first, List<String> second, String... more) {
        List<String> all = new ArrayList<>(first);
        all.addAll(second);
        return command(all, more);
    }

    /// A command line.
    static List<String> command(List<String> first, String... more) {
        List<String> all = new ArrayList<>(first);
        all.addAll(List.of(more));
        return all;
    }
}
