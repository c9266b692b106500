package io.lota4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.SafetensorsFile;
import io.lota4j.ticket.TicketFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ObjectiveCommandTest {
    @TempDir
    private Path folder = Path.of("");

    @BeforeEach
    void prepare() throws IOException {
        TinyModel.write(at("base"), 16, 1);
        StringBuilder pairs = new StringBuilder();
        StringBuilder weighted = new StringBuilder();
        for (int row = 0; row < 6; row++) {
            pairs.append(Text.format(
                    "{\"prompt\": \"What is %d?\", \"chosen\": \"%d\", \"rejected\": \"none\"}\n", row, row % 3));
            weighted.append(Text.format(
                    "{\"prompt\": \"What is %d?\", \"completion\": \"%d\", \"weight\": %d}\n", row, row, 1 + row % 2));
        }
        Files.writeString(at("pairs.jsonl"), pairs);
        Files.writeString(at("weighted.jsonl"), weighted);
    }

    @Test
    void pairsAreTrainedOnAndScored() throws IOException {
        Cli cli = new Cli(Commands.standard());
        List<String> more =
                List.of("--objective=dpo", "--beta=0.3", "--metrics=" + at("m"), "--eval-data=" + at("pairs.jsonl"));
        assertThat(run(cli, train("pairs.jsonl", more))).as(cli::err).isZero();
        assertThat(Files.readString(at("m")))
                .contains("\"reward_accuracy\":", "\"reward_margin\":", "\"eval_reward_accuracy\":");
        assertThat(cli.err()).containsPattern("held-out loss 0[.]\\d+.*, reward accuracy \\d");
        assertThat(TicketFile.read(at("t")).info().provenance().get("settings")).contains("beta=0.3", "objective=dpo");

        Cli eval = new Cli(Commands.standard());
        assertThat(eval.run(
                        "eval",
                        "--model",
                        at("base").toString(),
                        "--data",
                        at("pairs.jsonl").toString()))
                .as(eval::err)
                .isZero();
        assertThat(eval.err()).contains("lota: the rows are pairs of answers; the chosen ones are scored");
    }

    @Test
    void aPlanSaysWhatIsMinimised() {
        Cli cli = new Cli(Commands.standard());
        assertThat(run(cli, train("pairs.jsonl", List.of("--objective=dpo", "--dry-run"))))
                .as(cli::err)
                .isZero();
        assertThat(cli.out()).contains("objective   dpo (beta 0.1, label-smoothing 0); before the first step");
        assertThat(at("t")).doesNotExist();
    }

    @Test
    void factorsAndMasksTakeObjectivesToo() throws IOException {
        Cli lora = new Cli(Commands.standard());
        List<String> command = train("pairs.jsonl", List.of("--objective=ipo", "--rank=2", "--lora-alpha=4"));
        command.remove("--dense");
        command.set(0, "lora");
        assertThat(run(lora, command)).as(lora::err).isZero();
        try (SafetensorsFile adapter = SafetensorsFile.open(at("t").resolve("adapter_model.safetensors"))) {
            assertThat(adapter.tensors()).isNotEmpty();
        }
        Cli calibrate = new Cli(Commands.standard());
        command = train("weighted.jsonl", List.of("--objective=weighted", "--sparsity=0.9", "--force"));
        command.remove("--dense");
        command.set(0, "calibrate");
        command.set(command.indexOf(at("t").toString()), at("mask").toString());
        assertThat(run(calibrate, command)).as(calibrate::err).isZero();
        assertThat(at("mask")).isNotEmptyFile();
    }

    @Test
    void whatDoesNotFitIsRefused() {
        assertThat(failure("pairs.jsonl", "--objective=sft")).contains("is a pair of a chosen and a rejected one");
        assertThat(failure("weighted.jsonl", "--objective=dpo"))
                .contains("lota: The objective 'dpo' learns from pairs, but row 0 (from 0) of ");
        assertThat(failure("weighted.jsonl", "--beta=1"))
                .startsWith("lota: --beta cannot be used with --objective sft; it is for dpo and ipo.");
        assertThat(failure("weighted.jsonl", "--objective=dop"))
                .contains("There is no objective 'dop'", "Did you mean 'dpo'?");
        assertThat(failure("pairs.jsonl", "--objective=dpo", "--beta=0", "--label-smoothing=0.5"))
                .contains("The beta of an objective must be over 0", "The label-smoothing of an objective must be");
        assertThat(failure("pairs.jsonl", "--objective=dpo", "--reduction=example-sum"))
                .contains("The reduction example-sum cannot be used with the objective 'dpo'");
    }

    /// Plain fine-tuning tells that it does not read the column.
    @Test
    void weightsAreReadWhereTheyAreAskedFor() {
        Cli plain = new Cli(Commands.standard());
        assertThat(run(plain, train("weighted.jsonl", List.of())))
                .as(plain::err)
                .isZero();
        assertThat(plain.err()).contains("that are no part of a chat were not read: weight.");
        Cli preview = new Cli(Commands.standard());
        assertThat(run(preview, train("weighted.jsonl", List.of("--objective=weighted", "--preview=2", "--force"))))
                .as(preview::err)
                .isZero();
        assertThat(preview.out()).contains("(x its weight)", "(x2.0)[1]");
        Cli none = new Cli(Commands.standard());
        assertThat(run(none, train("pairs.jsonl", List.of("--objective=weighted", "--preview=1", "--force"))))
                .as(none::err)
                .isZero();
        assertThat(none.err()).contains("has a weight: all count the same.");
    }

    private static int run(Cli cli, List<String> command) {
        return cli.run(command.toArray(String[]::new));
    }

    private String failure(String data, String... more) {
        Cli cli = new Cli(Commands.standard());
        assertThat(run(cli, train(data, List.of(more)))).as(cli::err).isNotZero();
        assertThat(cli.out()).isEmpty();
        return cli.err().substring(cli.err().indexOf("lota: ")).strip();
    }

    private List<String> train(String data, List<String> more) {
        List<String> command =
                new ArrayList<>(List.of("train", "--model", at("base").toString(), "--data", at(data).toString()));
        command.addAll(List.of("--dense", "--out", at("t").toString(), "--steps", "3", "--lr", "1e-2", "--batch", "3"));
        command.addAll(more);
        return command;
    }

    private Path at(String name) {
        return folder.resolve(name);
    }
}
