package io.lota4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.data.file.DataPart;
import io.lota4j.internal.Text;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/// No command writes over what it reads, whatever the path is spelled like, nor over another output.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CommandPathsTest {
    @TempDir
    private static Path folder = Path.of("");

    /// A command line for each command that writes, without its outputs.
    private final Map<String, List<String>> lines = new LinkedHashMap<>();

    private Map<Path, String> before = Map.of();

    @BeforeAll
    void prepare() throws IOException {
        TinyModel.write(at("base"), 16, 1);
        TinyModel.write(at("tuned"), 16, 2);
        TinyModel.data(at("rows.jsonl"), 4);
        run(0, "mask random --model %s --sparsity 0.9 --out %s", at("base"), at("m"));
        run(0, "extract --base %s --tuned %s --out %s", at("base"), at("tuned"), at("t"));
        Files.createDirectories(at("experiment/stages"));
        for (String file : new String[] {"run.json", "metrics.jsonl", "stages/a"}) {
            Files.writeString(at("experiment").resolve(file), "{}");
        }
        Files.writeString(at("scores.json"), "{\"loss\": 1, \"examples\": 1, \"data_sha256\": \"0\"}");
        Files.writeString(at("probe.jsonl"), "{\"prompt\": \"One?\", \"expect\": \"decline\"}");
        Files.writeString(at("answers.jsonl"), "{\"id\": 0, \"answer\": \"\"}");
        Files.createDirectories(at("adapter"));
        Files.writeString(at("adapter/adapter_config.json"), "{}");
        Files.createSymbolicLink(at("link"), folder);
        String data = Text.format(
                "--model %s --data %s --prompt {question} --completion {answer}", at("base"), at("rows.jsonl"));
        String training = data + " --steps 1 --lr 1e-3";
        line("calibrate", training + " --sparsity 0.5 --avoid " + at("m"), "--out " + at("new"));
        line("train", training + " --mask " + at("m"), "--out " + at("new"));
        line("lora", training + " --rank 1 --lora-alpha 1", "--out " + at("new"));
        line("eval", data + " --ticket " + at("t"), "");
        line("apply", Text.format("--model %s --ticket %s", at("base"), at("t")), "");
        line(
                "export",
                Text.format("--format hf --model %s --ticket %s --scores %s", at("base"), at("t"), at("scores.json")),
                "");
        line("import", Text.format("%s --model %s", at("adapter"), at("base")), "");
        line("revert", Text.format("--model %s --ticket %s", at("tuned"), at("t")), "");
        line("extract", Text.format("--base %s --tuned %s", at("base"), at("tuned")), "");
        line("merge", Text.format("--ticket %s --ticket %s", at("t"), at("t")), "--out " + at("new"));
        line("init", "--model " + at("base"), "");
        for (String name : new String[] {"and", "or", "minus"}) {
            line("mask " + name, Text.format("%s %s", at("m"), at("m")), "");
        }
        line("mask invert", at("m").toString(), "");
        line("mask random", "--sparsity 0.9 --model " + at("base"), "");
        line("mask choose", training + " --by delta --sparsity 0.5 --avoid " + at("m"), "--out " + at("new"));
        line(
                "ticket shrink",
                Text.format(
                        "--model %s --ticket %s --validation %s --prompt {question} --completion {answer}",
                        at("base"), at("t"), at("rows.jsonl")),
                "--out " + at("new"));
        line(
                "guard probe",
                Text.format("--model %s --probe %s", at("base"), at("probe.jsonl")),
                "--answers " + at("new"));
        line(
                "guard judge",
                Text.format("%s --probe %s", at("answers.jsonl"), at("probe.jsonl")),
                "--answers " + at("new"));
        line(
                "guard region",
                Text.format(
                        "--model %s --safety %s --utility %s --prompt {question} --completion {answer} --check %s",
                        at("base"), at("probe.jsonl"), at("rows.jsonl"), at("probe.jsonl")),
                "--out " + at("new"));
        line("guard secret", "--model " + at("base"), "");
        line(
                "guard stress",
                Text.format("--model %s --probe %s --train %s", at("base"), at("probe.jsonl"), at("probe.jsonl")),
                "");
        line(
                "guard detect",
                Text.format(
                        "--model %s --ticket %s --clean %s --calibrate %s --test %s --triggered %s --prompt {question}"
                                + " --completion {answer}",
                        at("base"), at("t"), at("rows.jsonl"), at("rows.jsonl"), at("rows.jsonl"), at("rows.jsonl")),
                "--out " + at("new"));
        line("ticket without", Text.format("%s --mask %s", at("t"), at("m")), "--out " + at("new"));
        line("report", at("experiment").toString(), "");
        line(
                "bench merge",
                Text.format("--model %s --expert %s --expert %s", at("base"), at("tuned"), at("tuned")),
                "");
        // These read nothing.
        line("demo", "--short", "");
        line("demo data", "--rows 1", "");
        line("demo guard", "--short", "");
        before = state();
    }

    /// @param outputs that are given where another output is tried
    private void line(String command, String inputs, String outputs) {
        lines.put(command, words(command + " " + inputs + " " + outputs));
    }

    @Test
    void everyPathIsReadOrWritten() {
        for (CommandSpec command : commands()) {
            boolean result = false;
            for (ArgSpec arg : command.args()) {
                Field field = (Field) arg.userObject();
                boolean reads = field.isAnnotationPresent(Reads.class);
                boolean writes = field.isAnnotationPresent(Writes.class);
                String type = field.getGenericType().getTypeName();
                boolean path = type.contains(Path.class.getName()) || type.contains(DataPart.class.getName());
                assertThat(reads || writes)
                        .as("%s %s is marked as read or written", command.qualifiedName(), arg.paramLabel())
                        .isEqualTo(path);
                assertThat(reads && writes).isFalse();
                result |= writes && field.getAnnotation(Writes.class).value() == OutputKind.RESULT;
            }
            assertThat(command.findOption(ForceOption.NAME) != null)
                    .as("%s takes --force if it writes a result", command.qualifiedName())
                    .isEqualTo(result);
        }
    }

    @Test
    void everyCommandThatWritesIsTried() {
        List<String> writing = commands().stream()
                .filter(command -> !written(command).isEmpty())
                .map(command -> command.qualifiedName().replaceFirst("lota ", ""))
                .toList();
        assertThat(lines.keySet()).containsExactlyInAnyOrderElementsOf(writing);
    }

    @Test
    void nothingIsWrittenOverWhatIsRead() throws IOException {
        for (var line : lines.entrySet()) {
            CommandSpec command = parsed(line.getValue());
            List<Path> targets =
                    read(command).stream().flatMap(CommandPathsTest::targets).toList();
            if (targets.isEmpty()) {
                continue;
            }
            for (OptionSpec output : written(command)) {
                for (Path target : targets) {
                    refused(line.getValue(), output, target);
                }
                Path last = at("link").resolve(folder.relativize(targets.getLast()));
                refused(with(line.getValue(), "--dry-run"), output, last);
                if (command.findOption(ForceOption.NAME) != null) {
                    refused(with(line.getValue(), ForceOption.NAME), output, last);
                }
                assertThat(state())
                        .as("%s %s", line.getKey(), output.longestName())
                        .isEqualTo(before);
            }
        }
        assertThat(state()).isEqualTo(before);
    }

    @Test
    void aFolderIsNoFileAndAFileIsNoFolder() throws IOException {
        for (var line : lines.entrySet()) {
            for (Path input : read(parsed(line.getValue()))) {
                boolean folder = Files.isDirectory(input);
                Path wrong = folder ? at("rows.jsonl") : at("base");
                List<String> words = new ArrayList<>(line.getValue());
                words.replaceAll(word -> word.equals(input.toString()) ? wrong.toString() : word);
                if (!words.contains("--out") && parsed(line.getValue()).findOption("--out") != null) {
                    words.add("--out=" + at("new"));
                }
                for (List<String> tried : List.of(words, with(words, "--dry-run"))) {
                    assertThat(run(1, tried))
                            .as("%s", tried)
                            .contains(wrong.toString())
                            .contains(folder ? "a file; expected a folder" : "a folder; expected a file");
                }
            }
        }
        assertThat(state()).isEqualTo(before);
    }

    private void refused(List<String> line, OptionSpec output, Path target) {
        List<String> words = writing(line, output, target);
        StringWriter err = new StringWriter();
        int code = new Main(Commands.standard(), new PrintWriter(new StringWriter()), new PrintWriter(err))
                .execute(words.toArray(String[]::new));
        assertThat(code).as("%s: %s", words, err).isEqualTo(1);
        assertThat(err.toString())
                .as("%s", words)
                .startsWith("lota: " + output.longestName() + " (" + target + ") ")
                .endsWith("Give another path to write to.\n");
    }

    private static List<String> writing(List<String> line, OptionSpec output, Path target) {
        List<String> words = new ArrayList<>(line);
        int given = words.indexOf(output.longestName());
        if (given >= 0) {
            words.set(given + 1, target.toString());
        } else {
            words.add(output.longestName() + "=" + target);
        }
        return words;
    }

    /// A file; or a directory, what is in it, and what could be.
    private static Stream<Path> targets(Path input) {
        if (!Files.isDirectory(input)) {
            return Stream.of(input);
        }
        // Pages are written into an experiment.
        if (input.endsWith("experiment")) {
            return Stream.of(input.resolve("run.json"), input.resolve("metrics.jsonl"), input.resolve("stages/a"));
        }
        return Stream.of(input, input.resolve("model.safetensors"), input.resolve("new"));
    }

    @Test
    void aPathIsNotWrittenTwice() throws IOException {
        for (var line : lines.entrySet()) {
            List<OptionSpec> outputs = written(parsed(line.getValue()));
            for (OptionSpec one : outputs) {
                for (OptionSpec other : outputs.subList(0, outputs.indexOf(one))) {
                    List<String> words = new ArrayList<>(line.getValue());
                    words.removeAll(List.of("--out", at("new").toString()));
                    if (!List.of(one.longestName(), other.longestName()).contains("--out")
                            && requires(parsed(line.getValue()), "--out")) {
                        words.add("--out=" + at("new2"));
                    }
                    words.add(one.longestName() + "=" + at("new"));
                    words.add(other.longestName() + "=" + at("link/new"));
                    assertThat(run(1, words)).as("%s", words).endsWith("Give each a path of its own.\n");
                }
            }
        }
        assertThat(state()).isEqualTo(before);
    }

    @Test
    void aDashIsNoPath() throws IOException {
        for (var line : lines.entrySet()) {
            for (OptionSpec output : written(parsed(line.getValue()))) {
                List<String> words = writing(line.getValue(), output, Path.of("-"));
                if (requires(output.command(), "--out")
                        && !String.join(" ", words).contains("--out")) {
                    words.add("--out=" + at("new2"));
                }
                for (List<String> tried : List.of(words, with(words, "--dry-run"))) {
                    assertThat(run(1, tried))
                            .as("%s", tried)
                            .startsWith("lota: " + output.longestName() + ": '-' is not taken as a path. Give ")
                            .contains("./- for a ");
                }
            }
        }
        assertThat(Path.of("-")).doesNotExist();
        assertThat(state()).isEqualTo(before);
        assertThat(run(0, words("mask random --sparsity 0.9 --dry-run --out ./- --model " + at("base"))))
                .isEmpty();
    }

    @Test
    void whatIsDerivedFromAPathCountsToo() throws IOException {
        String training = String.join(" ", given("train"));
        assertThat(run(1, words(training + " --metrics " + at("new.state"))))
                .isEqualTo(Text.format(
                        "lota: --metrics and the run's state would both be written to %s. Give each a path of its"
                                + " own.\n",
                        at("new.state")));
        Path state = Files.copy(at("rows.jsonl"), at("x.state"));
        try {
            assertThat(run(
                            1,
                            "train --dense --model %s --data %s --steps 1 --lr 1 --out %s",
                            at("base"),
                            state,
                            at("x")))
                    .startsWith("lota: the run's state (" + state + ") is what --data reads");
        } finally {
            Files.delete(state);
        }
        assertThat(run(1, words(String.join(" ", given("lora")) + " --ticket-out " + at("new/t"))))
                .contains("is in the directory of --out");
    }

    @Test
    void anExperimentTakesPages() throws IOException {
        // It is no whole experiment: it fails later, after its places were looked at.
        for (String page : new String[] {"report.html", "other.html", "tables.md"}) {
            assertThat(run(
                            1,
                            "report %s --out %s",
                            at("experiment"),
                            at("experiment").resolve(page)))
                    .doesNotContain("Give another path");
        }
    }

    @Test
    void aResultIsKeptWithoutForce() throws IOException {
        Path kept = Files.writeString(at("kept"), "of hours");
        try {
            for (String command : new String[] {"train", "calibrate", "merge", "extract", "mask random", "mask or"}) {
                List<String> line = new ArrayList<>(given(command));
                line.removeAll(List.of("--out", at("new").toString()));
                line.add("--out=" + kept);
                for (List<String> words : List.of(line, with(line, "--dry-run"))) {
                    assertThat(run(1, words))
                            .isEqualTo(Text.format(
                                    "lota: %s (--out) exists already and is kept. Give another path, or --force to"
                                            + " replace it.\n",
                                    kept));
                }
            }
            assertThat(kept).hasContent("of hours");
            assertThat(run(0, with(with(given("mask random"), "--out=" + kept), "--force")))
                    .isEqualTo("lota: --out replaces the existing " + kept + "\n");
            assertThat(Files.size(kept)).isGreaterThan(100);
        } finally {
            Files.delete(kept);
        }
    }

    @Test
    void anEmptyFileIsNoResult() throws IOException {
        Path empty = Files.createFile(at("empty"));
        try {
            assertThat(run(0, with(given("mask random"), "--out=" + empty))).isEmpty();
        } finally {
            Files.delete(empty);
        }
    }

    @Test
    void stepsOfARecipeKeepOffEachOther() throws IOException {
        Path recipe = at("r.yaml");
        String first = Text.format("steps:\n  - {command: mask invert, positional: [%s], out: %s}\n", at("m"), at("a"));
        Map<String, String> seconds = new LinkedHashMap<>();
        seconds.put(
                Text.format("{command: mask invert, positional: [%s], out: %s}", at("m"), at("link/a")), "written to");
        seconds.put(
                Text.format("{command: mask invert, positional: [%s], out: %s, force: true}", at("a"), at("m")),
                "is what MASK of a step before reads");
        seconds.put(Text.format("{command: mask invert, positional: [%s], out: %s}", at("a"), recipe), "the recipe");
        seconds.put(
                Text.format("{command: mask invert, positional: [%s], out: %s}", at("a"), at("t")), "exists already");
        try {
            for (var second : seconds.entrySet()) {
                Files.writeString(recipe, first + "  - " + second.getKey() + "\n");
                for (String line : new String[] {"run %s", "run --dry-run %s"}) {
                    assertThat(run(1, line, recipe))
                            .startsWith("lota: " + recipe + ", step 2 (mask invert): ")
                            .contains(second.getValue());
                }
                assertThat(at("a")).doesNotExist();
            }
            Files.writeString(
                    recipe,
                    first + Text.format("  - {command: mask invert, positional: [%s], out: %s}\n", at("a"), at("b")));
            run(0, "run %s", recipe);
            Files.delete(at("a"));
            Files.delete(at("b"));
        } finally {
            Files.delete(recipe);
        }
    }

    private List<String> given(String command) {
        return Objects.requireNonNull(lines.get(command), command);
    }

    private static List<CommandSpec> commands() {
        return Commands.standard().all().stream()
                .flatMap(entry -> leaves(CommandLines.of(entry, nowhere(), nowhere())))
                .toList();
    }

    private static Stream<CommandSpec> leaves(CommandLine line) {
        Stream<CommandSpec> below =
                line.getSubcommands().values().stream().distinct().flatMap(CommandPathsTest::leaves);
        return Stream.concat(Stream.of(line.getCommandSpec()), below);
    }

    private CommandSpec parsed(List<String> words) {
        CommandLine line =
                CommandLines.of(Commands.standard().find(words.getFirst()).orElseThrow(), nowhere(), nowhere());
        CommandLine parsed = line;
        List<String> rest = words.subList(1, words.size());
        while (!rest.isEmpty() && parsed.getSubcommands().containsKey(rest.getFirst())) {
            parsed = parsed.getSubcommands().get(rest.getFirst());
            rest = rest.subList(1, rest.size());
        }
        List<String> all = new ArrayList<>(words.subList(1, words.size()));
        for (OptionSpec option : written(parsed.getCommandSpec())) {
            if (option.required() && !all.contains(option.longestName())) {
                all.add(option.longestName() + "=" + at("new"));
            }
        }
        line.parseArgs(all.toArray(String[]::new));
        return parsed.getCommandSpec();
    }

    private static boolean requires(CommandSpec command, String name) {
        OptionSpec option = command.findOption(name);
        return option != null && option.required();
    }

    private static List<Path> read(CommandSpec command) {
        return command.args().stream()
                .filter(arg -> ((Field) arg.userObject()).isAnnotationPresent(Reads.class))
                .flatMap(arg -> switch (arg.getValue()) {
                    case Path path -> Stream.of(path);
                    case List<?> many ->
                        many.stream().map(one -> one instanceof DataPart part ? part.path() : (Path) one);
                    case null, default -> Stream.empty();
                })
                .distinct()
                .toList();
    }

    private static List<OptionSpec> written(CommandSpec command) {
        return command.options().stream()
                .filter(option -> ((Field) option.userObject()).isAnnotationPresent(Writes.class))
                .toList();
    }

    private static List<String> with(List<String> words, String word) {
        List<String> all = new ArrayList<>(words);
        all.add(word);
        return all;
    }

    private static List<String> words(String line) {
        return Arrays.stream(line.strip().split(" +")).toList();
    }

    private String run(int code, String line, Object... values) {
        return run(code, Arrays.stream(line.split(" ")).toList(), values);
    }

    private String run(int code, List<String> words, Object... values) {
        String line = String.join("\n", words);
        for (Object value : values) {
            line = line.replaceFirst("%s", value.toString());
        }
        Cli cli = new Cli(Commands.standard());
        assertThat(cli.run(line.split("\n"))).as("%s: %s", words, cli.err()).isEqualTo(code);
        return cli.err();
    }

    /// Every file with what tells whether it was touched.
    private static Map<Path, String> state() {
        try (var files = Files.walk(folder)) {
            return files.filter(file -> !Files.isDirectory(file) || Files.isSymbolicLink(file))
                    .collect(Collectors.toMap(file -> file, CommandPathsTest::state, (a, b) -> a, TreeMap::new));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String state(Path file) {
        try {
            BasicFileAttributes is = Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            return Text.format("%s %d %s", is.fileKey(), is.size(), is.lastModifiedTime());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static PrintWriter nowhere() {
        return new PrintWriter(new StringWriter());
    }

    private static Path at(String name) {
        return folder.resolve(name);
    }
}
