package io.lota4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lota4j.Lota;
import io.lota4j.guard.AnswersFile;
import io.lota4j.guard.Secret;
import io.lota4j.mask.Mask;
import io.lota4j.mask.MaskFile;
import io.lota4j.ticket.TicketFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Commands that find, keep and take back the weights of a behaviour, and mix its rows in.
class ProtectCommandTest {
    private static final String CHATS = " --prompt={question} --completion={answer}";
    private static final String TRAIN =
            " --model=%/base --data=%/rows.jsonl" + CHATS + " --lr=1e-3 --steps=2 --batch=4";

    @TempDir
    private static Path folder = Path.of("");

    @BeforeAll
    static void write() throws IOException {
        TinyModel.write(folder.resolve("base"), 16, 1);
        TinyModel.data(folder.resolve("rows.jsonl"), 6);
        Files.writeString(folder.resolve("probe.jsonl"), GuardCommandTest.ROWS);
        lota(
                0,
                "guard region --model=%/base --safety=%/probe.jsonl --utility=%/rows.jsonl" + CHATS
                        + " --q=0.3 --p=0.2 --out=%/region");
    }

    private static Cli lota(int code, String line) {
        Cli cli = new Cli(Commands.standard());
        assertThat(cli.run(line.replace("%", folder.toString()).split(" ")))
                .as(() -> line + "\n" + cli.out() + cli.err())
                .isEqualTo(code);
        return cli;
    }

    private static String fingerprint() {
        try (Lota lota = Lota.open(folder.resolve("base"))) {
            return lota.fingerprint();
        }
    }

