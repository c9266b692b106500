package io.lota4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.checkpoint.DType;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.checkpoint.SafetensorsWriter;
import io.lota4j.internal.checkpoint.TensorSource;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// A dry run refuses what the run itself would refuse, in the same words.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DryRunTest {
    private static final String UP = "model.layers.1.mlp.up_proj.weight";

    @TempDir
    private static Path folder = Path.of("");

    private final List<TensorSource> tensors = new ArrayList<>();

    @BeforeAll
    void prepare() throws IOException {
        TinyModel.write(at("base"), 16, 1);
        TinyModel.write(at("tuned"), 16, 2);
        TinyModel.write(at("wide"), 32, 3);
        TinyModel.data(at("rows.jsonl"), 4);
        try (Checkpoint base = Checkpoint.open(at("base"))) {
            base.tensors()
                    .forEach((name, info) -> tensors.add(TensorSource.ofBytes(
                            name, info.dtype(), info.shape(), base.bytes(name).toArray(ValueLayout.JAVA_BYTE))));
        }
        run(0, "mask random --sparsity 0.9 --model " + at("base") + " --out " + at("m"));
        extract("base", "tuned", "t");
        extract("tuned", "base", "other");
    }

    @Test
    void ofWhatLoadsABase() throws IOException {
        List<Path> bases = List.of(
                base("unused", with(bytes(UP.replace("weight", "bias"), DType.F32, 24))),
                base("deep", with(bytes(UP.replace("s.1", "s.2"), DType.F32, 24, 16))),
                base("headed", with(bytes("lm_head.weight", DType.F32, 800, 16))),
                base("missing", without()),
                base("shape", replaced(bytes(UP, DType.F32, 16, 24))),
                base("type", replaced(bytes(UP, DType.I64, 24, 16))),
                quantized());
        for (Path base : bases) {
            refuses("eval --data rows --model " + base);
            // No decoder is made: what no part of one uses is no reason.
            run(0, "calibrate --score magnitude --sparsity 0.5 --dry-run --out " + at("new") + " --model " + base);
        }
        String training = " --data rows --steps 1 --lr 1e-3 --out " + at("new");
        for (String command : new String[] {
            "train --dense" + training,
            "train --mask m" + training,
            "calibrate --sparsity 0.5" + training,
            "calibrate --sparsity 0.5 --score snip --data rows --out " + at("new"),
            "lora --rank 1 --lora-alpha 1" + training,
            "generate Hello",
            "bench step --density 1 --data rows --steps 3 --lr 1e-3",
        }) {
            refuses(command + " --model " + bases.getFirst());
        }
    }

    @Test
    void ofABenchmarkThatWouldTimeNoStep() {
        refuses("bench step --density 1 --data rows --steps 2 --lr 1e-3 --model " + at("base"));
    }

    @Test
    void ofMasksAndTicketsThatDoNotFit() throws IOException {
        String training = " --data rows --steps 1 --lr 1e-3 --out " + at("new") + " --model ";
        refusesToo("train --mask m" + training + at("wide"));
        refuses("train --dense --pool all" + training
                + base("table", with(bytes("rotary_emb.inv_freq", DType.F32, 4))));
        refusesToo("eval --data rows --ticket t --model " + at("wide"));
        refusesToo("apply --ticket t --out " + at("new") + " --model " + at("wide"));
        refuses("apply --ticket t --out " + at("new") + " --model " + quantized());
        refusesToo("revert --ticket t --out " + at("new") + " --model " + at("wide"));
        refuses("extract --out " + at("new") + " --base " + at("base") + " --tuned " + at("wide"));
        refuses("extract --out " + at("new") + " --base " + at("base") + " --tuned " + quantized());
    }

    @Test
    void ofMerges() throws IOException {
        refuses("merge --ticket t --ticket other --out " + at("new"));
        refuses("merge --ticket m --ticket t --out " + at("new"));
        for (Path model : List.of(
                quantized(),
                at("wide"),
                base("shape", replaced(bytes(UP, DType.F32, 16, 24))),
                base("type", replaced(bytes(UP, DType.I64, 24, 16))),
                base("missing", without()),
                at("m"))) {
            merges(Text.format("""
                merge_method: linear
                models: [{model: %s, parameters: {weight: 1}}, {model: %s, parameters: {weight: 1}}]
                """, at("base"), model));
        }
        merges(Text.format("""
            merge_method: passthrough
            slices: [{sources: [{model: %s, layer_range: [0, 3]}]}]
            """, at("base")));
        merges(Text.format("""
            merge_method: linear
            tokenizer_source: %s
            models: [{model: %s, parameters: {weight: 1}}]
            """, at("rows.jsonl"), at("base")));
    }

    private void merges(String recipe) throws IOException {
        refuses("merge " + Files.writeString(at("recipe.yaml"), recipe) + " --out " + at("new"));
    }

    private static void refuses(String line) {
        String err = run(1, line);
        String refusal = err.substring(err.lastIndexOf("lota: "));
        assertThat(run(1, line + " --dry-run")).as("%s", line).isEqualTo(refusal);
        assertThat(at("new")).doesNotExist();
    }

    /// The run itself may say more than headers tell: that the fingerprints differ.
    private static void refusesToo(String line) {
        assertThat(run(1, line)).contains("lota: ");
        assertThat(run(1, line + " --dry-run")).contains("has shape");
    }

    private static void extract(String base, String tuned, String out) {
        run(0, Text.format("extract --base %s --tuned %s --out %s", at(base), at(tuned), at(out)));
    }

    private static String run(int code, String line) {
        String[] words = Arrays.stream(line.split(" "))
                .flatMap(word -> word.equals("rows")
                        ? Stream.of(at("rows.jsonl").toString(), "--prompt", "{question}", "--completion", "{answer}")
                        : Stream.of(List.of("m", "t", "other").contains(word) ? at(word).toString() : word))
                .toArray(String[]::new);
        Cli cli = new Cli(Commands.standard());
        assertThat(cli.run(words)).as("%s: %s", line, cli.err()).isEqualTo(code);
        return cli.err();
    }

    private static TensorSource bytes(String name, DType dtype, long... shape) {
        return TensorSource.ofBytes(
                name,
                dtype,
                Shape.of(shape),
                new byte[Math.toIntExact(dtype.bytes(Shape.of(shape).numel()))]);
    }

    private List<TensorSource> with(TensorSource more) {
        return Stream.concat(tensors.stream(), Stream.of(more)).toList();
    }

    private List<TensorSource> without() {
        return tensors.stream().filter(tensor -> !tensor.name().equals(UP)).toList();
    }

    private List<TensorSource> replaced(TensorSource other) {
        return Stream.concat(without().stream(), Stream.of(other)).toList();
    }

    private Path quantized() throws IOException {
        Path base = base("quantized", tensors);
        Path config = base.resolve("config.json");
        String text = Files.readString(config).stripTrailing();
        Files.writeString(
                config,
                text.substring(0, text.length() - 1) + ", \"quantization_config\": {\"quant_method\": \"gptq\"}}");
        return base;
    }

    private static Path base(String name, List<TensorSource> tensors) throws IOException {
        Path base = Files.createDirectories(at(name));
        for (String file : new String[] {"config.json", "tokenizer.json", "tokenizer_config.json"}) {
            Files.write(base.resolve(file), Files.readAllBytes(at("base").resolve(file)));
        }
        SafetensorsWriter.write(base.resolve("model.safetensors"), Map.of(), tensors);
        return base;
    }

    private static Path at(String name) {
        return folder.resolve(name);
    }
}
