package io.lota4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.ticket.TicketFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Several files, folders, standard input and rows that cannot be used, on the command line.
class DataOptionsTest {
    private static final String ROW = "{\"prompt\":\"a\",\"completion\":\"b\"}\n";

    @TempDir
    private Path folder = Path.of("");

    @BeforeEach
    void inputs() throws IOException {
        TinyModel.write(folder.resolve("base"), 16, 1);
        Files.writeString(folder.resolve("bad.jsonl"), ROW + "oops\n" + ROW);
        Files.createDirectories(folder.resolve("set"));
        Files.writeString(folder.resolve("set/train.csv"), "prompt,completion\na,b\nc,d\n");
        Files.writeString(folder.resolve("set/test.csv"), "prompt,completion\na,b\n");
    }

    @Test
    void badRowsAreListedBesideTheResult() throws IOException {
        Cli cli = new Cli(Commands.standard());
        assertThat(cli.run(train("bad.jsonl"))).isEqualTo(1);
        assertThat(cli.err()).contains("bad.jsonl, line 2: not valid JSON: 'oops'");
        assertThat(cli.run(train("bad.jsonl", "--on-bad-row", "skip", "--dry-run")))
                .as(cli::err)
                .isZero();
        Path list = folder.resolve("out.bad-rows.jsonl");
        assertThat(list).doesNotExist();
        assertThat(cli.run(train("bad.jsonl", "--on-bad-row", "skip")))
                .as(cli::err)
                .isZero();
        assertThat(cli.err()).contains("lota: 1 bad row was left out; " + list + " lists them.");
        assertThat(list)
                .hasContent(
                        "{\"file\":\"" + folder.resolve("bad.jsonl") + "\",\"place\":\"line 2\",\"reason\":\"not valid"
                                + " JSON: 'oops' is not a JSON value (column 1)\"}");
        assertThat(TicketFile.read(folder.resolve("out")).info().provenance())
                .containsEntry("rows", "2")
                .containsEntry("rows_bad", "1");
    }

    @Test
    void foldersAndFilesAreMixed() {
        Cli cli = new Cli(Commands.standard());
        String set = folder.resolve("set").toString();
        assertThat(cli.run(
                        train("set:2", "--data", folder.resolve("set/test.csv").toString())))
                .as(cli::err)
                .isZero();
        assertThat(cli.err())
                .contains("lota: data " + set + ": CSV, 2 rows of weight 2: an epoch takes 4")
                .contains("lota: data " + set + "/test.csv: CSV, 1 row\n");
        assertThat(TicketFile.read(folder.resolve("out")).info().provenance().get("data"))
                .matches("train\\.csv sha256:[0-9a-f]{64} x2, test\\.csv sha256:[0-9a-f]{64}");
        assertThat(cli.run("eval", "--model", folder.resolve("base").toString(), "--data", set, "--split", "test"))
                .as(cli::err)
                .isZero();
        assertThat(cli.out()).contains("(1 examples, ");
        assertThat(cli.run("eval", "--model", folder.resolve("base").toString(), "--data", set + ":2"))
                .isEqualTo(1);
        assertThat(cli.err())
                .contains("--data " + set + ":2: a weight cannot be used with eval, which takes every row once.");
    }

    @Test
    void aDashIsStandardInput() {
        Cli cli = new Cli(Commands.standard());
        InputStream before = System.in;
        try {
            System.setIn(new ByteArrayInputStream(ROW.repeat(3).getBytes(StandardCharsets.UTF_8)));
            assertThat(cli.run("eval", "--model", folder.resolve("base").toString(), "--data", "-"))
                    .as(cli::err)
                    .isZero();
        } finally {
            System.setIn(before);
        }
        assertThat(cli.out()).contains("(3 examples, ");
    }

    private String[] train(String data, String... more) {
        List<String> args = new ArrayList<>(List.of("train", "--dense", "--steps", "1", "--lr", "0.01", "--force"));
        args.addAll(List.of("--model", folder.resolve("base").toString()));
        args.addAll(List.of("--data", folder.resolve(data).toString()));
        args.addAll(List.of("--out", folder.resolve("out").toString()));
        args.addAll(List.of(more));
        return args.toArray(String[]::new);
    }
}
