package io.lota4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.Golden;
import io.lota4j.internal.Text;
import io.lota4j.internal.merge.method.MergeMethods;
import io.lota4j.ticket.TicketFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class MergeCommandTest {
    private static final Path BASE = Golden.path("models/llama-tied");

    @TempDir
    private Path folder = Path.of("");

    private Path out = Path.of("");

    @BeforeEach
    void tickets() {
        out = folder.resolve("out");
        for (String expert : List.of("a", "b")) {
            Path tuned = Golden.path("merge/experts/" + expert);
            Cli cli = new Cli(Commands.standard());
            assertThat(cli.run(
                            "extract", "--base", BASE.toString(), "--tuned", tuned.toString(), "--out", ticket(expert)))
                    .as(cli.err())
                    .isZero();
        }
    }

    private String ticket(String expert) {
        return folder.resolve(expert + ".ticket.safetensors").toString();
    }

    private Cli merge(int code, String... arguments) {
        List<String> line = new ArrayList<>(List.of("merge", "--out", out.toString()));
        line.addAll(List.of(arguments));
        Cli cli = new Cli(Commands.standard());
        assertThat(cli.run(line.toArray(String[]::new)))
                .as(cli.out() + cli.err())
                .isEqualTo(code);
        return cli;
    }

    private Path recipe(String head) throws IOException {
        String yaml = head
                + Text.format("\nbase_model: %s\nmodels:\n- model: %s\n  parameters: {weight: 1}\n", BASE, ticket("a"));
        return Files.writeString(folder.resolve("recipe.yaml"), yaml);
    }

    @Test
    void ticketsMergeIntoATicket() {
        Path report = folder.resolve("report.json");
        Cli cli = merge(
                0,
                "--ticket=" + ticket("a"),
                "--ticket=" + ticket("b"),
                "--method=ties",
                "--weight=1",
                "--weight=0.5",
                "--parameter=density=0.2",
                "--report=" + report);
        long changed = TicketFile.read(out).nnz();
        assertThat(changed).isPositive();
        assertThat(cli.out())
                .startsWith(Text.format("%s: %,d of ", out, changed))
                .contains("A is " + ticket("a"), "B is " + ticket("b"), "A and B: overlap ", " lost most: ");
        JsonNode json = JsonMapper.shared().readTree(report.toFile());
        assertThat(json.at("/total/merged/changed").asLong()).isEqualTo(changed);
        assertThat(json.at("/models/1").asString()).isEqualTo(ticket("b"));
        assertThat(json.at("/total/models/0/kept").asDouble()).isBetween(0.0, 1.0);
        assertThat(json.at("/total/pairs/0/overlap").asDouble()).isBetween(0.0, 1.0);
        assertThat(json.path("tensors").size())
                .isEqualTo(TicketFile.read(out).tensors().size());
    }

    @Test
    void theHelpNamesEveryMethodThatMergesTickets() {
        String help = merge(0, "--help").out().replaceAll("\\s+", " ");
        for (String method : MergeMethods.names()) {
            boolean named = help.matches(".*[ (]" + method + "[ ,.].*");
            assertThat(named).as(method).isEqualTo(MergeMethods.of(method).mergesDeltas());
        }
    }

    @Test
    void adding() {
        merge(0, "--ticket=" + ticket("a"), "--ticket=" + ticket("b"));
        assertThat(TicketFile.read(out).info().provenance()).containsEntry("merge.method", "add");
    }

    @Test
    void whatAnotherMergeLeftIsDiscardedWhenThatIsAsked() throws IOException {
        assertThat(merge(1, "--restart", "--ticket=" + ticket("a")).err()).contains("--restart is for a recipe");
        Path left = Files.createDirectory(folder.resolve("out.partial"));
        Files.writeString(left.resolve("merge.journal"), "{\"merge\":\"another\"}\n");
        String recipe = recipe("merge_method: task_arithmetic").toString();
        assertThat(merge(1, recipe).err()).contains("begin anew. To discard it, give --restart.");
        merge(0, recipe, "--restart");
        assertThat(left).doesNotExist();
    }

    @Test
    void ofTwoModelsInADirectoryTheOneThatIsReadIsNamed() throws IOException {
        Path both = Files.createDirectory(folder.resolve("both"));
        for (String file : List.of("config.json", "model.safetensors")) {
            Files.copy(BASE.resolve(file), both.resolve(file));
        }
        Files.writeString(
                both.resolve("model.safetensors.index.json"), "{\"weight_map\": {\"a\": \"model-1.safetensors\"}}");
        Cli cli = new Cli(Commands.standard());
        int code = cli.run("apply", "--model", both.toString(), "--ticket", ticket("a"), "--out", out.toString());
        assertThat(code).as(cli.err()).isZero();
        assertThat(cli.err()).contains("warning: " + both + " holds both model.safetensors and ");
        assertThat(out).isDirectoryNotContaining("glob:**.index.json");
    }

    @Test
    void recipesMergeIntoADirectory() throws IOException {
        Cli dry = merge(0, "--dry-run", recipe("merge_method: task_arithmetic").toString());
        assertThat(dry.out())
                .contains(
                        "method      task_arithmetic, as mergekit reads it",
                        "tensors     ",
                        "memory      about ",
                        "disk ");
        assertThat(out).doesNotExist();
        Cli cli = merge(0, recipe("merge_method: task_arithmetic").toString());
        assertThat(cli.out())
                .startsWith(out + ": 20 tensors, ")
                .endsWith("by task_arithmetic\nnot copied: golden.safetensors\n");
        Path expected = folder.resolve("applied");
        assertThat(new Cli(Commands.standard())
                        .run(
                                "apply",
                                "--model",
                                BASE.toString(),
                                "--ticket",
                                ticket("a"),
                                "--out",
                                expected.toString()))
                .isZero();
        assertThat(out.resolve("model.safetensors")).hasSameBinaryContentAs(expected.resolve("model.safetensors"));
        assertThat(merge(1, recipe("merge_method: task_arithmetic").toString()).err())
                .contains(out + " is not empty; give a directory that does not exist or is empty.");
    }

    /// With what can be done about it.
    @Test
    void whatRoundingRemovesIsTold() throws IOException {
        String narrow =
                recipe("merge_method: task_arithmetic\nout_dtype: bfloat16").toString();
        assertThat(merge(0, narrow, "--dry-run").out()).contains("rounding    is told after the merge: ");
        assertThat(merge(0, narrow).out())
                .containsPattern("rounding: of [0-9,]+ weights that the merge changes [1-9][0-9,]* stay as they were; "
                        + "'out_dtype: float32' in the recipe, or --dtype F32, keeps them\n");
        out = folder.resolve("wide");
        String wide =
                recipe("merge_method: task_arithmetic\nout_dtype: float32").toString();
        assertThat(merge(0, wide, "--dry-run").out()).doesNotContain("rounding");
        assertThat(merge(0, wide).out()).doesNotContain("rounding");
    }

    /// On the command line and in a recipe of `run`, by either kind of name, before what the merge's own says.
    @ParameterizedTest
    @ValueSource(strings = {"BF16", "bfloat16"})
    void theTypeOfTheResultCanBeGiven(String type) throws IOException {
        Path recipe = recipe("merge_method: task_arithmetic\nout_dtype: bfloat16");
        merge(0, recipe.toString());
        Path expected = out;
        recipe("merge_method: task_arithmetic\nout_dtype: float16");
        out = folder.resolve("given");
        merge(0, recipe.toString(), "--dtype=" + type);
        Path run = Files.writeString(
                folder.resolve("run.yaml"),
                Text.format(
                        "command: merge\npositional: [%s]\ndtype: %s\nout: %s\n", recipe, type, folder.resolve("run")));
        Cli cli = new Cli(Commands.standard());
        assertThat(cli.run("run", run.toString())).as(cli.err()).isZero();
        for (String made : List.of("given", "run")) {
            for (String file : List.of("model.safetensors", "config.json")) {
                assertThat(folder.resolve(made).resolve(file)).hasSameBinaryContentAs(expected.resolve(file));
            }
        }
        out = folder.resolve("other");
        assertThat(merge(1, "--ticket=" + ticket("a"), "--dtype=F32").err()).contains("--dtype is for a recipe; ");
        assertThat(merge(2, recipe.toString(), "--dtype=F64").err())
                .contains("expected F32, BF16 or F16 but was 'F64'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"F16", "float16"})
    void theTypeOfAnAppliedModelCanBeGivenInARecipe(String type) throws IOException {
        Path expected = folder.resolve("expected");
        List<String> apply = List.of(
                "apply",
                "--model",
                BASE.toString(),
                "--ticket",
                ticket("a"),
                "--dtype=F16",
                "--out",
                expected.toString());
        assertThat(new Cli(Commands.standard()).run(apply.toArray(String[]::new)))
                .isZero();
        Path run = Files.writeString(
                folder.resolve("run.yaml"),
                Text.format(
                        "command: apply\nmodel: %s\nticket: %s\ndtype: %s\nout: %s\n", BASE, ticket("a"), type, out));
        Cli cli = new Cli(Commands.standard());
        assertThat(cli.run("run", run.toString())).as(cli.err()).isZero();
        assertThat(out.resolve("model.safetensors")).hasSameBinaryContentAs(expected.resolve("model.safetensors"));
    }

    @Test
    void whatIsLeftOutOfTheResultIsTold() throws IOException {
        Path base = Files.createDirectory(folder.resolve("base"));
        for (String file : List.of("config.json", "model.safetensors")) {
            Files.copy(BASE.resolve(file), base.resolve(file));
        }
        Path recipe = recipe("merge_method: task_arithmetic");
        Files.writeString(recipe, Files.readString(recipe).replace(BASE.toString(), base.toString()));
        assertThat(merge(0, recipe.toString()).out()).doesNotContain("not copied");
        out = folder.resolve("other");
        Files.writeString(base.resolve("README.md"), "the base's");
        Files.createDirectory(base.resolve("checkpoint-500"));
        assertThat(merge(0, recipe.toString()).out())
                .endsWith("by task_arithmetic\nnot copied: README.md, checkpoint-500/\n");
        assertThat(out.resolve("README.md"))
                .content()
                .contains("- merge\n", "| method | task_arithmetic |", "| base | weights |")
                .doesNotContain("the base's", folder.toString());
    }

    @Test
    void aDryRunOfTicketsReadsHeaders() {
        Cli cli = merge(0, "--dry-run", "--ticket=" + ticket("a"), "--ticket=" + ticket("b"));
        assertThat(cli.out())
                .contains("method      add, as paper reads it", "ticket      " + ticket("a") + ": for the base ");
        assertThat(out).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--method=teis | Unknown merge method 'teis'; known are add,",
                "--method=teis | Did you mean 'ties'?",
                "--method=slerp | Merge method slerp needs whole models, not tickets alone; use a recipe with a"
                        + " base_model.",
                "--parameter=density=0.2 | Unknown parameter 'density' of merge method add; it takes weight.",
                "--method=ties --parameter=denstiy=0.2 | Did you mean 'density'?",
                "--method=ties --parameter=density=2 | Parameter 'density' must be a number from 0 to 1, found 2.",
                "--method=ties --parameter=density | --parameter must be NAME=VALUE, found density.",
                "--method=ties --parameter=density=x | --parameter density: expected a number, true or false, found"
                        + " 'x'.",
                "--method=ties --parameter=density=1 --parameter=density=1 | The parameter 'density' was given twice.",
                "--method=ties --parameter=density=1,1,1 | Parameter 'density': expected one value, or 2, one a"
                        + " ticket, found 3.",
                "--method=dare_linear | Merge method dare_linear needs the parameter 'density': a number from 0 to 1.",
                "--method=ties --compat=papre | --compat must be paper, mergekit or peft, found papre.",
                "--weight=heavy | --weight: expected a number, true or false, found 'heavy'."
            })
    void wrongOptionsOfTickets(String options, String message) {
        List<String> arguments = new ArrayList<>(List.of(options.split(" ")));
        arguments.addAll(List.of("--ticket=" + ticket("a"), "--ticket=" + ticket("b")));
        assertThat(merge(1, arguments.toArray(String[]::new)).err())
                .contains("lota: ")
                .contains(message);
        assertThat(out).doesNotExist();
    }

    @Test
    void wrongInputs() throws IOException {
        assertThat(merge(1).err()).contains("Give either a recipe or tickets (--ticket); found neither.");
        String recipe = recipe("merge_method: ties").toString();
        assertThat(merge(1, recipe, "--ticket=" + ticket("a")).err())
                .contains("Give either a recipe or tickets (--ticket); found both.");
        assertThat(merge(1, recipe, "--method=ties").err()).contains("a recipe says these things itself.");
        assertThat(merge(1, folder.resolve("no.yaml").toString()).err()).contains("no.yaml");
        Path truncated = folder.resolve("cut.ticket.safetensors");
        byte[] whole = Files.readAllBytes(Path.of(ticket("a")));
        Files.write(truncated, Arrays.copyOf(whole, whole.length / 2));
        assertThat(merge(1, "--ticket=" + truncated, "--ticket=" + ticket("a")).err())
                .contains(truncated.toString());
        assertThat(out).doesNotExist();
    }
}
