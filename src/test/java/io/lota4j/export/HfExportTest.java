package io.lota4j.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.Golden;
import io.lota4j.LotaException;
import io.lota4j.checkpoint.DType;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.export.ExportInput;
import io.lota4j.ticket.RandomTickets;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.Tickets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HfExportTest {
    private static final Export HF = Exports.of("hf");

    @TempDir
    private Path directory = Path.of("");

    private final Checkpoint base = Checkpoint.open(Golden.path("models/llama-bf16-sharded"));
    private final Ticket ticket = RandomTickets.gentle(base, 1);

    @AfterEach
    void close() {
        base.close();
    }

    @Test
    void withoutSettingsItIsWhatApplyWrites() throws IOException {
        write(ExportOptions.DEFAULTS, "exported");
        Tickets.apply(base, ticket, directory.resolve("applied"));
        try (var files = Files.list(directory.resolve("applied"))) {
            for (Path file : files.toList()) {
                assertThat(directory.resolve("exported").resolve(file.getFileName()))
                        .hasSameBinaryContentAs(file);
            }
        }
    }

    @Test
    void smallShardsHoldTheSameAndAreReverted() throws IOException {
        write(options(ExportType.F32, 20_000), "small");
        write(options(ExportType.F32, Long.MAX_VALUE), "plain");
        try (Checkpoint small = Checkpoint.open(directory.resolve("small"));
                Checkpoint plain = Checkpoint.open(directory.resolve("plain"))) {
            assertThat(small.fingerprint()).isEqualTo(plain.fingerprint());
            assertThat(small.shardFiles()).hasSizeGreaterThan(plain.shardFiles().size());
            for (Path shard : small.shardFiles()) {
                long bytes = small.tensors().values().stream()
                        .filter(info -> small.shardOf(info.name()).equals(shard))
                        .mapToLong(info -> info.bytes())
                        .sum();
                long tensors = small.tensors().keySet().stream()
                        .filter(name -> small.shardOf(name).equals(shard))
                        .count();
                assertThat(bytes <= 20_000 || tensors == 1).as("%s", shard).isTrue();
            }
            assertThat(small.info("model.layers.0.mlp.up_proj.weight").dtype()).isEqualTo(DType.F32);
        }
        Tickets.revert(directory.resolve("small"), ticket, directory.resolve("back"));
        try (Checkpoint back = Checkpoint.open(directory.resolve("back"))) {
            assertThat(back.fingerprint()).isEqualTo(base.fingerprint());
        }
    }

    @Test
    void theCardSaysWhatItIsMadeOf() throws IOException {
        Path scores = Files.writeString(
                directory.resolve("sql-test.json"),
                "{\"loss\": 0.25, \"examples\": 160, \"accuracy\": 0.5, \"data_sha256\": \"abc\"}");
        write(
                new ExportOptions(
                        Optional.empty(),
                        Long.MAX_VALUE,
                        List.of(scores),
                        List.of("owner/sql"),
                        Optional.of("owner/base"),
                        Optional.empty()),
                "described");
        assertThat(directory.resolve("described/README.md"))
                .content()
                .startsWith("---\nbase_model: owner/base\nbase_model_relation: finetune\nlibrary_name: transformers\n"
                        + "tags:\n- lota\n- sparse\ndatasets:\n- owner/sql\n---\n")
                .contains(
                        "| sql-test.json | 160 | 0.2500 | 50.00% | abc |",
                        base.fingerprint().hex(), "| source | random |")
                .doesNotContain(directory.toString());
    }

    @Test
    void refusals() throws IOException {
        Path scores = Files.writeString(directory.resolve("s.json"), "{\"loss\": -1}");
        ExportOptions wrong = new ExportOptions(
                Optional.empty(), Long.MAX_VALUE, List.of(scores), List.of(), Optional.empty(), Optional.empty());
        refused(wrong, "s.json: \"examples\" must be a whole number over 0");
        refused(options(ExportType.Q8_0, Long.MAX_VALUE), "are written as F32, BF16, F16, not as Q8_0.");
        assertThatThrownBy(() -> Exports.of("hff"))
                .isInstanceOf(LotaException.class)
                .hasMessageContaining("There is no export 'hff'; there are hf")
                .hasMessageEndingWith("Did you mean 'hf'?");
    }

    private void refused(ExportOptions options, String why) {
        assertThatThrownBy(() -> HF.prepare(new ExportInput(base, List.of(ticket)), options))
                .isInstanceOf(LotaException.class)
                .hasMessageContaining(why);
    }

    private static ExportOptions options(ExportType type, long mostBytes) {
        return new ExportOptions(
                Optional.of(type), mostBytes, List.of(), List.of(), Optional.empty(), Optional.empty());
    }

    private Exported write(ExportOptions options, String folder) {
        return HF.prepare(new ExportInput(base, List.of(ticket)), options).write(directory.resolve(folder));
    }
}
