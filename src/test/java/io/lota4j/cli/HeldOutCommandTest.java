package io.lota4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.TicketFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeldOutCommandTest {
    @TempDir
    private Path folder = Path.of("");

    @BeforeEach
    void inputs() throws IOException {
        TinyModel.write(folder.resolve("base"), 16, 1);
        TinyModel.data(folder.resolve("train.jsonl"), 6);
        Files.writeString(folder.resolve("other.jsonl"), """
            {"question": "Who is it?", "answer": "Nobody."}
            {"question": "Where is it?", "answer": "Elsewhere."}
            """);
    }

    @Test
    void theLossOfOtherRowsIsToldWhileTraining() throws IOException {
        Cli cli = new Cli(Commands.standard());
        String metrics = text("m.jsonl");
        assertThat(cli.run(train("--eval-data", text("other.jsonl"), "--eval-every", "2", "--metrics", metrics)))
                .as(cli::err)
                .isZero();
        assertThat(cli.err())
                .containsPattern("step 2: held-out loss [0-9.]+, the lowest so far")
                .containsPattern("step 5: held-out loss [0-9.]+")
                .containsPattern("lota: step [245] is kept, with the lowest held-out loss, [0-9.]+\\.");
        List<String> rows = Files.readAllLines(Path.of(metrics));
        assertThat(rows).hasSize(8);
        assertThat(rows.get(2)).matches("\\{\"step\":2,\"eval_loss\":[0-9.]+}");
        assertThat(rows.get(7)).matches("\\{\"step\":5,\"eval_loss\":[0-9.]+}");
        Ticket ticket = TicketFile.read(folder.resolve("out"));
        assertThat(ticket.info().provenance()).containsKeys("held_out_loss", "held_out_data", "kept_step");
    }

    @Test
    void aRunThatDoesNoBetterEndsEarly() {
        Cli cli = new Cli(Commands.standard());
        // Weights that are broken by the first step do not mend.
        assertThat(cli.run(train(
                        "--eval-data", text("other.jsonl"), "--eval-every", "1", "--patience", "1", "--lr", "0.5")))
                .as(cli::err)
                .isZero();
        assertThat(cli.err())
                .containsPattern(
                        "lota: stopped early after step [2-4] of 5: 1 score in a row had no lower held-out loss");
        assertThat(folder.resolve("out")).exists();
        assertThat(folder.resolve("out.state")).doesNotExist();
    }

    @Test
    void aPlanSaysWhatIsScored() {
        Cli cli = new Cli(Commands.standard());
        assertThat(cli.run(train("--eval-data", text("other.jsonl"), "--eval-every", "2", "--dry-run")))
                .as(cli::err)
                .isZero();
        assertThat(cli.out()).contains("held out    2 rows of " + text("other.jsonl") + ", scored 3 times");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--eval-every", "--eval-limit", "--patience"})
    void settingsWithoutRowsAreRefused(String option) {
        Cli cli = new Cli(Commands.standard());
        assertThat(cli.run(train(option, "2"))).isEqualTo(2);
        assertThat(cli.err()).contains(option + " cannot be used with a run without --eval-data.");
    }

    @Test
    void aScoreTrainsNothingThatCouldBeHeldAgainstRows() {
        Cli cli = new Cli(Commands.standard());
        assertThat(cli.run(
                        "calibrate",
                        "--model",
                        text("base"),
                        "--data",
                        text("train.jsonl"),
                        "--score",
                        "snip",
                        "--sparsity",
                        "0.9",
                        "--eval-data",
                        text("other.jsonl"),
                        "--out",
                        text("mask")))
                .isEqualTo(2);
        assertThat(cli.err()).contains("--eval-data cannot be used with --score snip: it does not train.");
    }

    private String[] train(String... more) {
        List<String> args = new ArrayList<>(List.of("train", "--dense", "--model", text("base")));
        args.addAll(List.of("--data", text("train.jsonl"), "--prompt", "{question}", "--completion", "{answer}"));
        args.addAll(List.of("--steps", "5", "--out", text("out")));
        args.addAll(List.of(more));
        if (!args.contains("--lr")) {
            args.addAll(List.of("--lr", "0.01"));
        }
        return args.toArray(String[]::new);
    }

    private String text(String file) {
        return folder.resolve(file).toString();
    }
}
