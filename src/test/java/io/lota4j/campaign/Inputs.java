package io.lota4j.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.demo.DemoData;
import io.lota4j.demo.DemoFiles;
import io.lota4j.demo.DemoTask;
import io.lota4j.internal.Text;
import io.lota4j.internal.model.RandomModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// What the commands of campaigns read: models, rows, a mask and tickets, none of which is written again.
///
/// @param folder that holds them
record Inputs(Path folder) {
    /// Writes all of them.
    ///
    /// @param width of the models that are merged and copied: it decides how long that takes
    static Inputs write(Path folder, int width) throws IOException, InterruptedException {
        Inputs inputs = new Inputs(Files.createDirectories(folder).toRealPath());
        DemoFiles.writeBase(folder.resolve("demo"));
        inputs.model("base", 64, 160, 2, 1);
        inputs.model("one", width, 3 * width, 4, 1);
        inputs.model("two", width, 3 * width, 4, 2);
        DemoFiles.writeTask(folder, new DemoData(DemoData.DEFAULT_SEED), DemoTask.FLIP);
        Files.writeString(folder.resolve("merge.yaml"), Text.format("""
            merge_method: linear
            models:
              - {model: %1$s/one, parameters: {weight: 0.5}}
              - {model: %1$s/two, parameters: {weight: 0.25}}
            dtype: float32
            """, inputs.folder));
        inputs.lota("mask", "random", "--model", "base", "--sparsity", "0.9", "--out", "mask");
        inputs.lota("extract", "--base", "one", "--tuned", "two", "--pool", "all", "--out", "ticket");
        return inputs;
    }

    private void model(String name, int width, int inner, int layers, long seed) throws IOException {
        Path parts = folder.resolve(name + "-parts");
        DemoFiles.writeBase(parts);
        Path config = parts.resolve("config.json");
        Files.writeString(
                config,
                Files.readString(config)
                        .replace("\"hidden_size\": 128", "\"hidden_size\": " + width)
                        .replace("\"intermediate_size\": 384", "\"intermediate_size\": " + inner)
                        .replace("\"num_hidden_layers\": 4", "\"num_hidden_layers\": " + layers));
        RandomModel.of(parts, seed).write(parts, folder.resolve(name));
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

    /// The recipe of an experiment of two methods, in whose states a kill may leave it.
    ///
    /// @param out the experiment's folder
    String experiment(String out) {
        return Text.format("""
            base: %1$s/base
            out: %2$s
            tasks:
              flip: {train: %1$s/flip-train.jsonl, test: %1$s/flip-test.jsonl, train-rows: 32, test-rows: 4}
            training: {steps: 6, batch: 2, save-every: 1}
            methods:
              - {method: lota, sparsity: 0.9, lr: 1e-3, calibration-steps: 2, calibration-lr: 3e-4}
              - {method: full, lr: 1e-4}
            """, folder, out);
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
