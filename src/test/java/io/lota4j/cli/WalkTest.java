package io.lota4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.mask.Mask;
import io.lota4j.mask.MaskFile;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.TicketFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// The whole of it by commands, from a base to a ticket and back.
class WalkTest {
    @TempDir
    private Path folder = Path.of("");

    private Path data = Path.of("");

    @BeforeEach
    void prepare() throws IOException {
        TinyModel.write(at("base"), 16, 1);
        data = TinyModel.data(at("rows.jsonl"), 12);
    }

    @Test
    void fromBaseToTicketAndBack() throws IOException {
        everyDryRunWritesNothing(calibrate());
        assertThat(run(calibrate()))
                .matches("gradient share 0\\.\\d\\d of the gradient norm of 12 rows; a mask drawn by chance sees"
                        + " 0\\.32\n"
                        + "\\S+base.mask.safetensors: 384 of 3,840 weights trainable \\(sparsity 90.00%\\),"
                        + " [0-9.]+ k?B\n");
        Mask mask = MaskFile.read(at("base.mask.safetensors"));
        assertThat(mask.trainable()).isEqualTo(384);
        assertThat(mask.info().origin())
                .containsEntry("source", "calibrate")
                .containsEntry("steps", "3")
                .containsEntry("gradient_share_rows", "12");
        assertThat(run("mask", "stats", at("base.mask.safetensors").toString(), "--tensors"))
                .contains(
                        "384 of 3,840 weights", "pool mlp,attn without embed,lm_head,norm, scope global", "down_proj");

        everyDryRunWritesNothing(train());
        run(train());
        Ticket ticket = TicketFile.read(at("t.ticket.safetensors"));
        assertThat(ticket.nnz()).isBetween(300L, 384L);
        assertThat(Files.readAllLines(at("metrics.jsonl"))).hasSize(8);
        assertThat(at("t.ticket.safetensors.state")).doesNotExist();
        assertThat(run("ticket", "info", at("t.ticket.safetensors").toString()))
                .contains("can be reverted bit for bit", "base " + ticket.info().base(), "source train", "steps 8");

        scores();
        directories(ticket);
        String[] generate = {
            "generate",
            "--model",
            at("base").toString(),
            "--ticket",
            at("t.ticket.safetensors").toString(),
            "--max-new",
            "4",
            "What is 1?"
        };
        everyDryRunWritesNothing(generate);
        String onTicket = run(generate);
        assertThat(run("generate", "--model", at("tuned").toString(), "--max-new", "4", "What is 1?"))
                .isEqualTo(onTicket);
        String[] mapped = Arrays.copyOf(generate, generate.length + 1);
        mapped[generate.length] = "--mapped-base";
        assertThat(run(mapped)).isEqualTo(onTicket);
    }

    private String[] calibrate() {
        return new String[] {
            "calibrate",
            "--model",
            at("base").toString(),
            "--data",
            data.toString(),
            "--prompt",
            "{question}",
            "--completion",
            "{answer}",
            "--steps",
            "3",
            "--lr",
            "1e-3",
            "--batch",
            "4",
            "--seed",
            "1",
            "--sparsity",
            "0.9",
            "--out",
            at("base.mask.safetensors").toString(),
            "--delta-out",
            at("delta.safetensors").toString()
        };
    }

    private String[] train() {
        return new String[] {
            "train",
            "--model",
            at("base").toString(),
            "--mask",
            at("base.mask.safetensors").toString(),
            "--data",
            data.toString(),
            "--prompt",
            "{question}",
            "--completion",
            "{answer}",
            "--epochs",
            "2",
            "--lr",
            "1e-2",
            "--batch",
            "3",
            "--optimizer",
            "rmsprop",
            "--clip",
            "even",
            "--checkpoint-every",
            "4",
            "--metrics",
            at("metrics.jsonl").toString(),
            "--out",
            at("t.ticket.safetensors").toString()
        };
    }

    private void scores() throws IOException {
        String[] base = {
            "eval",
            "--model",
            at("base").toString(),
            "--data",
            data.toString(),
            "--prompt",
            "{question}",
            "--completion",
            "{answer}",
            "--scores",
            at("base.json").toString()
        };
        String[] adapted = {
            "eval",
            "--model",
            at("base").toString(),
            "--ticket",
            at("t.ticket.safetensors").toString(),
            "--data",
            data.toString(),
            "--prompt",
            "{question}",
            "--completion",
            "{answer}",
            "--limit",
            "6",
            "--generate",
            "3",
            "--answer",
            "\\d+",
            "--scores",
            at("ticket.json").toString(),
            "--details",
            at("details.jsonl").toString(),
            "--batch",
            "4"
        };
        everyDryRunWritesNothing(base, adapted);
        assertThat(run(base)).matches("loss [0-9.]+ per response token \\(12 examples, 24 response tokens\\), .*\n");
        assertThat(run(adapted)).contains("loss ", "(6 examples, 12 response tokens)", "accuracy ", " unparsed");
        JsonNode before = JsonMapper.shared().readTree(Files.readString(at("base.json")));
        JsonNode after = JsonMapper.shared().readTree(Files.readString(at("ticket.json")));
        assertThat(before.has("accuracy")).isFalse();
        assertThat(after.path("loss").asDouble()).isLessThan(before.path("loss").asDouble());
        assertThat(after.path("accuracy").asDouble()).isBetween(0.0, 1.0);
        assertThat(after.has("unparsed")).isTrue();
        double sum = 0;
        List<String> rows = Files.readAllLines(at("details.jsonl"));
        for (String row : rows) {
            sum += JsonMapper.shared().readTree(row).path("sum_logprob").asDouble();
        }
        assertThat(rows).hasSize(6);
        String[] mapped = Arrays.copyOf(adapted, adapted.length + 1);
        mapped[adapted.length] = "--mapped-base";
        run(mapped);
        // Weights that stay in their file are read by other products.
        List<String> fromFile = Files.readAllLines(at("details.jsonl"));
        assertThat(fromFile).hasSameSizeAs(rows);
        for (int row = 0; row < rows.size(); row++) {
            JsonNode one = JsonMapper.shared().readTree(rows.get(row));
            JsonNode other = JsonMapper.shared().readTree(fromFile.get(row));
            double sumOfOne = one.path("sum_logprob").asDouble();
            assertThat(other.path("sum_logprob").asDouble()).isCloseTo(sumOfOne, within(1e-5));
            assertThat(((ObjectNode) other).put("sum_logprob", sumOfOne)).isEqualTo(one);
        }
        assertThat(-sum / 12).isCloseTo(after.path("loss").asDouble(), within(1e-9));
    }

