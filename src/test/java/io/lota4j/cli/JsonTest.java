package io.lota4j.cli;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.Golden;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine.Model.CommandSpec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `--json` and `--quiet` of every command that has a result, on a tiny base.
class JsonTest {
    private static final String ROWS = " --data=%/rows.jsonl --prompt={question} --completion={answer}";

    /// A command line for each command; `%` stands for the folder and `!` for what is written. Those that read what
    /// others wrote come after them.
    private static final SequencedMap<String, String> LINES = new LinkedHashMap<>();

    static {
        LINES.put("calibrate", "--model=%/base --sparsity=0.9 --steps=2 --lr=1e-3 --batch=2 --out=!" + ROWS);
        LINES.put("mask choose", "--by=magnitude --model=%/base --sparsity=0.8 --out=!");
        LINES.put("mask random", "--model=%/base --sparsity=0.9 --out=!");
        LINES.put("mask invert", "%/calibrate --out=!");
        LINES.put("mask and", "%/calibrate %/mask-choose --out=!");
        LINES.put("mask or", "%/calibrate %/mask-choose --out=!");
        LINES.put("mask minus", "%/calibrate %/mask-choose --out=!");
        LINES.put("mask stats", "%/calibrate --tensors");
        LINES.put("mask compare", "%/calibrate %/mask-choose");
        LINES.put("mask share", "%/calibrate %/mask-choose --model=%/base --rows=4" + ROWS);
        LINES.put("train", "--model=%/base --mask=%/calibrate --steps=3 --lr=1e-2 --batch=2 --out=!" + ROWS);
        LINES.put("lora", "--model=%/base --rank=2 --lora-alpha=4 --steps=2 --lr=1e-3 --batch=2 --out=!" + ROWS);
        LINES.put("eval", "--model=%/base --ticket=%/train --generate=2" + ROWS);
        LINES.put("generate", "--model=%/base --max-new=3 Hello");
        LINES.put("ticket info", "%/train");
        LINES.put("ticket shrink", "--model=%/base --ticket=%/train --out=!" + ROWS.replace("data", "validation"));
        LINES.put("apply", "--model=%/base --ticket=%/train --out=!");
        LINES.put("revert", "--model=%/apply --ticket=%/train --out=!");
        LINES.put("extract", "--base=%/base --tuned=%/apply --out=!");
        LINES.put("export", "--format=hf --model=%/base --ticket=%/train --out=!");
        LINES.put("import", "%/lora --model=%/base --out=!");
        LINES.put("merge", "--ticket=%/train --ticket=%/import --method=ties --parameter=density=0.5 --out=!");
        LINES.put(
                "guard probe",
                "--model=%/base --ticket=%/train --probe=%/probe.jsonl --prefill=0 --prefill=1 --generate=3"
                        + " --answers=!");
        LINES.put("guard judge", "%/guard-probe --probe=%/probe.jsonl --judge=regex --regex=a --answers=!");
        LINES.put("guard compare", "%/guard-probe %/guard-probe --most=0");
        LINES.put("guard agree", "%/guard-judge");
        LINES.put(
                "guard region",
                "--model=%/base --safety=%/probe.jsonl --q=0.3 --p=0.2 --check=%/probe.jsonl --judge=margin --out=!"
                        + ROWS.replace("data", "utility"));
        LINES.put("guard secret", "--model=%/base --tokens=4 --out=!");
        LINES.put(
                "guard stress",
                "--model=%/base --ticket=%/train --probe=%/probe.jsonl --train=%/probe.jsonl --slots=2 --steps=2"
                        + " --radius=0.5,1");
        LINES.put("ticket without", "%/train --mask=%/guard-region --out=!");
        LINES.put("init", "--model=%/base --seed=7 --out=!");
        LINES.put("report", "%/run --out=!");
        LINES.put("bench step", "--model=%/base --density=0.5 --steps=3 --lr=1e-3 --batch=2" + ROWS);
        LINES.put(
                "bench merge",
                "--model=" + Golden.path("models/llama-tied") + " --expert=" + Golden.path("merge/experts/a")
                        + " --expert=" + Golden.path("merge/experts/b") + " --method=linear --runs=1 --dir=%");
        LINES.put("demo data", "--rows=10 --out=!");
        LINES.put("run", "%/recipe.yaml");
    }

