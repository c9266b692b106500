package io.lota4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.internal.Text;
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

class LoraCommandTest {
    @TempDir
    private Path folder = Path.of("");

    @BeforeEach
    void prepare() throws IOException {
        TinyModel.write(at("base"), 16, 1);
        TinyModel.data(at("rows.jsonl"), 6);
    }

    @Test
    void anAdapterAndATicketOfOneRun() throws IOException {
        Cli dry = new Cli(Commands.standard());
        assertThat(dry.run(lora("--dry-run", "--ticket-out", text("t")))).isZero();
        assertThat(dry.out())
                .contains("1,856 weights trained beside 3,840 in 14 matrices (rank 4)", "memory ")
                .contains(Text.format("disk        %s: about 7.4 kB", at("adapter")));
        assertThat(at("adapter")).doesNotExist();

        Cli cli = new Cli(Commands.standard());
        assertThat(cli.run(lora("--ticket-out", text("t"), "--metrics", text("m"))))
                .as(cli::err)
                .isZero();
        assertThat(cli.out()).contains("1,856 weights trained beside 3,840", "of 3,840 weights changed");
        assertThat(cli.err()).contains("kernel ", "predicted").doesNotContain("rank 4 instead");
        assertThat(at("adapter").resolve("adapter_config.json")).isNotEmptyFile();
        assertThat(at("adapter").resolve("adapter_model.safetensors")).isNotEmptyFile();
        assertThat(at("adapter.state")).doesNotExist();
        assertThat(Files.readAllLines(at("m"))).hasSize(3);
        Ticket ticket = TicketFile.read(at("t"));
        assertThat(ticket.info().provenance()).containsEntry("source", "lora").containsEntry("rank", "4");

        Cli eval = new Cli(Commands.standard());
        assertThat(eval.run(
                        "eval",
                        "--model",
                        text("base"),
                        "--ticket",
                        text("t"),
                        "--data",
                        text("rows.jsonl"),
                        "--prompt",
                        "{question}",
                        "--completion",
                        "{answer}"))
                .as(eval::err)
                .isZero();
    }

    @Test
    void lessRankThanAskedForIsSaid() {
        Cli cli = new Cli(Commands.standard());
        assertThat(cli.run(lora("--rank", "12"))).as(cli::err).isZero();
        assertThat(cli.err())
                .contains("lota: rank 8 instead of 12 for 4 matrices, which have no more: model.layers.0.");
    }

    @Test
    void whatCannotWorkIsRefusedBeforeTheDataIsRead() throws IOException {
        assertThat(failure(2, lora("--mapped-base")))
                .startsWith(
                        "lota: --mapped-base cannot be used with lora: it keeps base and factors added up in memory.");
        assertThat(failure(2, "lora", "--model", text("base"), "--out", text("a"), "--rank", "1"))
                .startsWith("lota: missing required options: '--lora-alpha=A', '--data=F[:WEIGHT]', "
                        + "'--steps=N' or '--epochs=E', '--lr=X'\n");
        assertThat(failure(2, lora("--alpha", "16")))
                .startsWith("lota: unknown option '--alpha'; did you mean '--lora-alpha' or '--rmsprop-alpha'?\n");
        Files.createDirectories(at("adapter").resolve("full"));
        assertThat(failure(1, lora()))
                .isEqualTo(Text.format(
                        "lota: %s is not empty; give a directory that does not exist or is empty.", at("adapter")));
    }

    private String[] lora(String... more) {
        List<String> command = new ArrayList<>(List.of("lora", "--model", text("base"), "--data", text("rows.jsonl")));
        command.addAll(List.of("--prompt", "{question}", "--completion", "{answer}", "--out", text("adapter")));
        command.addAll(List.of("--steps", "3", "--lr", "1e-2", "--batch", "3", "--lora-alpha", "8"));
        command.addAll(List.of(more).contains("--rank") ? List.of() : List.of("--rank", "4"));
        command.addAll(List.of(more));
        return command.toArray(String[]::new);
    }

    private String failure(int code, String... args) {
        Cli cli = new Cli(Commands.standard());
        assertThat(cli.run(args)).as(cli::err).isEqualTo(code);
        assertThat(cli.out()).isEmpty();
        return cli.err().substring(cli.err().indexOf("lota: ")).strip();
    }

    private String text(String name) {
        return at(name).toString();
    }

    private Path at(String name) {
        return folder.resolve(name);
    }
}