    private void directories(Ticket ticket) throws IOException {
        String[] apply = {
            "apply",
            "--model",
            at("base").toString(),
            "--ticket",
            at("t.ticket.safetensors").toString(),
            "--out",
            at("tuned").toString()
        };
        everyDryRunWritesNothing(apply);
        run(apply);
        String[] revert = {
            "revert",
            "--model",
            at("tuned").toString(),
            "--ticket",
            at("t.ticket.safetensors").toString(),
            "--out",
            at("back").toString()
        };
        String[] extract = {
            "extract",
            "--base",
            at("base").toString(),
            "--tuned",
            at("tuned").toString(),
            "--out",
            at("x.ticket.safetensors").toString()
        };
        everyDryRunWritesNothing(revert, extract);
        assertThat(run(revert))
                .contains("the base again, fingerprint " + ticket.info().base());
        try (Checkpoint back = Checkpoint.open(at("back"))) {
            assertThat(back.fingerprint().hex()).isEqualTo(ticket.info().base());
        }
        assertThat(Files.mismatch(at("base/model.safetensors"), at("back/model.safetensors")))
                .isEqualTo(-1);
        run(extract);
        Ticket extracted = TicketFile.read(at("x.ticket.safetensors"));
        assertThat(extracted.info().base()).isEqualTo(ticket.info().base());
        // A delta below half a unit in the last place of its weight vanishes on disk.
        assertThat(extracted.nnz()).isBetween(ticket.nnz() - 5, ticket.nnz());
    }

    @Test
    void masksAreCombined() throws IOException {
        for (String seed : new String[] {"1", "2"}) {
            String[] random = {
                "mask",
                "random",
                "--model",
                at("base").toString(),
                "--sparsity",
                "0.5",
                "--seed",
                seed,
                "--out",
                at(seed).toString()
            };
            everyDryRunWritesNothing(random);
            run(random);
        }
        assertThat(run("mask", "compare", at("1").toString(), at("2").toString()))
                .contains("in both", "in either", "intersection over union");
        for (String name : new String[] {"and", "or", "minus"}) {
            String[] command = {"mask", name, at("1").toString(), at("2").toString(), "--out", at(name).toString()};
            everyDryRunWritesNothing(command);
            run(command);
        }
        run("mask", "invert", at("1").toString(), "--out", at("invert").toString());
        Mask first = MaskFile.read(at("1"));
        Mask second = MaskFile.read(at("2"));
        assertThat(MaskFile.read(at("and")).trainable())
                .isEqualTo(first.and(second).trainable());
        assertThat(MaskFile.read(at("or")).trainable())
                .isEqualTo(first.or(second).trainable());
        assertThat(MaskFile.read(at("minus")).trainable())
                .isEqualTo(first.minus(second).trainable());
        assertThat(MaskFile.read(at("invert")).trainable()).isEqualTo(1920);
    }

    @Test
    void aSeedMakesRunsRepeatable() throws IOException {
        String[] calibrate = Arrays.copyOf(calibrate(), calibrate().length + 1);
        calibrate[calibrate.length - 1] = "--force";
        run(calibrate);
        byte[] first = Files.readAllBytes(at("base.mask.safetensors"));
        run(calibrate);
        assertThat(Files.readAllBytes(at("base.mask.safetensors"))).isEqualTo(first);
    }

    @Test
    void aPreviewShowsWhatCarriesLoss() {
        Set<Path> before = files();
        String[] preview = Arrays.copyOf(calibrate(), calibrate().length + 2);
        preview[preview.length - 2] = "--preview";
        preview[preview.length - 1] = "2";
        assertThat(run(preview))
                .contains("row 0: 20 tokens, 2 with loss", "[0][<|im_end|>]", "[1][<|im_end|>]")
                .doesNotContain("[2]");
        assertThat(files()).isEqualTo(before);
    }

    private void everyDryRunWritesNothing(String[]... commands) {
        for (String[] command : commands) {
            Set<Path> before = files();
            String[] dry = new String[command.length + 1];
            int words = Set.of("mask", "ticket").contains(command[0]) ? 2 : 1;
            System.arraycopy(command, 0, dry, 0, words);
            dry[words] = "--dry-run";
            System.arraycopy(command, words, dry, words + 1, command.length - words);
            assertThat(run(dry)).startsWith("dry run: nothing is trained or written\n");
            assertThat(files()).isEqualTo(before);
        }
    }

    private Set<Path> files() {
        try (var files = Files.walk(folder)) {
            return files.collect(Collectors.toSet());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String run(String... args) {
        Cli cli = new Cli(Commands.standard());
        assertThat(cli.run(args)).as(cli::err).isZero();
        return cli.out();
    }

    private Path at(String name) {
        return folder.resolve(name);
    }
}
