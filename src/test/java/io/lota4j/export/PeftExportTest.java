package io.lota4j.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.Golden;
import io.lota4j.LotaException;
import io.lota4j.checkpoint.DType;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.checkpoint.SafetensorsFile;
import io.lota4j.internal.export.ExportInput;
import io.lota4j.internal.peft.AdapterFolder;
import io.lota4j.ticket.RandomTickets;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.TicketTensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.roaringbitmap.RoaringBitmap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Tickets as PEFT's sparse adapters: what PEFT itself wrote, written again, and what comes back when it is read.
class PeftExportTest {
    private static final Export PEFT = Exports.of("peft");
    private static final String UP = "model.layers.0.mlp.up_proj.weight";

    @TempDir
    private Path directory = Path.of("");

    /// Imported and exported again, an adapter that PEFT wrote has the same settings, shapes and changes.
    @ParameterizedTest
    @ValueSource(strings = {"SHIRA", "SUPERTUNING"})
    void whatPeftWroteComesOutAgain(String type) throws IOException {
        for (Path golden : goldens(type)) {
            try (Checkpoint base = Checkpoint.open(Golden.path("models/llama-tied"))) {
                Path out = directory.resolve(golden.getFileName());
                Ticket ticket = AdapterTicket.of(base, golden).ticket();
                write(base, ticket, Optional.of(type), out);
                JsonNode before = config(golden);
                JsonNode after = config(out);
                assertThat(after.path("r").toString())
                        .isEqualTo(
                                before.path("r").isNull()
                                        ? ""
                                        : before.path("r").toString());
                try (SafetensorsFile theirs = SafetensorsFile.open(golden.resolve(AdapterFolder.WEIGHTS));
                        SafetensorsFile ours = SafetensorsFile.open(out.resolve(AdapterFolder.WEIGHTS))) {
                    assertThat(ours.tensors().keySet())
                            .isEqualTo(theirs.tensors().keySet());
                    theirs.tensors().forEach((name, info) -> {
                        assertThat(ours.info(name).shape()).as(name).isEqualTo(info.shape());
                        assertThat(ours.info(name).dtype()).as(name).isEqualTo(info.dtype());
                    });
                }
                assertThat(AdapterTicket.of(base, out).ticket().tensors()).isEqualTo(ticket.tensors());
            }
        }
    }

    private static List<Path> goldens(String type) throws IOException {
        try (var folders = Files.list(Golden.path("peft"))) {
            List<Path> found = folders.filter(folder ->
                            config(folder).path("peft_type").stringValue().equals(type))
                    .toList();
            assertThat(found).isNotEmpty();
            return found;
        }
    }

    @ParameterizedTest
    @CsvSource({"llama-tied, SHIRA", "llama-tied, SUPERTUNING", "llama-bf16-sharded,", "qwen3,", "phi3,"})
    void comesBackAsItWas(String model, String type) throws IOException {
        try (Checkpoint base = Checkpoint.open(Golden.path("models/" + model))) {
            Ticket ticket = sparse(base, 40);
            write(base, ticket, Optional.ofNullable(type), directory.resolve("a"));
            Ticket back = AdapterTicket.of(base, directory.resolve("a")).ticket();
            ticket.tensors().forEach((name, tensor) -> {
                TicketTensor found = back.tensors().get(name);
                assertThat(found == null ? 0 : found.nnz()).as(name).isEqualTo(tensor.nnz());
                if (found != null) {
                    assertThat(found.index()).isEqualTo(tensor.index());
                    assertThat(found.values()).isEqualTo(tensor.values());
                }
            });
            assertThat(directory.resolve("a/README.md"))
                    .content()
                    .contains(
                            "library_name: peft\n",
                            "| source | random |",
                            base.fingerprint().hex());
        }
    }

