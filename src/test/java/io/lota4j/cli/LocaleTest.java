package io.lota4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.Processes;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.Checkpoint;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TimeZone;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What is written, printed and named in countries with digits, separators and letters of their own is what it is in no
/// country in particular: a fingerprint, a mask and a ticket of one machine are those of every other.
class LocaleTest {
    private static final Locale LOCALE = Locale.getDefault();
    private static final TimeZone ZONE = TimeZone.getDefault();

    @TempDir
    private static Path shared = Path.of("");

    /// What is another number each time, in digits that all machines have.
    private static final String COST = "(\"(?:train_seconds|calibration_seconds|peak_memory)\",\"value\":|"
            + "\"seconds\" : |\"started\" : \")[0-9.ETZ:-]+";

    private static Map<String, String> experiment = Map.of();
    private static Map<String, String> expected = Map.of();

    @BeforeAll
    static void inNoCountry() throws IOException {
        Locale.setDefault(Locale.ROOT);
        TimeZone.setDefault(TimeZone.getTimeZone("UTC"));
        experiment = experiment(Files.createDirectory(shared.resolve("first")));
        expected = whatComesOfIt(Files.createDirectory(shared.resolve("root")));
        putBack();
    }

    @AfterEach
    void putBackAfterwards() {
        putBack();
    }

    private static void putBack() {
        Locale.setDefault(LOCALE);
        TimeZone.setDefault(ZONE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"fa-IR", "bn-BD", "ar-EG-u-nu-arab", "my-MM", "ne-NP", "tr-TR"})
    void everythingIsTheSame(String tag) throws IOException {
        Locale.setDefault(Locale.forLanguageTag(tag));
        TimeZone.setDefault(TimeZone.getTimeZone("Asia/Kathmandu"));
        requireSame(whatComesOfIt(Files.createDirectory(shared.resolve(tag))), expected);
    }

    @Test
    void anExperimentIsTheSame() throws IOException {
        Locale.setDefault(Locale.forLanguageTag("fa-IR"));
        requireSame(experiment(Files.createDirectory(shared.resolve("second"))), experiment);
    }

    private static void requireSame(Map<String, String> found, Map<String, String> known) {
        assertThat(found.keySet()).containsExactlyInAnyOrderElementsOf(known.keySet());
        known.forEach((name, value) -> assertThat(found.get(name)).as(name).isEqualTo(value));
    }

    /// As a user there starts it.
    @Test
    void aProcessOfAnotherCountryMakesTheSame() throws IOException, InterruptedException {
        Path folder = Files.createDirectory(shared.resolve("process"));
        Path recipe = Files.writeString(folder.resolve("recipe.yaml"), Text.format("""
                steps:
                  - {command: mask random, model: %1$s, sparsity: 0.9, out: %2$s/random.mask.safetensors}
                  - {command: mask stats, positional: [%2$s/random.mask.safetensors], tensors: true}
            """, base(folder), folder));
        List<String> flags = List.of(
                "-Duser.language=fa",
                "-Duser.country=IR",
                "-Duser.extensions=u-nu-arabext",
                "--enable-native-access=ALL-UNNAMED");
        String printed = Processes.output(Processes.java(flags, Main.class, "run", recipe.toString()));
        assertThat(printed.replace(folder.toString(), "FOLDER")).contains(known("mask"), known("stats"));
        String mask = "random.mask.safetensors";
        assertThat(content(folder.resolve(mask), folder)).isEqualTo(known(mask));
    }

    private static String known(String name) {
        return Objects.requireNonNull(expected.get(name), name);
    }

    /// The test would pass where locales change nothing.
    @Test
    @SuppressWarnings("DefaultLocale")
    void theJvmWouldWriteOtherDigits() {
        Locale.setDefault(Locale.forLanguageTag("fa-IR"));
        assertThat("%d".formatted(12)).isNotEqualTo("12");
        Locale.setDefault(Locale.forLanguageTag("tr-TR"));
        assertThat("TITLE".toLowerCase(Locale.getDefault())).isNotEqualTo("title");
    }

