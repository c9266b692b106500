package io.lota4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.Golden;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class MergeBenchCommandTest {
    private static final Path BASE = Golden.path("models/llama-tied");

    @TempDir
    private Path folder = Path.of("");

    private Cli bench(int code, String... more) {
        List<String> line =
                new ArrayList<>(List.of("bench", "merge", "--model", BASE.toString(), "--dir", folder.toString()));
        line.addAll(List.of(more));
        Cli cli = new Cli(Commands.standard());
        assertThat(cli.run(line.toArray(String[]::new)))
                .as(cli.out() + cli.err())
                .isEqualTo(code);
        assertThat(folder).isEmptyDirectory();
        return cli;
    }

    private static String expert(String name) {
        return "--expert=" + Golden.path("merge/experts/" + name);
    }

    @Test
    void everythingIsTimedBesideCopying() {
        Cli cli = bench(0, expert("a"), expert("b"), "--runs=1");
        assertThat(cli.out())
                .contains(
                        "median  beside copying the base",
                        "\ncopying the base ",
                        " 1.00\n",
                        "\nreading the experts ",
                        "\ntask_arithmetic ",
                        "\nties ",
                        "\ndare_linear ",
                        "\ndella_linear ",
                        "\nbreadcrumbs ",
                        "\nkarcher ",
                        "\nextract ",
                        "\nties, tickets to a ticket ",
                        "\nties, tickets to a model ");
    }

    @Test
    void chosenMethodsAsJson() {
        Cli cli = bench(0, expert("a"), expert("b"), "--method=sce", "--runs=2", "--json");
        JsonNode row = JsonMapper.shared().readTree(cli.out());
        assertThat(row.path("runs").asInt()).isEqualTo(2);
        assertThat(row.path("seconds").propertyNames())
                .containsExactly(
                        "copying the base",
                        "reading the experts",
                        "sce",
                        "extract",
                        "ties, tickets to a ticket",
                        "ties, tickets to a model");
        assertThat(row.at("/seconds/sce").asDouble()).isPositive();
    }

    @Test
    void aDryRunReadsHeaders() {
        assertThat(bench(0, expert("a"), expert("b"), "--dry-run", "--method=ties")
                        .out())
                .contains("base        " + BASE, "expert      ", "methods     ties", "disk        " + folder);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"--method=teis | Unknown merge method 'teis'; known are add,", "--method=slerp | slerp"})
    void wrongOptions(String option, String message) {
        assertThat(bench(1, expert("a"), expert("b"), option).err())
                .contains("lota: ")
                .contains(message);
    }

    @Test
    void resultsGoIntoADirectoryThatIsThere() {
        Cli cli = new Cli(Commands.standard());
        String[] line = {
            "bench", "merge", "--model=" + BASE, expert("a"), expert("b"), "--dir=" + folder.resolve("nowhere")
        };
        assertThat(cli.run(line)).isOne();
        assertThat(cli.err()).contains("--dir: " + folder.resolve("nowhere") + ": no such directory.");
    }

    @Test
    void oneExpertIsNoMerge() {
        assertThat(bench(1, expert("a")).err()).contains("Give two models or more with --expert, found 1.");
        assertThat(bench(2).err()).contains("--expert");
    }
}
