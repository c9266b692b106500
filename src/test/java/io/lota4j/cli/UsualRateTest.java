package io.lota4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lota4j.mask.Mask;
import io.lota4j.mask.MaskFile;
import io.lota4j.ticket.TicketFile;
import io.lota4j.train.attribution.GradientShare;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `lota train` without `--lr`.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class UsualRateTest {
    @TempDir
    private static Path folder = Path.of("");

    @BeforeAll
    void prepare() throws IOException {
        TinyModel.write(at("base"), 16, 1);
        TinyModel.data(at("rows.jsonl"), 6);
        run(0, List.of("mask", "random", "--model=" + at("base"), "--sparsity=0.5", "--out=" + at("silent")));
        run(0, with("mask choose", "--by=fisher", "--sparsity=0.5", "--out=" + at("fisher")));
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

    private static List<String> with(String command, String... more) {
        List<String> line = new ArrayList<>(List.of(command.split(" ")));
        line.addAll(List.of(
                "--model=" + at("base"), "--data=" + at("rows.jsonl"), "--prompt={question}", "--completion={answer}"));
        line.addAll(List.of(more));
        return line;
    }

    private static List<String> train(String out, String... more) {
        List<String> line = with("train", "--steps=2", "--batch=2", "--out=" + at(out));
        line.addAll(List.of(more));
        return line;
    }

    @Test
    void itIsThatOfFullFineTuningOverWhatTheMaskSees() throws IOException {
        Mask mask = MaskFile.read(at("fisher"));
        double seen = Double.parseDouble(mask.info().origin().get("gradient_share_of_sum"));
        assertThat(seen).isBetween(0.5, 1.0);
        double rate = GradientShare.rate(mask).orElseThrow();
        assertThat(rate).isCloseTo(5e-5 / seen, within(5e-7));

        Cli cli = run(0, train("usual", "--mask=" + at("fisher")));
        assertThat(cli.out()).contains("5e-5 for full fine-tuning, over what the mask sees of the gradient's sum");
        run(0, train("given", "--mask=" + at("fisher"), "--lr=" + rate));
        assertThat(at("usual")).hasSameBinaryContentAs(at("given"));
        JsonNode object = JsonMapper.shared()
                .readTree(run(0, train("json", "--mask=" + at("fisher"), "--json", "--quiet"))
                        .out());
        assertThat(object.path("lr").asDouble()).isEqualTo(rate);
        assertThat(run(0, train("dry", "--mask=" + at("fisher"), "--dry-run")).out())
                .contains("lr " + object.path("lr").asString());
    }

    @Test
    void fullFineTuningHasOne() {
        run(0, train("dense", "--dense"));
        run(0, train("dense-given", "--dense", "--lr=5e-5"));
        assertThat(TicketFile.read(at("dense")).tensors())
                .isEqualTo(TicketFile.read(at("dense-given")).tensors());
    }

    @Test
    void whereNoRateFollowsOneIsRequired() {
        assertThat(run(1, train("none", "--mask=" + at("silent"))).err())
                .contains("--lr is required: " + at("silent") + " does not say how much of the task it sees")
                .contains("lota calibrate and lota mask choose measure that");
        assertThat(run(1, train("none", "--dense", "--optimizer=sgd")).err())
                .contains("--lr is required with --optimizer sgd");
        assertThat(run(2, with("calibrate", "--steps=2", "--sparsity=0.5", "--out=" + at("none")))
                        .err())
                .contains("--lr");
        assertThat(at("none")).doesNotExist();
    }
}
