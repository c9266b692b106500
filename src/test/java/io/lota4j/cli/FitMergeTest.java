package io.lota4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.FormatMethod;
import io.lota4j.Lota;
import io.lota4j.RowOptions;
import io.lota4j.data.Dataset;
import io.lota4j.internal.Text;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.TicketFile;
import io.lota4j.train.StateFile;
import io.lota4j.train.fit.FitConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.roaringbitmap.RoaringBitmap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `lota merge --method fit`.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FitMergeTest {
    @TempDir
    private static Path folder = Path.of("");

    @BeforeAll
    void prepare() throws IOException {
        TinyModel.write(at("base"), 16, 1);
        TinyModel.data(at("rows.jsonl"), 6);
        Files.writeString(at("chats.jsonl"), "{\"prompt\": \"One?\", \"completion\": \"Two.\"}\n");
        for (int ticket = 2; ticket < 4; ticket++) {
            Path tuned = TinyModel.write(at("tuned" + ticket), 16, ticket);
            run(
                    0,
                    "extract --sparsity 0.8 --exclude embed_tokens --base %s --tuned %s --out %s",
                    at("base"),
                    tuned,
                    at(ticket == 2 ? "a.ticket.safetensors" : "b.ticket.safetensors"));
        }
    }

    private static Path at(String name) {
        return folder.resolve(name);
    }

    @FormatMethod
    private static Cli run(int code, String line, Object... arguments) {
        return run(code, List.of(Text.format(line, arguments).split(" ")));
    }

    private static Cli run(int code, List<String> arguments) {
        Cli cli = new Cli(Commands.standard());
        assertThat(cli.run(arguments.toArray(String[]::new)))
                .as(cli.out() + cli.err())
                .isEqualTo(code);
        return cli;
    }

    private static List<String> line(Path out, String... more) {
        List<String> line = new ArrayList<>(List.of(
                "merge",
                "--method=fit",
                "--ticket=" + at("a.ticket.safetensors"),
                "--ticket=" + at("b.ticket.safetensors"),
                "--out=" + out));
        line.addAll(List.of(more));
        return line;
    }

    private static List<String> whole(Path out, String... more) {
        List<String> line = line(
                out,
                "--model=" + at("base"),
                "--prompts=a=" + at("rows.jsonl"),
                "--prompt=a={question}",
                "--prompts=b=" + at("chats.jsonl"),
                "--steps=3",
                "--generate=3");
        line.addAll(List.of(more));
        return line;
    }

    @Test
    void aFittedMergeIsATicketThatSaysHowItCameAbout() throws IOException {
        Path out = at("fit.ticket.safetensors");
        Cli cli = run(0, whole(out, "--report=" + at("report.json")));
        assertThat(cli.out())
                .startsWith(out.toString())
                .contains("A is ", "divergence", "coefficients: least, mean, most");
        assertThat(cli.err()).contains("own answers", "fit 3/3");
        Ticket merged = TicketFile.read(out);
        Map<String, String> said = merged.info().provenance();
        assertThat(said)
                .containsEntry("source", "merge")
                .containsEntry("merge.method", "fit")
                .containsEntry(
                        "merge.settings",
                        "answers=own, batch=8, generate=3, per=matrix, rate=0.03, rows=64, seed=0, steps=3")
                .containsEntry("merge.ticket0.prompts_rows", "6")
                .containsEntry("merge.ticket1.prompts_rows", "1");
        assertThat(said.get("merge.ticket0.coefficients")).contains("model.layers.0.mlp.up_proj.weight=");
        assertThat(said.get("merge.ticket0.prompts")).contains("rows.jsonl sha256:");
        Ticket a = TicketFile.read(at("a.ticket.safetensors"));
        Ticket b = TicketFile.read(at("b.ticket.safetensors"));
        merged.tensors()
                .forEach((name, tensor) -> assertThat(RoaringBitmap.or(
                                        a.tensor(name).index(), b.tensor(name).index())
                                .contains(tensor.index()))
                        .as(name)
                        .isTrue());
        assertThat(Files.size(at("report.json"))).isPositive();

        Path again = at("again.ticket.safetensors");
        JsonNode object = JsonMapper.shared()
                .readTree(run(0, whole(again, "--json", "--quiet")).out());
        assertThat(object.at("/fitted/1/name").asString()).isEqualTo("B");
        assertThat(cli.out())
                .contains(Text.format(
                        "%.4f", object.at("/fitted/1/fitted_divergence").asDouble()));
        assertThat(again).hasSameBinaryContentAs(out);
        Path task = at("task.ticket.safetensors");
        run(0, whole(task, "--per=task", "--seed=3"));
        assertThat(TicketFile.read(task).info().provenance().get("merge.ticket0.coefficients"))
                .matches("[0-9.]+");
    }

    @Test
    void aStoppedFitIsResumedByTheSameCommandOrDiscarded() throws IOException {
        Path whole = at("whole.ticket.safetensors");
        run(0, whole(whole));
        Path out = at("stopped.ticket.safetensors");
        Path state = at("stopped.ticket.safetensors.state");
        List<Path> tickets = List.of(at("a.ticket.safetensors"), at("b.ticket.safetensors"));
        FitConfig config = FitConfig.DEFAULT.steps(3).generate(3);
        try (Lota lota = Lota.open(at("base"))) {
            List<Dataset> prompts = List.of(
                    lota.data(
                            at("rows.jsonl"),
                            RowOptions.templates("{question}", "-").limit(64)),
                    lota.data(at("chats.jsonl"), RowOptions.chats().limit(64)));
            AtomicLong steps = new AtomicLong();
            assertThat(lota.fit(
                            tickets,
                            prompts,
                            config,
                            out,
                            (what, done, all, divergence) -> steps.set(what.equals("fit") ? done : 0),
                            () -> steps.get() == 2,
                            StateFile.at(state)))
                    .isEmpty();
        }
        assertThat(state).exists();
        assertThat(out).doesNotExist();

        assertThat(run(1, whole(out, "--rate=0.1")).err()).contains("state of another fit");
        Cli resumed = run(0, whole(out));

        assertThat(resumed.err()).contains("fit 3/3").doesNotContain("own answers");
        assertThat(out).hasSameBinaryContentAs(whole);
        assertThat(state).doesNotExist();
        Files.writeString(state, "left");
        assertThat(run(0, whole(out, "--force", "--restart")).err()).contains("own answers");
        assertThat(out).hasSameBinaryContentAs(whole);
        assertThat(state).doesNotExist();
    }

    @Test
    void aDryRunSaysWhatWouldBeDone() {
        Path out = at("dry.ticket.safetensors");
        assertThat(run(0, whole(out, "--dry-run")).out())
                .contains("fit: answers=own", "a.ticket.safetensors: for the base", "6 rows", "about");
        assertThat(out).doesNotExist();
    }

    @Test
    void whatIsMissingOrHasNoMeaningIsRefused() throws IOException {
        Path out = at("refused.ticket.safetensors");
        assertThat(run(1, line(out)).err()).contains("--method fit needs --model");
        assertThat(run(1, line(out, "--model=" + at("base"), "--prompts=a=" + at("rows.jsonl")))
                        .err())
                .contains("there are none for b. Give --prompts b=F.");
        assertThat(run(1, whole(out, "--prompts=ab=" + at("rows.jsonl"))).err())
                .contains("no ticket is called ab; they are a, b. Did you mean 'a'?");
        assertThat(run(1, whole(out, "--prompts=a=" + at("rows.jsonl"))).err())
                .contains("--prompts was given twice for the ticket a.");
        assertThat(run(2, whole(out, "--prompts=rows.jsonl")).err()).contains("expected NAME=...");
        assertThat(run(1, whole(out, "--weight=1")).err()).contains("cannot be used with --method fit");
        List<String> other = line(out, "--steps=3");
        other.set(1, "--method=ties");
        assertThat(run(1, other).err()).contains("are for --method fit or --tune factor.");
        assertThat(run(2, whole(at("base/model.safetensors"), "--kernel=fast")).err())
                .contains("--kernel");
        assertThat(run(1, whole(at("rows.jsonl"), "--force")).err()).contains("rows.jsonl");
        List<String> wrong = whole(out);
        wrong.set(wrong.indexOf("--model=" + at("base")), "--model=" + at("tuned2"));
        assertThat(run(1, wrong).err()).contains("already holds this ticket");
        Path same = Files.createDirectories(at("same"));
        Files.copy(at("a.ticket.safetensors"), same.resolve("a.ticket.safetensors"));
        assertThat(run(1, whole(out, "--ticket=" + same.resolve("a.ticket.safetensors")))
                        .err())
                .contains("Two tickets have the file name a");
        assertThat(out).doesNotExist();
    }
}