    /// Files by their names and what is in them, and what commands print.
    private static Map<String, String> whatComesOfIt(Path folder) throws IOException {
        Map<String, String> found = new TreeMap<>();
        Path base = base(folder);
        Path rows = rows(folder);
        try (Checkpoint checkpoint = Checkpoint.open(base)) {
            found.put("fingerprint", checkpoint.fingerprint().hex());
        }
        Path mask = folder.resolve("random.mask.safetensors");
        Path ticket = folder.resolve("t.ticket.safetensors");
        String[] data = {
            "--model", base.toString(), "--data", rows.toString(), "--prompt", "{question}", "--completion", "{answer}"
        };
        found.put("mask", run(folder, "mask", "random", "--model", base, "--sparsity", "0.9", "--out", mask));
        String[] train =
                join(data, "--mask", mask, "--steps", "2", "--lr", "1e-2", "--kernel", "java", "--out", ticket);
        found.put("plan", run(folder, join(new String[] {"train", "--dry-run"}, (Object[]) train)));
        found.put("train", run(folder, join(new String[] {"train"}, (Object[])
                join(train, "--tensorboard", folder.resolve("curves")))));
        found.put("stats", run(folder, "mask", "stats", mask, "--tensors"));
        found.put("info", run(folder, "ticket", "info", ticket));
        Path scores = folder.resolve("scores.json");
        found.put("apply", run(folder, "apply", "--model", base, "--ticket", ticket, "--out", folder.resolve("tuned")));
        found.put(
                "merge",
                run(
                        folder,
                        "merge",
                        "--ticket",
                        ticket,
                        "--ticket",
                        ticket,
                        "--out",
                        folder.resolve("both"),
                        "--report",
                        scores));
        // Of one experiment: what others cost is another number each time.
        Path results = shared.resolve("first/out");
        found.put(
                "report",
                run(folder, "report", results, "--out", folder.resolve("r.html"), "--md", folder.resolve("r.md")));
        found.put("help", run(folder, "--help"));
        found.putAll(contents(folder, folder));
        return found;
    }

    /// Files of an experiment.
    private static Map<String, String> experiment(Path folder) throws IOException {
        Path recipe = Files.writeString(
                folder.resolve("experiment.yaml"), Text.format("""
                    base: %s
                    out: %s
                    tasks:
                      sums: {train: %3$s, test: %3$s, prompt: "{question}", completion: "{answer}", train-rows: 6, test-rows: 2}
                    training: {steps: 2, batch: 2}
                    methods:
                      - {method: lota, sparsity: 0.9, lr: 1e-3, calibration-steps: 1, calibration-lr: 3e-4}
                      - {method: lora, rank: 1, lr: 1e-3}
                    """, base(folder), folder.resolve("out"), rows(folder)));
        String printed = run(folder, "run", recipe);
        Map<String, String> found = contents(folder, folder.resolve("out"));
        found.put("experiment", printed);
        return found;
    }

    /// Files by their names below a folder and what is in them.
    private static Map<String, String> contents(Path folder, Path directory) throws IOException {
        Map<String, String> found = new TreeMap<>();
        try (var files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                String name = folder.relativize(file).toString();
                // Curves say when each step was.
                found.put(
                        name.replaceAll("tfevents\\.[0-9]+", "tfevents.TIME"),
                        name.contains("tfevents") ? "" : content(file, folder));
            }
        }
        return found;
    }

    private static Path base(Path folder) throws IOException {
        Path base = folder.resolve("base");
        return Files.exists(base) ? base : TinyModel.write(base, 16, 1);
    }

    private static Path rows(Path folder) throws IOException {
        return TinyModel.data(folder.resolve("rows.jsonl"), 6);
    }

    private static String content(Path file, Path folder) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        return file.toString().endsWith(".safetensors") || bytes.length > 100_000
                ? HexFormat.of().formatHex(bytes)
                : new String(bytes, StandardCharsets.UTF_8)
                        .replace(folder.toString(), "FOLDER")
                        .replaceAll(COST, "$1N");
    }

    private static String[] join(String[] first, Object... more) {
        return java.util.stream.Stream.concat(java.util.Arrays.stream(first), java.util.Arrays.stream(more))
                .map(String::valueOf)
                .toArray(String[]::new);
    }

    private static String run(Path folder, Object... arguments) {
        Cli cli = new Cli(Commands.standard());
        int code = cli.run(join(new String[0], arguments));
        assertThat(code).as(() -> cli.out() + cli.err()).isZero();
        return cli.out().replace(folder.toString(), "FOLDER").replaceAll("[0-9.]+ [kMGT]?B free", "FREE");
    }
}
