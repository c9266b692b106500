package io.lota4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lota4j.internal.peft.AdapterFolder;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.TicketFile;
import io.lota4j.ticket.Tickets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `lota ticket shrink` as a user meets it.
class ShrinkCommandTest {
    @TempDir
    private Path folder = Path.of("");

    private String err = "";

    @BeforeEach
    void prepare() throws IOException {
        TinyModel.write(at("base"), 16, 1);
        TinyModel.data(at("rows.jsonl"), 6);
        run("mask", "random", "--model", text("base"), "--sparsity", "0.5", "--out", text("mask"));
        train("one", "30");
    }

    private void train(String out, String steps) {
        run(
                "train",
                "--model",
                text("base"),
                "--mask",
                text("mask"),
                "--data",
                text("rows.jsonl"),
                "--prompt",
                "{question}",
                "--completion",
                "{answer}",
                "--steps",
                steps,
                "--lr",
                "1e-2",
                "--out",
                text(out));
    }

    private Path at(String name) {
        return folder.resolve(name);
    }

    private String text(String name) {
        return at(name).toString();
    }

    private String run(String... args) {
        return run(0, args);
    }

    private String run(int code, String... args) {
        Cli cli = new Cli(Commands.standard());
        int found = cli.run(args);
        err = cli.err();
        assertThat(found).as(err).isEqualTo(code);
        return cli.out();
    }

    private String[] shrink(String ticket, String out, String... more) {
        List<String> args = new ArrayList<>(List.of(
                "ticket",
                "shrink",
                "--model",
                text("base"),
                "--ticket",
                text(ticket),
                "--validation",
                text("rows.jsonl"),
                "--prompt",
                "{question}",
                "--completion",
                "{answer}",
                "--out",
                text(out)));
        Collections.addAll(args, more);
        return args.toArray(String[]::new);
    }

    @Test
    void itWritesASmallerTicketAndSaysHowItCameAbout() {
        assertThat(run(shrink("one", "small", "--dry-run")))
                .contains("6 rows of " + text("rows.jsonl") + ", scored 7 times by loss")
                .contains("all but 0.01, times a margin of 1.5");
        assertThat(at("small")).doesNotExist();
        assertThat(run(shrink("one", "small", "--tolerance", "0.5", "--margin", "1", "--rows", "4")))
                .contains(" = 1 x ")
                .contains(": loss ")
                .contains(" with the whole ticket, ")
                .contains(text("small") + ": ");
        Ticket small = TicketFile.read(at("small"));
        double alpha = Double.parseDouble(small.info().provenance().get("shrink_alpha"));
        assertThat(alpha).isLessThan(1);
        assertThat(small.tensors())
                .isEqualTo(Tickets.scaled(TicketFile.read(at("one")), alpha).tensors());
        assertThat(run("ticket", "info", text("small")))
                .contains("shrink_rows 4")
                .contains("shrink_tolerance 0.5");
        assertThat(run(1, shrink("one", "small"))).isEmpty();
        assertThat(err).contains("--force");
    }

    /// Rows with two answers, of which the model learns the more frequent one: answers say no more than a guess.
    @Test
    void answersThatAreNoBetterThanAGuessLeaveItToTheLoss() throws IOException {
        Files.writeString(
                at("rows.jsonl"),
                "{\"question\": \"a\", \"answer\": \"x\"}\n".repeat(6) + "{\"question\": \"b\", \"answer\": \"y\"}\n");
        train("guess", "30");
        assertThat(run(shrink("guess", "small", "--generate", "2", "--dry-run")))
                .contains("7 rows of " + text("rows.jsonl")
                        + ", scored 7 times by right answers, where these say something, else by loss");
        assertThat(run(shrink("guess", "small", "--generate", "2", "--rows", "6")))
                .contains(": loss ")
                .contains("whole ticket: 6 of 6 rows right, 0 at the start (p = 0.016), 6 by the most frequent answer"
                        + " alone (p = 1.0)");
        assertThat(err)
                .contains("lota: The loss decided how much of the ticket is needed, since the answers are not clearly"
                        + " better than both the start's and a guess.");
        assertThat(TicketFile.read(at("small")).info().provenance())
                .containsEntry("shrink_score", "loss")
                .hasEntrySatisfying("shrink_answers", said -> assertThat(said).startsWith("6 of 6 rows right"));
    }

    @Test
    void ticketsLieBelow() {
        train("two", "3");
        run(shrink("two", "alone"));
        run(shrink("two", "above", "--below", text("one")));
        assertThat(TicketFile.read(at("above")).info().provenance().get("shrink_before"))
                .isNotEqualTo(TicketFile.read(at("alone")).info().provenance().get("shrink_before"));
    }

    @Test
    void anAdapterGetsASmallerB() {
        run(
                "lora",
                "--model",
                text("base"),
                "--data",
                text("rows.jsonl"),
                "--prompt",
                "{question}",
                "--completion",
                "{answer}",
                "--steps",
                "30",
                "--lr",
                "1e-2",
                "--rank",
                "2",
                "--lora-alpha",
                "4",
                "--out",
                text("lora"));
        run(shrink("lora", "small", "--tolerance", "0.5", "--margin", "1", "--adapter-out", text("small-lora")));
        run("import", text("small-lora"), "--model", text("base"), "--out", text("imported"));
        Ticket dense = TicketFile.read(at("small"));
        assertThat(dense.info().provenance().get("shrink_alpha")).isNotEqualTo("1.0");
        double norm = dense.norm();
        assertThat(TicketFile.read(at("imported")).norm()).isCloseTo(norm, within(norm * 1e-6));
        assertThat(at("small-lora").resolve(AdapterFolder.CONFIG))
                .hasSameTextualContentAs(at("lora").resolve(AdapterFolder.CONFIG));
    }

    @Test
    void whatCannotWorkIsToldInASentence() throws IOException {
        assertThat(run(2, "ticket", "shrink", "--model", text("base"), "--ticket", text("one"), "--out", text("x")))
                .isEmpty();
        assertThat(err).contains("missing required option: '--validation=F'");
        run(1, shrink("one", "x", "--margin", "0.5"));
        assertThat(err).contains("The margin must be a finite number of at least 1, found 0.5.");
        run(1, shrink("one", "x", "--adapter-out", text("y")));
        assertThat(err).contains("--adapter-out needs the folder of a PEFT adapter as --ticket; ");
        run(2, shrink("one", "x", "--answer", "(.)"));
        assertThat(err).contains("--answer cannot be used with a score without answers; add --generate.");
        run(1, shrink("nowhere", "x"));
        assertThat(err).contains("nowhere");
        byte[] bytes = Files.readAllBytes(at("one"));
        Files.write(at("cut"), Arrays.copyOf(bytes, bytes.length / 2));
        run(1, shrink("cut", "x"));
        assertThat(err).contains(text("cut"));
    }
}