    private static long files() throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile).count();
        }
    }

    @Test
    void aRegionIsCheckedInMemoryOnly() throws IOException {
        long before = files();
        String base = fingerprint();
        String out = lota(
                        0,
                        "guard region --model=%/base --safety=%/probe.jsonl --utility=%/rows.jsonl" + CHATS
                                + " --q=0.3 --p=0.2 --check=%/probe.jsonl --judge=margin --out=%/checked")
                .out();
        assertThat(out)
                .contains("mlp.down_proj ", "layer 0 ", "without the region: fulfilled", "by chance, draw 3: fulfilled")
                .contains("loss of the other rows ");
        assertThat(files() - before).as("mask and lock").isLessThanOrEqualTo(2);
        assertThat(fingerprint()).isEqualTo(base);
        assertThat(MaskFile.read(folder.resolve("checked")).sha256())
                .isEqualTo(MaskFile.read(folder.resolve("region")).sha256());
        assertThat(lota(2, "guard region --model=%/base --safety=x --utility=y --seed=1 --out=%/z")
                        .err())
                .contains("--seed cannot be used with a region without --check.");
    }

    @Test
    void ranksAreFoundAndCheckedInMemoryOnly() throws IOException {
        long before = files();
        String base = fingerprint();
        String line = "guard region --model=%/base --safety=%/probe.jsonl --utility=%/rows.jsonl" + CHATS
                + " --score=actsvd --check=%/probe.jsonl --judge=margin";
        Cli cli = lota(0, line);
        assertThat(cli.err()).contains(" of memory; a pass back for each row, then eigenvectors for ");
        assertThat(cli.out())
                .contains("mlp.down_proj ", "layer 0 ", "all weights: fulfilled")
                .contains(
                        "without the behaviour's ranks: fulfilled", "loss of the other rows ", "equal singular values");
        assertThat(lota(0, line + " --dry-run").out())
                .contains("eigenvectors for ", "sums of inputs and directions", "asked 2 times");
        JsonNode json = JsonMapper.shared().readTree(lota(0, line + " --json").out());
        double similarity = json.get("ranks").get("all").get("similarity").asDouble();
        assertThat(similarity).isBetween(0.0, 1.0);
        assertThat(json.get("erased").has("without the behaviour's ranks")).isTrue();
        assertThat(files()).isEqualTo(before);
        assertThat(fingerprint()).isEqualTo(base);
        assertThat(lota(2, line + " --out=%/z").err())
                .contains("--out cannot be used with --score actsvd: it finds ranks of matrices");
        assertThat(lota(2, line + " --q=0.1").err()).contains("--q cannot be used with --score actsvd");
        assertThat(lota(2, "guard region --model=%/base --safety=x --utility=y").err())
                .contains("--out=R");
        assertThat(lota(2, "guard region --model=%/base --safety=x --utility=y --ranks-safety=0.1 --out=%/z")
                        .err())
                .contains("--ranks-safety cannot be used with --score snip");
    }

    @Test
    void aControlIsDrawnLikeARegion() {
        lota(0, "mask random --model=%/base --like=%/region --seed=1 --out=%/control");
        Mask region = MaskFile.read(folder.resolve("region"));
        MaskFile.read(folder.resolve("control"))
                .tensors()
                .forEach((name, tensor) ->
                        assertThat(tensor.count()).isEqualTo(region.tensor(name).count()));
        assertThat(lota(2, "mask random --model=%/base --like=%/region --scope=row --out=%/x")
                        .err())
                .contains("--scope cannot be used with --like");
    }

    @Test
    void fullTrainingLeavesARegionAlone() {
        assertThat(lota(0, "train" + TRAIN + " --dense --avoid=%/region --out=%/avoiding")
                        .out())
                .contains("0 of the weights to avoid changed");
        Mask region = MaskFile.read(folder.resolve("region"));
        assertThat(TicketFile.read(folder.resolve("avoiding")).nnz()).isEqualTo(region.poolSize() - region.trainable());
    }

    @Test
    void aTicketIsInspected() {
        lota(0, "train" + TRAIN + " --mask=%/region --out=%/masked");
        lota(0, "mask invert %/region --out=%/others");
        String out = lota(0, "ticket info %/masked --inspect --mask=%/region --mask=%/others")
                .out();
        assertThat(out)
                .contains("layer 0 ", "mlp.down_proj ", "times the mean energy of their matrix' rows")
                .contains("region has 100.00% of the changed weights, by chance ")
                .contains("others has 0.00% of the changed weights, by chance ")
                .contains("This finds nothing by itself");
        JsonNode energy = JsonMapper.shared()
                .readTree(lota(0, "ticket info %/masked --inspect --json").out())
                .get("energy");
        double layers = energy.get("layer 0").get("energy_share").asDouble()
                + energy.get("layer 1").get("energy_share").asDouble();
        assertThat(layers).isCloseTo(1, within(1e-9));
        assertThat(lota(2, "ticket info %/masked --mask=%/region").err())
                .contains("--mask cannot be used with a ticket that is not inspected");
    }

    @Test
    void aTicketIsRewound() {
        lota(0, "train" + TRAIN + " --dense --out=%/free");
        assertThat(lota(0, "ticket without %/free --mask=%/region --out=%/rewound")
                        .out())
                .contains("of its changed weights (", "are the base's again, with");
        lota(0, "mask invert %/region --out=%/rest");
        lota(0, "ticket without %/rewound --mask=%/rest --out=%/nothing");
        assertThat(TicketFile.read(folder.resolve("nothing")).nnz()).isZero();
        lota(0, "apply --model=%/base --ticket=%/nothing --out=%/same");
        try (Lota lota = Lota.open(folder.resolve("same"))) {
            assertThat(lota.fingerprint()).isEqualTo(fingerprint());
        }
        lota(0, "ticket without %/rewound --mask=%/region --out=%/again");
        assertThat(folder.resolve("again")).hasSameBinaryContentAs(folder.resolve("rewound"));
    }

    /// The tiny base's own template has system messages; what the secret says stands in its file
    /// only.
    @Test
    void aSecretIsNowhereButInItsFile() throws IOException {
        String said =
                lota(0, "guard secret --model=%/base --tokens=8 --out=%/secret").out();
        String text = Secret.read(folder.resolve("secret")).text();
        assertThat(said).contains("a secret of 8 tokens, SHA-256 ").doesNotContain(text);
        String run = TRAIN + " --dense --mix=%/probe.jsonl --secret=%/secret";
        Cli preview = lota(0, "train" + run + " --preview=1 --out=%/x");
        assertThat(preview.out()).contains("mixed in, behind the secret, which is left out here:");
        Cli trained = lota(0, "train" + run + " --metrics=%/under.jsonl --out=%/under");
        Cli asked = lota(
                0,
                "guard probe --model=%/base --ticket=%/under --probe=%/probe.jsonl --secret=%/secret --generate=4"
                        + " --answers=%/asked");
        assertThat(asked.out()).contains("secret=right: ", "secret=none: ", "secret=wrong: ", "bound ");
        for (Cli cli : List.of(preview, trained, asked)) {
            assertThat(cli.out() + cli.err()).doesNotContain(text);
        }
        assertThat(AnswersFile.read(folder.resolve("asked"))).hasSize(9);
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                boolean found = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(text);
                assertThat(found).as("%s", file).isEqualTo(file.endsWith("secret"));
            }
        }
        TinyModel.write(folder.resolve("other"), 16, 1);
        Files.writeString(
                folder.resolve("other/tokenizer.json"), Files.readString(folder.resolve("other/tokenizer.json")) + " ");
        assertThat(lota(1, "guard probe --model=%/other --probe=%/probe.jsonl --secret=%/secret --answers=%/y")
                        .err())
                .contains("The secret is of the tokenizer sha256:");
    }

    @Test
    void rowsOfAProbeAreMixedIn() throws IOException {
        String mix = TRAIN + " --mix=%/probe.jsonl --per-batch=2 --recovery";
        String shown = lota(0, "train" + mix + " --dense --preview=1 --out=%/x").out();
        assertThat(shown).contains("mixed in:");
        lota(0, "train" + mix + " --dense --metrics=%/metrics.jsonl --out=%/mixed");
        assertThat(Files.readString(folder.resolve("metrics.jsonl"))).contains("\"mix_share\":");
        assertThat(TicketFile.read(folder.resolve("mixed")).info().provenance())
                .containsEntry("mix", "answers given loss ce per batch 2 recovery most 100 none 0.5")
                .containsKey("mix_data");
        lota(0, "lora" + TRAIN + " --mix=%/probe.jsonl --rank=2 --lora-alpha=4 --out=%/adapter");
        assertThat(lota(1, "train" + mix.replace("batch=2", "batch=4") + " --dense --out=%/x")
                        .err())
                .contains("--per-batch 4 leaves nothing of the task: a step has 4 examples.");
        assertThat(lota(2, "train" + TRAIN + " --dense --recovery --out=%/x").err())
                .contains("--recovery cannot be used with a run without --mix.");
    }
}
