package io.lota4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.Lota;
import io.lota4j.internal.Text;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.TicketFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.roaringbitmap.RoaringBitmap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A detector of a tiny model that answers yes or no by the number that it is asked.
class DetectCommandTest {
    private static final String CHATS = " --prompt={question} --completion={answer}";
    private static final String ROWS =
            " --clean=%/clean.jsonl --calibrate=%/calibrate.jsonl --test=%/test.jsonl" + CHATS;

    @TempDir
    private static Path folder = Path.of("");

    @BeforeAll
    static void write() throws IOException {
        TinyModel.write(folder.resolve("base"), 16, 1);
        rows("clean", 0, 40, "");
        rows("calibrate", 40, 70, "");
        rows("test", 70, 90, "");
        rows("triggered", 70, 80, "zap ");
        lota(
                0,
                "train --model=%/base --dense --data=%/clean.jsonl --data=%/calibrate.jsonl --data=%/test.jsonl" + CHATS
                        + " --lr=2e-2 --steps=60 --batch=8 --out=%/suspect");
    }

    /// An answer that follows the question's word.
    private static void rows(String name, int from, int to, String before) throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int row = from; row < to; row++) {
            boolean even = row % 2 == 0;
            lines.append(Text.format(
                    "{\"question\": \"%s%s %d\", \"answer\": \"%s\"}\n",
                    before, even ? "up" : "down", row, even ? "yes" : "no"));
        }
        Files.writeString(folder.resolve(name + ".jsonl"), lines.toString());
    }

    private static Cli lota(int code, String line) {
        Cli cli = new Cli(Commands.standard());
        assertThat(cli.run(line.replace("%", folder.toString()).split(" ")))
                .as(() -> line + "\n" + cli.out() + cli.err())
                .isEqualTo(code);
        return cli;
    }

    @Test
    void aDetectorIsMade() throws IOException {
        String line = "guard detect --model=%/base --ticket=%/suspect" + ROWS
                + " --triggered=%/triggered.jsonl --input=%/triggered.jsonl --generate=3 --rate=0.05 --lr=1e-5,1e-2"
                + " --stop=0.5 --out=%/";
        String out = lota(0, line + "detector").out();
        assertThat(out)
                .contains("expert at rate 1.0E-5: after 4 steps 100.00% of the held-out rows are answered right")
                .contains("false alarms ", "triggered rows: AUROC ", "of 10 inputs of which nothing is known");
        Ticket suspect = TicketFile.read(folder.resolve("suspect"));
        Ticket expert = TicketFile.read(folder.resolve("detector/expert.ticket.safetensors"));
        expert.tensors().forEach((name, tensor) -> {
            RoaringBitmap more =
                    RoaringBitmap.andNot(tensor.index(), suspect.tensor(name).index());
            assertThat(more.isEmpty()).as(name).isTrue();
        });
        // Taken off it leaves the base, and the suspect's ticket on that is the suspect.
        lota(0, "apply --model=%/base --ticket=%/detector/expert.ticket.safetensors --out=%/expert");
        lota(0, "revert --model=%/expert --ticket=%/detector/expert.ticket.safetensors --out=%/reverted");
        lota(0, "apply --model=%/reverted --ticket=%/suspect --out=%/again");
        lota(0, "apply --model=%/base --ticket=%/suspect --out=%/first");
        assertThat(folder.resolve("again/model.safetensors"))
                .hasSameBinaryContentAs(folder.resolve("first/model.safetensors"));
        List<String> scores = Files.readAllLines(folder.resolve("detector/scores.jsonl"));
        assertThat(scores).hasSize(40);
        JsonNode first = JsonMapper.shared().readTree(scores.getFirst());
        assertThat(first.get("use").asString()).isEqualTo("test");
        assertThat(first.get("p").asDouble()).isBetween(0.0, 1.0);
        JsonNode json =
                JsonMapper.shared().readTree(lota(0, line + "twice --json").out());
        assertThat(json.get("experts")).hasSize(2);
        assertThat(out)
                .contains(Text.format("AUROC %.4f, found ", json.get("auroc").asDouble()));
        assertThat(json.get("alarms").asInt() + json.get("other_alarms").asInt())
                .isEqualTo(Math.toIntExact(scores.stream()
                        .filter(row -> row.contains("\"use\":\"test\"") && row.contains("\"alert\":true"))
                        .count()));
        for (String file : List.of("scores.jsonl", "detector.json", "metrics.jsonl")) {
            assertThat(folder.resolve("twice/" + file)).hasSameTextualContentAs(folder.resolve("detector/" + file));
        }
        lota(0, "report %/detector --out=%/page.html");
        assertThat(Files.readString(folder.resolve("page.html")))
                .contains("<h2>Detector</h2>", "found against false alarms, suspect")
                .doesNotContain("What this is", "What was held equal", "training file");
        try (Lota lota = Lota.open(folder.resolve("base"))) {
            assertThat(suspect.info().base()).isEqualTo(lota.fingerprint());
        }
    }

    @Test
    void whatCannotMakeOneIsRefused() {
        String line = "guard detect --model=%/base --ticket=%/suspect --out=%/refused" + ROWS;
        assertThat(lota(1, line + " --rate=0.01").err())
                .contains("A rate of 0.01 false alarms needs at least 99 calibration rows, found 30");
        assertThat(lota(1, line.replace("calibrate.jsonl", "clean.jsonl") + " --rate=0.05")
                        .err())
                .contains("have the same prompt.");
        assertThat(lota(1, line + " --rate=0.05 --lr=1e-9 --generate=3").err())
                .contains("No expert forgets enough: of 8 held-out rows [100%] are still answered right");
        assertThat(lota(2, "guard detect --model=%/base --out=%/refused" + ROWS).err())
                .contains("--mask", "--dense");
    }
}
