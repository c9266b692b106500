package io.lota4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.checkpoint.Checkpoint;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
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

    private static Map<String, String> expected = Map.of();

    @BeforeAll
    static void inNoCountry() throws IOException {
        Locale.setDefault(Locale.ROOT);
        TimeZone.setDefault(TimeZone.getTimeZone("UTC"));
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
        Map<String, String> found = whatComesOfIt(Files.createDirectory(shared.resolve(tag)));
        assertThat(found).containsOnlyKeys(expected.keySet());
        expected.forEach((name, value) -> assertThat(found.get(name)).as(name).isEqualTo(value));
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
        Path base = TinyModel.write(folder.resolve("base"), 16, 1);
        Path rows = TinyModel.data(folder.resolve("rows.jsonl"), 6);
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
        found.put("help", run(folder, "--help"));
        found.put("curves named in ASCII", Boolean.toString(namedInAscii(folder.resolve("curves"))));
        try (var files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                if (!file.startsWith(folder.resolve("curves"))) {
                    found.put(folder.relativize(file).toString(), content(file, folder));
                }
            }
        }
        return found;
    }

    private static boolean namedInAscii(Path directory) throws IOException {
        try (var files = Files.list(directory)) {
            return files.allMatch(file -> StandardCharsets.US_ASCII
                    .newEncoder()
                    .canEncode(file.getFileName().toString()));
        }
    }

    private static String content(Path file, Path folder) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        return file.toString().endsWith(".safetensors") || bytes.length > 100_000
                ? HexFormat.of().formatHex(bytes)
                : new String(bytes, StandardCharsets.UTF_8).replace(folder.toString(), "FOLDER");
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