    /// An answer is cut, and a ticket of three steps cannot be shrunk.
    private static final Set<String> WARNED = Set.of("generate", "ticket shrink");

    /// Their figures are times, or of what is drawn, which are others in each run.
    private static final Set<String> TIMES = Set.of("bench step", "bench merge", "guard secret");

    /// They take minutes, and `DemoTest` and the like hold what they are made of; the last needs a model that answers
    /// rows right, as that of `DetectCommandTest` does.
    private static final Set<String> ELSEWHERE = Set.of("demo", "demo guard", "guard detect");

    private static final Pattern NUMBER = Pattern.compile("(?<![\\w.-])\\d[\\d,]*(?:\\.\\d+)?%?");

    /// Speeds and the size of what holds a time.
    private static final Pattern SPEED = Pattern.compile("[\\d,]+ (?:new )?tokens/s");

    @TempDir
    private static Path folder = Path.of("");

    private static final Map<String, String> TEXTS = new LinkedHashMap<>();
    private static final Map<String, JsonNode> OBJECTS = new LinkedHashMap<>();

    @BeforeAll
    static void run() throws IOException {
        TinyModel.write(folder.resolve("base"), 16, 1);
        TinyModel.data(folder.resolve("rows.jsonl"), 6);
        Files.writeString(folder.resolve("probe.jsonl"), GuardCommandTest.ROWS);
        Files.createDirectory(folder.resolve("run"));
        Files.writeString(folder.resolve("run/run.json"), ReportCommandTest.RUN_JSON);
        Files.writeString(folder.resolve("run/metrics.jsonl"), ReportCommandTest.METRICS);
        Files.writeString(folder.resolve("recipe.yaml"), Text.format("""
            steps:
              - command: mask stats
                positional: %1$s/calibrate
              - command: mask compare
                positional: [%1$s/calibrate, %1$s/mask-choose]
            """, folder));
        for (String command : LINES.keySet()) {
            Cli text = lota(0, words(command));
            TEXTS.put(command, text.out());
            AtomicFile.deleteTree(out(command));
            Cli json = lota(0, words(command, ResultOptions.JSON, ResultOptions.QUIET));
            assertThat(json.err().lines())
                    .as(command)
                    .hasSize(WARNED.contains(command) ? 1 : 0)
                    .allMatch(line -> line.startsWith("lota: "));
            assertThat(json.out()).as(command).endsWith("}\n");
            assertThat(json.out().lines()).as(command).hasSize(1);
            assertThat(text.out() + text.err() + json.out()).as("no colours").doesNotContain("\u001b");
            OBJECTS.put(command, JsonMapper.shared().readTree(json.out()));
        }
    }

    private static Path out(String command) {
        return folder.resolve(command.replace(' ', '-'));
    }

    private static String[] words(String command, String... more) {
        List<String> words = new ArrayList<>(List.of(command.split(" ")));
        words.addAll(List.of(more));
        for (String word : Objects.requireNonNull(LINES.get(command), command).split(" ")) {
            words.add(word.replace("!", out(command).toString()).replace("%", folder.toString()));
        }
        return words.toArray(String[]::new);
    }

    private static Cli lota(int code, String... words) {
        Cli cli = new Cli(Commands.standard());
        assertThat(cli.run(words))
                .as(() -> Arrays.toString(words) + "\n" + cli.out() + cli.err())
                .isEqualTo(code);
        return cli;
    }

    static Collection<String> commands() {
        return LINES.keySet();
    }

    /// Whoever adds a command with a result adds its line here.
    @Test
    void everyCommandIsHere() {
        assertThat(HelpPageTest.commands())
                .filteredOn(command -> !command.equals(CompletionCommand.NAME) && !ELSEWHERE.contains(command))
                .containsExactlyInAnyOrderElementsOf(LINES.keySet());
    }