    @Test
    void everyMatrixHasAsManyEntriesAsPeftExpects() throws IOException {
        try (Checkpoint base = Checkpoint.open(Golden.path("models/llama-tied"))) {
            Ticket ticket = sparse(base, 40);
            for (String type : List.of("SHIRA", "SUPERTUNING")) {
                Path out = directory.resolve(type);
                write(base, ticket, Optional.of(type), out);
                JsonNode config = config(out);
                try (SafetensorsFile file = SafetensorsFile.open(out.resolve(AdapterFolder.WEIGHTS))) {
                    ticket.tensors().forEach((name, tensor) -> {
                        if (tensor.nnz() == 0) {
                            return;
                        }
                        Shape shape = tensor.shape();
                        String module = "base_model.model." + name.replace(".weight", "");
                        if (type.equals("SHIRA")) {
                            long count = config.path("r").longValue() * (shape.dim(0) + shape.dim(1));
                            assertThat(file.info(module + ".shira_indices").shape())
                                    .isEqualTo(Shape.of(2, count));
                        } else {
                            long count = (long) (shape.numel()
                                    * (1 - config.path("sparsity").doubleValue()));
                            assertThat(file.info(module + ".supertuning_values").shape())
                                    .isEqualTo(Shape.of(count));
                            assertThat(count).isGreaterThanOrEqualTo(tensor.nnz());
                        }
                    });
                }
            }
        }
    }

    @Test
    void whatPeftsMethodsCannotHoldIsRefused() {
        try (Checkpoint base = Checkpoint.open(Golden.path("models/llama-tied"))) {
            refused(base, one(base, "model.embed_tokens.weight"), Optional.empty(), "is an embedding, a router");
            refused(base, one(base, "model.norm.weight"), Optional.empty(), "is no matrix");
            refused(base, RandomTickets.gentle(base, 3), Optional.of("SHIRA"), "SUPERTUNING can hold this ticket.");
            refused(
                    base,
                    one(base, UP),
                    Optional.of("SHIRE"),
                    "one of the types SHIRA, SUPERTUNING, not 'SHIRE'. Did you mean 'SHIRA'?");
        }
        try (Checkpoint base = Checkpoint.open(Golden.path("models/gpt2"))) {
            refused(base, sparse(base, 40), Optional.empty(), "matrices are transposed (Conv1D)");
        }
        try (Checkpoint base = Checkpoint.open(Golden.path("models/qwen3-moe"))) {
            refused(base, sparse(base, 40), Optional.empty(), "belongs to an expert");
        }
    }

    private static void refused(Checkpoint base, Ticket ticket, Optional<String> type, String why) {
        assertThatThrownBy(() -> PEFT.prepare(new ExportInput(base, List.of(ticket)), options(type)))
                .isInstanceOf(LotaException.class)
                .hasMessageContaining(why);
    }

    private static void write(Checkpoint base, Ticket ticket, Optional<String> type, Path out) {
        PEFT.prepare(new ExportInput(base, List.of(ticket)), options(type)).write(out);
    }

    private static ExportOptions options(Optional<String> type) {
        ExportOptions none = ExportOptions.DEFAULTS;
        return new ExportOptions(none.type(), none.mostBytes(), none.scores(), none.datasets(), none.baseName(), type);
    }

    /// Every so many weights of the default pool; of the first matrix none.
    static Ticket sparse(Checkpoint base, int every) {
        Ticket dense = RandomTickets.gentle(base, 1);
        Map<String, TicketTensor> tensors = new TreeMap<>();
        dense.tensors().forEach((name, tensor) -> {
            RoaringBitmap index = new RoaringBitmap();
            for (int i = tensors.isEmpty() ? Integer.MAX_VALUE : 3;
                    i < tensor.shape().numel();
                    i += every) {
                index.add(i);
            }
            float[] values = new float[index.getCardinality()];
            for (int i = 0; i < values.length; i++) {
                values[i] = (i % 7 + 1) * 1e-3f;
            }
            tensors.put(name, new TicketTensor(tensor.shape(), DType.F32, index, values, tensor.baseType()));
        });
        return new Ticket(dense.info(), tensors);
    }

    private static Ticket one(Checkpoint base, String name) {
        TicketTensor tensor = new TicketTensor(
                base.info(name).shape(),
                DType.F32,
                RoaringBitmap.bitmapOf(1),
                new float[] {1},
                base.info(name).dtype());
        return new Ticket(RandomTickets.gentle(base, 1).info(), Map.of(name, tensor));
    }

    private static JsonNode config(Path folder) {
        try {
            return JsonMapper.shared().readTree(Files.readString(folder.resolve(AdapterFolder.CONFIG)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
