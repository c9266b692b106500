package io.lota4j.internal.merge.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.lota4j.Golden;
import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.mask.RandomMask;
import io.lota4j.internal.merge.ModelReference;
import io.lota4j.internal.merge.ModelTensor;
import io.lota4j.internal.merge.recipe.MergePlan;
import io.lota4j.internal.merge.recipe.PlanSources;
import io.lota4j.internal.merge.source.MergeSource;
import io.lota4j.mask.MaskFile;
import io.lota4j.mask.Pool;
import io.lota4j.mask.Scope;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.TicketFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Headers and JSON files of which one thing is another: they are refused in words, or mean the same as before.
class DamagedFilesTest {
    private static final int SEEDS = 12;

    private static final Pattern NUMBER = Pattern.compile("-?\\d+(\\.\\d+)?");
    private static final Pattern TEXT = Pattern.compile("\"[^\"\\\\]*\"");
    private static final Pattern ENTRY =
            Pattern.compile("\"[^\"\\\\]*\" ?: ?(\"[^\"\\\\]*\"|[-\\d.]+|\\[[^\\[\\]]*\\]|true|false)");
    private static final Pattern BRACKET = Pattern.compile("[\\[\\]{},:]");

    private static final List<String> NUMBERS = List.of(
            "-1",
            "0",
            "1",
            "2147483648",
            "9223372036854775807",
            "-9223372036854775808",
            "99999999999999999999",
            "1e3",
            "1.5",
            "1e999",
            "null",
            "\"1\"",
            "[]",
            "{}",
            "true",
            "");

    private static final List<String> TEXTS = List.of(
            "\"\"",
            "\"F32\"",
            "\"F16\"",
            "\"BF16\"",
            "\"I64\"",
            "\"U8\"",
            "\"F4\"",
            "\"x\"",
            "\"..\"",
            "\"/\"",
            "\"\\u0000\"",
            "\"\\ud800\"",
            "null",
            "3",
            "[]",
            "{}",
            "true");

    @TempDir
    private Path folder = Path.of("");

    private Path copy(Path from, String name) throws IOException {
        Path to = Files.createDirectories(folder.resolve(name));
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
        return to;
    }

    private static String mutated(String json, SplittableRandom random) {
        return switch (random.nextInt(8)) {
            case 0, 1, 2 -> replaced(json, NUMBER, one -> NUMBERS.get(random.nextInt(NUMBERS.size())), random);
            case 3, 4 -> replaced(json, TEXT, one -> TEXTS.get(random.nextInt(TEXTS.size())), random);
            case 5 -> replaced(json, ENTRY, one -> one + "," + one, random);
            case 6 ->
                replaced(json, ENTRY, one -> "", random)
                        .replaceAll(",\\s*,", ",")
                        .replaceAll("\\{\\s*,", "{");
            default -> replaced(json, BRACKET, one -> "", random);
        };
    }

    private static String replaced(String json, Pattern what, UnaryOperator<String> by, SplittableRandom random) {
        List<MatchResult> found = what.matcher(json).results().toList();
        if (found.isEmpty()) {
            return json;
        }
        MatchResult one = found.get(random.nextInt(found.size()));
        return json.substring(0, one.start()) + by.apply(one.group()) + json.substring(one.end());
    }

