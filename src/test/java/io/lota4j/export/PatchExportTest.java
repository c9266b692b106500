package io.lota4j.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.Golden;
import io.lota4j.LotaException;
import io.lota4j.checkpoint.DType;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.checkpoint.SafetensorsFile;
import io.lota4j.internal.export.ExportInput;
import io.lota4j.ticket.RandomTickets;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.Tickets;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A patch, put on the base as a server does it, is what `apply` writes; its reverse gives the base.
class PatchExportTest {
    private static final Export PATCH = Exports.of("patch");

    @TempDir
    private Path directory = Path.of("");

    @ParameterizedTest
    @CsvSource({"llama-bf16-sharded,", "llama-bf16-sharded, F32", "llama-tied, BF16", "gemma3,"})
    void patchedAndUndone(String model, ExportType type) {
        try (Checkpoint base = Checkpoint.open(Golden.path("models/" + model))) {
            Ticket ticket = RandomTickets.wild(base, 2);
            ExportOptions options = type == null ? ExportOptions.DEFAULTS : ExportOptions.DEFAULTS.as(type);
            Path out = directory.resolve("patch");
            PATCH.prepare(new ExportInput(base, List.of(ticket)), options).write(out);
            Optional<DType> stored = options.type().map(ExportType::stored);
            Tickets.apply(base, ticket, stored, directory.resolve("tuned"));
            // Tickets without a delta: the base in the type that the patch is for.
            Tickets.apply(base, new Ticket(ticket.info(), Map.of()), stored, directory.resolve("same"));
            try (Checkpoint tuned = Checkpoint.open(directory.resolve("tuned"));
                    Checkpoint before = Checkpoint.open(directory.resolve("same"))) {
                Map<String, MemorySegment> server = new HashMap<>();
                before.tensors()
                        .keySet()
                        .forEach(name -> server.put(
                                name, MemorySegment.ofArray(before.bytes(name).toArray(ValueLayout.JAVA_BYTE))));
                int patched = patch(server, out.resolve("patch.safetensors"));
                assertThat(patched).isPositive();
                requireEqual(server, tuned);
                assertThat(patch(server, out.resolve("reverse.safetensors"))).isEqualTo(patched);
                requireEqual(server, before);
            }
        }
    }

    private static void requireEqual(Map<String, MemorySegment> server, Checkpoint model) {
        server.forEach((name, bytes) ->
                assertThat(bytes.mismatch(model.bytes(name))).as(name).isEqualTo(-1));
    }

    private static int patch(Map<String, MemorySegment> server, Path file) {
        int patched = 0;
        try (SafetensorsFile patch = SafetensorsFile.open(file)) {
            assertThat(patch.metadata()).containsEntry("format", "lota4j.patch").containsKey("base");
            for (String key : patch.tensors().keySet()) {
                if (key.endsWith(".values")) {
                    MemorySegment values = patch.bytes(key);
                    MemorySegment indices = patch.bytes(key.replaceFirst("values$", "indices"));
                    MemorySegment weights = server.get(key.replaceFirst("\\.values$", ""));
                    int size = patch.info(key).dtype().size();
                    int count = (int) (values.byteSize() / size);
                    for (int i = 0; i < count; i++) {
                        int at = indices.get(ValueLayout.JAVA_INT_UNALIGNED, 4L * i);
                        MemorySegment.copy(values, (long) i * size, weights, (long) at * size, size);
                    }
                    patched += count;
                }
            }
        }
        return patched;
    }

    @Test
    void aTicketThatChangesNothingIsNoPatch() {
        try (Checkpoint base = Checkpoint.open(Golden.path("models/llama-tied"))) {
            Ticket nothing = new Ticket(RandomTickets.wild(base, 1).info(), Map.of());
            assertThatThrownBy(() -> PATCH.prepare(new ExportInput(base, List.of(nothing)), ExportOptions.DEFAULTS))
                    .isInstanceOf(LotaException.class)
                    .hasMessageContaining("nothing to patch");
        }
    }
}
