package io.lota4j.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lota4j.Golden;
import io.lota4j.LotaException;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.export.ExportInput;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.Tickets;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Adapters as PEFT wrote them, imported as tickets and applied, against what PEFT merged.
class AdapterTicketGoldenTest {
    @TempDir
    private Path directory = Path.of("");

    static List<String> adapters() throws IOException {
        try (var folders = Files.list(Golden.path("peft"))) {
            return folders.map(folder -> "peft/" + folder.getFileName())
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("adapters")
    void appliedTicketsAreWhatPeftMerges(String adapter) {
        compare(adapter, "models/llama-tied", adapter + "/golden.safetensors", "merged.", 0);
    }

    /// As [io.lota4j.internal.merge.source.SourcePeftKindsTest] explains the differences.
    @ParameterizedTest
    @CsvSource({
        "dora, models/llama-tied, 1.2e-7",
        "rslora, models/llama-tied, 0",
        "patterns, models/llama-tied, 0",
        "saved, models/llama-tied, 0",
        "supra, models/llama-tied, 1.2e-7",
        "shira-twice, models/llama-tied, 6e-8",
        "fan-in, peft-kinds/fan-in-base, 0",
        "fan-in-dora, peft-kinds/fan-in-base, 1.8e-7",
    })
    void everyKind(String kind, String base, float tolerance) {
        compare("peft-kinds/" + kind, base, "peft-kinds/" + kind + "/merged.safetensors", "", tolerance);
    }

    @Test
    void anotherBaseIsToldByItsFingerprintOrItsName() throws IOException {
        Path base = Golden.path("models/llama-tied");
        try (Checkpoint tied = Checkpoint.open(base);
                Checkpoint other = Checkpoint.open(changed(base, directory.resolve("other")))) {
            Path shira = Golden.path("peft/shira");
            assertThat(AdapterTicket.of(tied, shira).doubts()).isEmpty();
            assertThat(AdapterTicket.of(other, shira).doubts())
                    .singleElement()
                    .asString()
                    .contains("'base_model_name_or_path' is 'shared/golden/models/llama-tied'")
                    .contains("the base in use is 'other'");

            // What was exported says more than a name.
            Path exported = directory.resolve("exported");
            Ticket ticket = PeftExportTest.sparse(tied, 40);
            Exports.of("peft")
                    .prepare(new ExportInput(tied, List.of(ticket)), ExportOptions.DEFAULTS)
                    .write(exported);
            Path renamed = Files.createSymbolicLink(directory.resolve("renamed"), base);
            try (Checkpoint same = Checkpoint.open(renamed)) {
                assertThat(AdapterTicket.of(same, exported).doubts()).isEmpty();
            }
            assertThat(AdapterTicket.of(other, exported).doubts())
                    .singleElement()
                    .asString()
                    .contains("was written for the base with fingerprint "
                            + tied.fingerprint().hex())
                    .contains(other.fingerprint().hex());
        }
    }

    /// A model with one other weight.
    private static Path changed(Path model, Path out) throws IOException {
        Files.createDirectory(out);
        Files.copy(model.resolve("config.json"), out.resolve("config.json"));
        byte[] weights = Files.readAllBytes(model.resolve("model.safetensors"));
        weights[weights.length - 4] ^= 1;
        Files.write(out.resolve("model.safetensors"), weights);
        return out;
    }

    private void compare(String adapter, String model, String golden, String prefix, float tolerance) {
        try (Checkpoint base = Checkpoint.open(Golden.path(model));
                Golden peft = Golden.open(golden)) {
            Ticket ticket = AdapterTicket.of(base, Golden.path(adapter)).ticket();
            assertThat(ticket.info().provenance())
                    .containsEntry("source", "import")
                    .containsKey("adapter_sha256");
            Tickets.apply(base, ticket, directory.resolve("tuned"));
            int compared = 0;
            try (Checkpoint tuned = Checkpoint.open(directory.resolve("tuned"))) {
                for (String name : tuned.tensors().keySet()) {
                    if (peft.file().tensors().containsKey(prefix + name)) {
                        float[] found = new float[(int) tuned.info(name).shape().numel()];
                        tuned.read(name, MemorySegment.ofArray(found));
                        assertThat(found).as(name).containsExactly(peft.floats(prefix + name), within(tolerance));
                        compared++;
                    }
                }
            }
            assertThat(compared)
                    .isPositive()
                    .isGreaterThanOrEqualTo(ticket.tensors().size());
            Tickets.revert(directory.resolve("tuned"), ticket, directory.resolve("back"));
        }
    }

    @Test
    void aHeadThatTheBaseDoesNotHaveIsRefused() {
        try (Checkpoint base = Checkpoint.open(Golden.path("merge-recipes/models/z"))) {
            assertThatThrownBy(() -> AdapterTicket.of(base, Golden.path("peft-kinds/head")))
                    .isInstanceOf(LotaException.class)
                    .hasMessageContaining("changes tensor 'lm_head.weight', which the base")
                    .hasMessageEndingWith("merge the adapter into its base as a whole model.");
        }
    }

    @Test
    void aFolderWithoutAnAdapterIsRefused() {
        try (Checkpoint base = Checkpoint.open(Golden.path("models/llama-tied"))) {
            assertThatThrownBy(() -> AdapterTicket.of(base, directory))
                    .isInstanceOf(LotaException.class)
                    .hasMessage(directory + " holds no adapter: there is no adapter_config.json in it.");
        }
    }
}
