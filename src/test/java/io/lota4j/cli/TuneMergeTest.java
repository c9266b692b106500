package io.lota4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.EvalOptions;
import io.lota4j.Lota;
import io.lota4j.MergeOptions;
import io.lota4j.RowOptions;
import io.lota4j.TuneOptions;
import io.lota4j.data.Dataset;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.TicketFile;
import io.lota4j.ticket.Tickets;
import io.lota4j.train.StateFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `lota merge --tune factor`.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TuneMergeTest {
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
                    List.of(
                            "extract",
                            "--sparsity=0.8",
                            "--exclude=embed_tokens",
                            "--base=" + at("base"),
                            "--tuned=" + tuned,
                            "--out=" + at(ticket == 2 ? "a.ticket.safetensors" : "b.ticket.safetensors")));
        }
    }

    private static Path at(String name) {
        return folder.resolve(name);
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
                "--method=ties",
                "--parameter=density=0.5",
                "--parameter=lambda=1.7",
                "--ticket=" + at("a.ticket.safetensors"),
                "--ticket=" + at("b.ticket.safetensors"),
                "--out=" + out));
        line.addAll(List.of(more));
        return line;
    }

    private static List<String> tuned(Path out, String... more) {
        List<String> line = line(
                out,
                "--tune=factor",
                "--model=" + at("base"),
                "--validation=a=" + at("rows.jsonl"),
                "--prompt=a={question}",
                "--completion=a={answer}",
                "--validation=b=" + at("chats.jsonl"));
        line.addAll(List.of(more));
        return line;
    }

    /// The bits are those of the plain merge, scaled in F32.
    @Test
    void aTunedMergeIsTheMergeTimesAFactorAndSaysSo() throws IOException {
        Path plain = at("plain.ticket.safetensors");
        run(0, line(plain));
        Path out = at("tuned.ticket.safetensors");
        Cli cli = run(0, tuned(out, "--report=" + at("report.json")));
        assertThat(cli.err()).contains("score 0.2 times the merge, task 1", "task 2");
        assertThat(Files.size(at("report.json"))).isPositive();

        Ticket merged = TicketFile.read(out);
        Map<String, String> said = merged.info().provenance();
        double factor = Double.parseDouble(said.get("merge.factor"));
        assertThat(factor).isNotEqualTo(1);
        assertThat(cli.out()).contains("factor " + factor + ": loss ");
        assertThat(merged.tensors())
                .isEqualTo(Tickets.scaled(TicketFile.read(plain), factor).tensors());
        assertThat(said)
                .containsEntry("merge.method", "ties")
                .containsEntry("merge.factor_by", "loss")
                .containsEntry("merge.ticket0.validation_rows", "6")
                .containsEntry("merge.ticket1.validation_rows", "1");
        assertThat(said.get("merge.ticket0.validation")).contains("rows.jsonl sha256:");

        Path again = at("again.ticket.safetensors");
        JsonNode object = JsonMapper.shared()
                .readTree(run(0, tuned(again, "--json", "--quiet")).out());
        assertThat(again).hasSameBinaryContentAs(out);
        assertThat(object.path("factor").asDouble()).isEqualTo(factor);
        assertThat(object.path("tried").size()).isBetween(11, 12);
        assertThat(object.at("/tried/0/loss").isNumber()).isTrue();
    }

    @Test
    void answersDecideWhereTheyAreGenerated() throws IOException {
        Path out = at("answers.ticket.safetensors");
        assertThat(run(0, tuned(out, "--generate=2", "--answer=a=(.)", "--rows=3"))
                        .out())
                .contains(": right answers ");
        assertThat(TicketFile.read(out).info().provenance())
                .containsEntry("merge.factor_by", "right answers")
                .containsEntry("merge.ticket0.validation_rows", "3");
    }

    @Test
    void aStoppedSearchIsResumedByTheSameCommandOrDiscarded() throws IOException {
        Path whole = at("whole.ticket.safetensors");
        run(0, tuned(whole));
        Path out = at("stopped.ticket.safetensors");
        Path state = at("stopped.ticket.safetensors.state");
        AtomicInteger batches = new AtomicInteger();
        try (Lota lota = Lota.open(at("base"))) {
            List<Dataset> rows = List.of(
                    lota.data(
                            at("rows.jsonl"),
                            RowOptions.templates("{question}", "{answer}").limit(64)),
                    lota.data(at("chats.jsonl"), RowOptions.chats().limit(64)));
            TuneOptions options = TuneOptions.by(EvalOptions.LOSSES, EvalOptions.LOSSES)
                    .observed(
                            (factor, ticket, done, all, tokens) -> batches.incrementAndGet(), () -> batches.get() >= 7)
                    .state(StateFile.at(state));
            assertThat(lota.tune(
                            List.of(at("a.ticket.safetensors"), at("b.ticket.safetensors")),
                            rows,
                            MergeOptions.by("ties").with("density", 0.5).with("lambda", 1.7),
                            options,
                            out))
                    .isEmpty();
        }
        assertThat(out).doesNotExist();
        assertThat(Files.readAllLines(state)).hasSize(1 + 7);

        List<String> other = tuned(out);
        other.set(2, "--parameter=density=0.6");
        assertThat(run(1, other).err()).contains("these are scores of another search");
        Cli resumed = run(0, tuned(out));
        assertThat(resumed.err()).doesNotContain("score 0.2 times").contains("score 1.0 times the merge");
        assertThat(out).hasSameBinaryContentAs(whole);
        assertThat(state).doesNotExist();
        Files.writeString(state, "left");
        assertThat(run(0, tuned(out, "--force", "--restart")).err()).contains("score 0.2 times");
        assertThat(out).hasSameBinaryContentAs(whole);
        assertThat(state).doesNotExist();
    }

    @Test
    void aDryRunSaysWhatWouldBeDone() {
        Path out = at("dry.ticket.safetensors");
        assertThat(run(0, tuned(out, "--dry-run")).out())
                .contains("ties, as paper reads it", "6 rows, scored 12 times at most", "about");
        assertThat(out).doesNotExist();
    }

    @Test
    void whatIsMissingOrHasNoMeaningIsRefused() {
        Path out = at("refused.ticket.safetensors");
        assertThat(run(1, line(out, "--tune=factor")).err()).contains("--tune factor needs --model");
        assertThat(run(1, line(out, "--tune=factor", "--model=" + at("base"))).err())
                .contains("there are none for a, b. Give --validation a=F --validation b=F.");
        assertThat(run(1, tuned(out, "--steps=3")).err()).contains("--rate and --batch are for --method fit");
        assertThat(run(1, tuned(out, "--answer=a=(.)")).err()).contains("--answer needs --generate");
        assertThat(run(1, tuned(out, "--generate=2", "--answer=a=(")).err()).contains("not a regular expression");
        assertThat(run(1, line(out, "--validation=a=" + at("rows.jsonl"))).err())
                .contains("are for --method fit or --tune factor.");
        assertThat(run(2, line(out, "--tune=weights")).err()).contains("--tune");
        List<String> fit = tuned(out);
        fit.set(1, "--method=fit");
        fit.subList(2, 4).clear();
        assertThat(run(1, fit).err()).contains("--tune cannot be used with --method fit");
        List<String> wrong = tuned(out);
        wrong.set(wrong.indexOf("--model=" + at("base")), "--model=" + at("tuned2"));
        assertThat(run(1, wrong).err()).contains("The ticket is for the base with fingerprint");
        assertThat(out).doesNotExist();
    }
}
