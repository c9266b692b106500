package io.lota4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.Lota;
import io.lota4j.RowOptions;
import io.lota4j.data.Dataset;
import io.lota4j.mask.MaskFile;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.TicketFile;
import io.lota4j.train.HeldOut;
import io.lota4j.train.TrainConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `lota train --lr auto` and `lota lora --lr auto`.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FindRateTest {
    @TempDir
    private static Path folder = Path.of("");

    @BeforeAll
    void prepare() throws IOException {
        TinyModel.write(at("base"), 16, 1);
        TinyModel.data(at("rows.jsonl"), 6);
        run(0, List.of("mask", "random", "--model=" + at("base"), "--sparsity=0.5", "--out=" + at("mask")));
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

    private static List<String> train(String lr, Path out, String... more) {
        List<String> line = new ArrayList<>(List.of(
                "train",
                "--model=" + at("base"),
                "--mask=" + at("mask"),
                "--data=" + at("rows.jsonl"),
                "--prompt={question}",
                "--completion={answer}",
                "--steps=9",
                "--batch=2",
                "--lr=" + lr,
                "--out=" + out));
        line.addAll(List.of(more));
        return line;
    }

    private static List<String> lora(String lr, Path out, String... more) {
        List<String> line = train(lr, out, more);
        line.set(0, "lora");
        line.remove(2);
        line.addAll(List.of("--rank=2", "--lora-alpha=4"));
        return line;
    }

    private static String held() {
        return "--eval-data=" + at("rows.jsonl");
    }

    @Test
    void theRateThatIsFoundIsTheRunsAndTheTicketSaysHow() throws IOException {
        Path out = at("auto.ticket.safetensors");
        Cli cli = run(0, train("auto", out, held()));
        Ticket ticket = TicketFile.read(out);
        String rate = Objects.requireNonNull(ticket.info().provenance().get("lr_found"));
        assertThat(cli.out()).contains("held-out loss", "learning rate " + rate + ", the smallest with 90%");
        assertThat(cli.err()).contains("score the start", "try rate 1e-5 4/4");
        assertThat(ticket.info().provenance())
                .containsEntry("lr_test_steps", "4")
                .containsKeys("lr_losses", "lr_loss_before");
        assertThat(at("auto.ticket.safetensors.state.rates")).doesNotExist();

        Path same = at("same.ticket.safetensors");
        run(0, train(rate, same, held()));
        assertThat(TicketFile.read(same).tensors()).isEqualTo(ticket.tensors());
        assertThat(TicketFile.read(same).info().provenance().get("settings"))
                .isEqualTo(ticket.info().provenance().get("settings"));

        JsonNode object = JsonMapper.shared()
                .readTree(run(0, train("auto", at("json"), held(), "--json", "--quiet"))
                        .out());
        assertThat(object.path("lr").asDouble()).isEqualTo(Double.parseDouble(rate));
        assertThat(object.path("rates").size()).isGreaterThan(1);
        assertThat(object.at("/rates/0/lr").asDouble()).isEqualTo(1e-5);
    }

    /// What was tested is not tested again, in the same command and in one that resumes the run.
    @Test
    void aStoppedSearchGoesOn() throws IOException {
        Path whole = at("whole.ticket.safetensors");
        run(0, train("auto", whole, held()));
        Path out = at("stopped.ticket.safetensors");
        Path kept = at("stopped.ticket.safetensors.state.rates");
        AtomicBoolean third = new AtomicBoolean();
        try (Lota lota = Lota.open(at("base"))) {
            Dataset rows = lota.data(at("rows.jsonl"), RowOptions.templates("{question}", "{answer}"));
            assertThat(lota.findRate(
                            rows,
                            MaskFile.read(at("mask")),
                            TrainConfig.of(9, 1).batchSize(2).build(),
                            new HeldOut(rows, 1),
                            kept,
                            (rate, done, all) -> third.compareAndSet(false, rate == 5e-5),
                            third::get))
                    .isEmpty();
        }
        assertThat(Files.readAllLines(kept)).hasSize(1 + 3);
        assertThat(run(1, train("auto", out, held(), "--seed=3")).err())
                .contains("these are scores of another search")
                .contains("Remove the file to begin anew.");
        Cli resumed = run(0, train("auto", out, held()));
        assertThat(resumed.err()).doesNotContain("try rate 2e-5").contains("try rate 5e-5");
        assertThat(out).hasSameBinaryContentAs(whole);
        assertThat(kept).doesNotExist();
    }

    /// The adapter has the bits of a run at the rate that is found.
    @Test
    void anAdaptersRateIsFoundToo() throws IOException {
        Path ticket = at("lora.ticket.safetensors");
        Cli cli = run(0, lora("auto", at("adapter"), held(), "--ticket-out=" + ticket));
        String rate = Objects.requireNonNull(
                TicketFile.read(ticket).info().provenance().get("lr_found"));
        assertThat(cli.out()).contains("held-out loss", "learning rate " + rate + ", the smallest with 90%");
        assertThat(at("adapter.state.rates")).doesNotExist();
        Path same = at("same-lora.ticket.safetensors");
        run(0, lora(rate, at("same-adapter"), held(), "--ticket-out=" + same));
        assertThat(TicketFile.read(same).tensors())
                .isEqualTo(TicketFile.read(ticket).tensors());
        assertThat(at("adapter/adapter_model.safetensors"))
                .hasSameBinaryContentAs(at("same-adapter/adapter_model.safetensors"));
        assertThat(run(0, lora("auto", at("dry-adapter"), held(), "--dry-run")).out())
                .contains("lr auto", "found first, by 9 tests of 4 steps at most, from 1e-5 on");
    }

    @Test
    void aDryRunSaysWhatItCosts() {
        assertThat(run(0, train("auto", at("dry"), held(), "--dry-run")).out())
                .contains("lr auto", "found first, by 9 tests of 4 steps at most, from 1e-5 on");
    }

    @Test
    void whatCannotWorkIsRefused() {
        Path out = at("refused.ticket.safetensors");
        assertThat(run(1, train("auto", out)).err())
                .contains("--lr auto needs --eval-data, rows that are not trained on");
        assertThat(run(1, train("auto", out, held(), "--optimizer=sgd")).err())
                .contains("those of sgd are of another size. Give a rate.");
        assertThat(run(2, train("fast", out)).err()).contains("expected a number over 0 or auto but was 'fast'");
        assertThat(run(1, train("NaN", out)).err()).contains("learning rate");
        assertThat(run(1, lora("auto", out)).err()).contains("--lr auto needs --eval-data");
        List<String> calibrate = train("auto", out, "--sparsity=0.5");
        calibrate.set(0, "calibrate");
        calibrate.remove(2);
        assertThat(run(1, calibrate).err()).contains("--lr auto is for lota train and lota lora; give a rate.");
        assertThat(out).doesNotExist();
    }
}