    /// Another header before the same data, or a file of another length.
    private static byte[] safetensors(byte[] whole, SplittableRandom random) {
        ByteBuffer bytes = ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN);
        int length = Math.toIntExact(bytes.getLong(0));
        switch (random.nextInt(10)) {
            case 0:
                return Arrays.copyOf(whole, random.nextInt(whole.length));
            case 1:
                return Arrays.copyOf(whole, whole.length + 1 + random.nextInt(9));
            case 2:
                byte[] other = whole.clone();
                long[] lengths = {0, 1, length - 1, length + 1, -1, Long.MAX_VALUE, Long.MIN_VALUE, Integer.MAX_VALUE};
                ByteBuffer.wrap(other)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(0, lengths[random.nextInt(lengths.length)]);
                return other;
            default:
                String header = new String(whole, Long.BYTES, length, StandardCharsets.UTF_8);
                byte[] json = mutated(header, random).getBytes(StandardCharsets.UTF_8);
                return ByteBuffer.allocate(Long.BYTES + json.length + whole.length - Long.BYTES - length)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(json.length)
                        .put(json)
                        .put(whole, Long.BYTES + length, whole.length - Long.BYTES - length)
                        .array();
        }
    }

    /// What is done with a file.
    private interface Use {
        Object read() throws IOException;
    }

    /// Damages a file in many ways.
    ///
    /// @param same whether what is read must be what it was
    private static void damage(Path file, boolean same, Use use) throws IOException {
        byte[] whole = Files.readAllBytes(file);
        Object expected = use.read();
        for (int seed = 0; seed < SEEDS; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            byte[] damaged = file.toString().endsWith(".safetensors")
                    ? safetensors(whole, random)
                    : mutated(new String(whole, StandardCharsets.UTF_8), random).getBytes(StandardCharsets.UTF_8);
            Files.write(file, damaged);
            try {
                Object found = use.read();
                if (same) {
                    assertThat(found).as("%s, seed %d", file, seed).isEqualTo(expected);
                }
            } catch (LotaException e) {
                assertThat(e.getMessage()).as("%s, seed %d", file, seed).isNotBlank();
            } catch (RuntimeException | Error e) {
                fail(Text.format("%s, seed %d", file, seed), e);
            }
        }
        Files.write(file, whole);
    }

    /// All values of all tensors.
    private static Map<String, List<Float>> values(String label, Path path, Optional<Path> adapter) {
        Map<String, List<Float>> values = new TreeMap<>();
        try (MergeSource source = MergeSource.open(new ModelReference(label, path, adapter), Optional.empty())) {
            source.tensors().forEach((name, outline) -> {
                ModelTensor tensor = source.tensor(name, outline.shape(), Optional.empty());
                float[] all = new float[Math.toIntExact(outline.shape().numel())];
                tensor.read(0, all.length, all);
                Float[] boxed = new Float[all.length];
                Arrays.setAll(boxed, i -> all[i]);
                values.put(name, List.of(boxed));
            });
        }
        return values;
    }

    @Test
    void tickets() throws IOException {
        Path file = Experts.tickets(folder).getFirst();
        damage(file, true, () -> {
            Ticket ticket = TicketFile.read(file);
            return List.of(ticket.info(), ticket.tensors());
        });
        damage(file, true, () -> values("t", file, Optional.empty()));
    }

    @Test
    void masks() throws IOException {
        Path file = folder.resolve("m.mask.safetensors");
        try (Checkpoint base = Checkpoint.open(Experts.BASE)) {
            MaskFile.write(file, RandomMask.of(base, Pool.standard(), 0.9, Scope.GLOBAL, 3));
        }
        // What a mask says of itself has no checksum.
        damage(file, true, () -> MaskFile.read(file).tensors());
    }

    @Test
    void adapters() throws IOException {
        Path model = Golden.path("merge-recipes/models/x");
        Path adapter = copy(Golden.path("merge-recipes/models/x-lora"), "adapter");
        damage(adapter.resolve("adapter_config.json"), false, () -> values("a", model, Optional.of(adapter)));
        damage(adapter.resolve("adapter_model.safetensors"), false, () -> values("a", model, Optional.of(adapter)));
    }

    @Test
    void models() throws IOException {
        Path model = copy(Golden.path("models/llama-bf16-sharded"), "model");
        Use fingerprint = () -> {
            try (Checkpoint checkpoint = Checkpoint.open(model)) {
                return checkpoint.fingerprint();
            }
        };
        damage(model.resolve("model.safetensors.index.json"), true, fingerprint);
        try (Stream<Path> files = Files.list(model)) {
            Path shard = files.filter(file -> file.toString().endsWith(".safetensors"))
                    .sorted()
                    .findFirst()
                    .orElseThrow();
            damage(shard, false, fingerprint);
        }
    }

    @Test
    void plans() throws IOException {
        Path model = copy(Golden.path("merge-recipes/models/x"), "x");
        Path recipe = Files.writeString(
                folder.resolve("recipe.yaml"),
                Text.format(
                        "merge_method: linear\nmodels: [{model: %s}, {model: %s}]\nparameters: {weight: 1}\n"
                                + "tokenizer: {source: union}\n",
                        model, Golden.path("merge-recipes/models/y")));
        Use plan = () -> {
            try (PlanSources models = new PlanSources()) {
                return MergePlan.of(recipe, models).lines();
            }
        };
        for (String file : List.of("config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors")) {
            damage(model.resolve(file), false, plan);
        }
        damage(recipe, false, plan);
    }
}