    /// All that is printed goes through [Result], which is not to be gone round.
    @Test
    void nothingElsePrints() throws IOException {
        try (Stream<Path> sources = Files.list(Path.of("src/main/java/io/lota4j/cli"))) {
            assertThat(sources.filter(file -> read(file).matches("(?s).*(getOut\\(\\)|System\\.out).*"))
                            .map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder(
                            "BaseCommand.java", "RunCommand.java", "CompletionCommand.java", "CacheRun.java");
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @MethodSource("io.lota4j.cli.HelpPageTest#commands")
    void everyCommandSaysWhatItPrints(String command) {
        CommandSpec spec = CliPage.spec(command);
        if (command.equals(CompletionCommand.NAME)) {
            // A script is its result.
            assertThat(spec.findOption(ResultOptions.JSON)).isNull();
            return;
        }
        assertThat(spec.findOption(ResultOptions.JSON)).isNotNull();
        assertThat(spec.findOption(ResultOptions.QUIET)).isNotNull();
        Prints prints = CliPage.prints(spec);
        assertThat(prints.value().length + prints.sometimes().length).isPositive();
    }

    @ParameterizedTest
    @MethodSource("commands")
    void theKeysAreThoseThatThePageLists(String command) {
        Prints prints = CliPage.prints(CliPage.spec(command));
        JsonNode object = Objects.requireNonNull(OBJECTS.get(command));
        assertThat(object.isObject()).isTrue();
        assertThat(object.propertyNames()).containsAll(CliPage.words(prints.value()));
        Set<String> all = new HashSet<>(CliPage.words(prints.value()));
        all.addAll(CliPage.words(prints.sometimes()));
        assertThat(all).containsAll(object.propertyNames());
    }

    /// Every number of the text is one of the object, as it is rounded for people.
    @ParameterizedTest
    @MethodSource("commands")
    void theFiguresAreThoseOfTheText(String command) {
        if (TIMES.contains(command)) {
            return;
        }
        Set<String> words = new TreeSet<>(
                Comparator.comparingInt(String::length).reversed().thenComparing(Comparator.naturalOrder()));
        Set<String> numbers = new HashSet<>();
        collect(Objects.requireNonNull(OBJECTS.get(command)), words, numbers);
        String rest = SPEED.matcher(Objects.requireNonNull(TEXTS.get(command))).replaceAll("");
        for (String word : words) {
            // Not of a part of a number.
            rest = rest.replaceAll("(?<![\\w,])" + Pattern.quote(word) + "(?![\\w]|[,.]\\d)", " ");
        }
        Matcher number = NUMBER.matcher(rest);
        while (number.find()) {
            assertThat(numbers).as("%s in %s", number.group(), rest).contains(number.group());
        }
    }

    private static void collect(JsonNode node, Set<String> words, Set<String> numbers) {
        switch (node) {
            case JsonNode text when text.isString() -> words.add(text.asString());
            case JsonNode whole
            when whole.isIntegralNumber() -> {
                words.add(ResultLines.bytes(whole.asLong()));
                numbers.add(Text.format("%d", whole.asLong()));
                numbers.add(Text.format("%,d", whole.asLong()));
            }
            case JsonNode real
            when real.isNumber() -> {
                numbers.add(Double.toString(real.asDouble()));
                if (real.asDouble() == Math.rint(real.asDouble())) {
                    numbers.add(Text.format("%.0f", real.asDouble()));
                }
                numbers.add(Text.format("%.2f", real.asDouble()));
                numbers.add(Text.format("%.3f", real.asDouble()));
                numbers.add(Text.format("%.4f", real.asDouble()));
                numbers.add(ResultLines.percent(real.asDouble()));
            }
            default -> {
                node.propertyNames().forEach(words::add);
                node.forEach(child -> collect(child, words, numbers));
            }
        }
        words.remove("");
    }

    @Test
    void theFiguresAreRight() {
        JsonNode mask = Objects.requireNonNull(OBJECTS.get("calibrate"));
        JsonNode stats = Objects.requireNonNull(OBJECTS.get("mask stats"));
        assertThat(stats.get("trainable")).isEqualTo(mask.get("trainable"));
        assertThat(mask.get("path").asString()).isEqualTo(out("calibrate").toString());
        assertThat(mask.get("bytes").asLong())
                .isEqualTo(out("calibrate").toFile().length());
        assertThat(mask.get("sparsity").asDouble()).isBetween(0.9, 0.91);
        JsonNode results = Objects.requireNonNull(OBJECTS.get("run")).get("results");
        assertThat(results).hasSize(2);
        assertThat(results.get(0).get("command").asString()).isEqualTo("mask stats");
        assertThat(results.get(0).at("/result/kinds")).isEqualTo(stats.get("kinds"));
        JsonNode scores = Objects.requireNonNull(OBJECTS.get("eval"));
        assertThat(scores.get("examples").asInt()).isEqualTo(6);
        assertThat(scores.get("accuracy").asDouble() * 6)
                .isEqualTo(scores.get("correct").asDouble());
    }

    @Test
    void aDryRunAndAPreviewAreObjectsToo() {
        JsonNode plan = JsonMapper.shared()
                .readTree(lota(0, words("eval", "--json", "--dry-run")).out());
        assertThat(plan.get("dry_run").asBoolean()).isTrue();
        assertThat(plan.at("/plan/0/what").asString()).isEqualTo("model");
        assertThat(plan.at("/plan/0/path").asString())
                .isEqualTo(folder.resolve("base").toString());
        JsonNode preview = JsonMapper.shared()
                .readTree(lota(0, words("eval", "--json", "--preview=2")).out());
        assertThat(preview.get("preview")).hasSize(2);
        JsonNode recipe = JsonMapper.shared()
                .readTree(lota(0, words("run", "--json", "--dry-run")).out());
        assertThat(recipe.at("/results/1/result/dry_run").asBoolean()).isTrue();
    }

    @Test
    void aFailurePrintsNothing() {
        for (Map.Entry<String, Integer> line : List.of(
                entry("ticket info --json %/calibrate", 1),
                entry("mask stats --json", 2),
                entry("init --json --model=%/base --out=%/base", 1),
                entry("run --json %/rows.jsonl", 1))) {
            Cli cli = lota(
                    line.getValue(),
                    line.getKey().replace("%", folder.toString()).split(" "));
            assertThat(cli.out()).isEmpty();
            assertThat(cli.err()).startsWith("lota: ");
        }
    }

    /// The object stands alone on standard output.
    @Test
    void aResultOnStandardOutputIsRefused() {
        Cli cli = lota(1, "mask", "invert", out("calibrate").toString(), "--json", "--out=/dev/stdout");
        assertThat(cli.out()).isEmpty();
        assertThat(cli.err()).contains("--out: /dev/stdout is standard output, where --json prints its object.");
    }

    @Test
    void jsonTakesNoFile() {
        Cli cli = lota(2, "eval", "--model=m", "--data=d", "--json", "scores.json");
        assertThat(cli.err())
                .startsWith("lota: unexpected argument 'scores.json'; --json takes no file and prints on standard"
                        + " output, --scores F.json writes a file\n");
    }

    /// What is not left out: that rows are missing changes what a figure means.
    @Test
    void quietKeepsWarnings() throws IOException {
        Path rows = folder.resolve("long.jsonl");
        Files.writeString(rows, Text.format("""
            {"question": "a", "answer": "b"}
            {"question": "%s", "answer": "b"}
            """, "word ".repeat(200)));
        String[] line = {
            "eval",
            "--quiet",
            "--model=" + folder.resolve("base"),
            "--data=" + rows,
            "--prompt={question}",
            "--completion={answer}",
            "--max-length=40"
        };
        Cli quiet = lota(0, line);
        assertThat(quiet.err().lines())
                .singleElement()
                .asString()
                .startsWith("lota: ")
                .contains("1 ");
        line[1] = "--batch=1";
        assertThat(lota(0, line).err()).contains("eval 1/1 100%");
    }
}
