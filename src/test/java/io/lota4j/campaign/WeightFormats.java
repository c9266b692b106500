package io.lota4j.campaign;

import io.lota4j.Golden;
import io.lota4j.LotaException;
import io.lota4j.campaign.HostileFormat.Syntax;
import io.lota4j.checkpoint.DType;
import io.lota4j.checkpoint.Shape;
import io.lota4j.export.AdapterTicket;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.checkpoint.Quantized;
import io.lota4j.internal.checkpoint.SafetensorsFile;
import io.lota4j.internal.checkpoint.SafetensorsWriter;
import io.lota4j.internal.checkpoint.TensorSource;
import io.lota4j.internal.checkpoint.TestModels;
import io.lota4j.internal.mask.RandomMask;
import io.lota4j.internal.mask.RandomMasks;
import io.lota4j.internal.merge.ModelReference;
import io.lota4j.internal.merge.ModelTensor;
import io.lota4j.internal.merge.source.MergeSource;
import io.lota4j.internal.ticket.ExactValues;
import io.lota4j.mask.MaskFile;
import io.lota4j.mask.Pool;
import io.lota4j.mask.Scope;
import io.lota4j.ticket.RandomTickets;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.TicketFile;
import io.lota4j.ticket.TicketInfo;
import io.lota4j.ticket.TicketTensor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import org.roaringbitmap.RoaringBitmap;

/// Files of weights.
final class WeightFormats {
    /// What the golden adapters are for.
    private static final List<String> BASES =
            List.of("models/llama-tied", "models/llama", "merge-recipes/models/z", "peft-kinds/fan-in-base");

    private static final List<List<String>> ADAPTERS = List.of(
            List.of(
                    "peft-kinds/dora",
                    "peft-kinds/rslora",
                    "peft-kinds/patterns",
                    "peft-kinds/embedding",
                    "peft-kinds/embedding-dora",
                    "peft-kinds/saved",
                    "peft-kinds/supra",
                    "peft-kinds/shira-twice"),
            List.of("peft/lora", "peft/shira", "peft/supertuning"),
            List.of("peft-kinds/head", "peft-kinds/head-lora"),
            List.of("peft-kinds/fan-in", "peft-kinds/fan-in-dora"));

    private WeightFormats() {}

    static HostileFormat safetensors(Path folder) throws IOException {
        Path file = folder.resolve("model.safetensors");
        List<byte[]> seeds = new ArrayList<>();
        seeds.add(Files.readAllBytes(Golden.path("merge-recipes/models/x/model.safetensors")));
        seeds.add(Files.readAllBytes(Golden.path("peft-kinds/dora/adapter_model.safetensors")));
        SafetensorsWriter.write(file, Map.of("format", "pt"), TestModels.weights(DType.BF16, true, 1));
        seeds.add(Files.readAllBytes(file));
        SafetensorsWriter.write(
                file,
                Map.of(),
                List.of(
                        bytes("packed", DType.F4, 4, Shape.of(2, 4)),
                        bytes("scalar", DType.F64, 8, Shape.of()),
                        bytes("none", DType.I64, 0, Shape.of(3, 0)),
                        bytes("flags", DType.BOOL, 3, Shape.of(3)),
                        bytes("complex", DType.C64, 16, Shape.of(2))));
        seeds.add(Files.readAllBytes(file));
        return HostileFormat.of("safetensors", Syntax.SAFETENSORS, seeds, input -> {
            try (SafetensorsFile opened = SafetensorsFile.open(HostileFormat.put(file, input))) {
                return List.of(opened.metadata(), contents(opened));
            }
        });
    }

    private static TensorSource bytes(String name, DType type, int bytes, Shape shape) {
        return TensorSource.ofBytes(name, type, shape, new byte[bytes]);
    }

    private static Map<String, Integer> contents(SafetensorsFile file) {
        Map<String, Integer> contents = new TreeMap<>();
        file.tensors()
                .keySet()
                .forEach(name ->
                        contents.put(name, Arrays.hashCode(file.bytes(name).toArray(ValueLayout.JAVA_BYTE))));
        return contents;
    }

    static HostileFormat shards(Path folder) throws IOException {
        Path model = TestModels.model(folder.resolve("model"), TestModels.weights(DType.F32, false, 2), 3);
        Path index = model.resolve(Checkpoint.INDEX);
        return HostileFormat.of("shards", Syntax.JSON, List.of(Files.readAllBytes(index)), input -> {
            HostileFormat.put(index, input);
            try (Checkpoint checkpoint = Checkpoint.open(model)) {
                return List.of(checkpoint.fingerprint(), Quantized.of(checkpoint));
            }
        });
    }

    static HostileFormat masks(Path folder) throws IOException {
        Path file = folder.resolve("m.mask.safetensors");
        List<byte[]> seeds = new ArrayList<>();
        MaskFile.write(file, RandomMasks.of(1));
        seeds.add(Files.readAllBytes(file));
        Path base = TestModels.model(folder.resolve("model"), TestModels.weights(DType.F32, true, 3), 1);
        try (Checkpoint checkpoint = Checkpoint.open(base)) {
            for (double sparsity : new double[] {0.5, 0.9, 0.99}) {
                MaskFile.write(file, RandomMask.of(checkpoint, Pool.standard(), sparsity, Scope.GLOBAL, 4));
                seeds.add(Files.readAllBytes(file));
            }
        }
        return new HostileFormat(
                "mask",
                List.of(Syntax.SAFETENSORS),
                seeds,
                true,
                input -> MaskFile.read(HostileFormat.put(file, input)).tensors());
    }

    static HostileFormat tickets(Path folder) throws IOException {
        Path file = folder.resolve("t.ticket.safetensors");
        List<byte[]> seeds = new ArrayList<>();
        for (DType type : List.of(DType.F32, DType.BF16)) {
            Path base = TestModels.model(folder.resolve("model-" + type), TestModels.weights(type, true, 5), 1);
            try (Checkpoint checkpoint = Checkpoint.open(base)) {
                TicketFile.write(file, RandomTickets.wild(checkpoint, 6));
                seeds.add(Files.readAllBytes(file));
            }
        }
        TicketFile.write(file, exact());
        seeds.add(Files.readAllBytes(file));
        return new HostileFormat("ticket", List.of(Syntax.SAFETENSORS), seeds, true, input -> {
            HostileFormat.put(file, input);
            Ticket ticket = TicketFile.read(file);
            return List.of(ticket.info(), ticket.tensors(), values(file, Optional.empty()));
        });
    }

    /// A ticket with weights that no delta leads to.
    private static Ticket exact() {
        TicketTensor tensor = new TicketTensor(
                Shape.of(2, 4),
                DType.BF16,
                RoaringBitmap.bitmapOf(1, 3, 6),
                new float[] {0.5f, 0, -1},
                DType.F16,
                new byte[6],
                new ExactValues(DType.F16, RoaringBitmap.bitmapOf(3), new byte[] {1, 0x7C}));
        TicketInfo info = new TicketInfo("0".repeat(64), "all", "global", OptionalDouble.of(0.5), Map.of("a", "b"));
        return new Ticket(info, Map.of("a", tensor));
    }

    static HostileFormat adapters(Path folder) throws IOException {
        Path adapter = Files.createDirectories(folder.resolve("adapter"));
        List<byte[]> seeds = new ArrayList<>();
        for (int base = 0; base < BASES.size(); base++) {
            for (String name : ADAPTERS.get(base)) {
                seeds.add(HostileFormat.join(List.of(
                        new byte[] {(byte) base},
                        Files.readAllBytes(Golden.path(name + "/adapter_config.json")),
                        Files.readAllBytes(Golden.path(name + "/adapter_model.safetensors")))));
            }
        }
        List<Syntax> parts = List.of(Syntax.BINARY, Syntax.JSON, Syntax.SAFETENSORS);
        return new HostileFormat("adapter", parts, seeds, false, input -> {
            List<byte[]> files = HostileFormat.split(input, parts.size());
            byte[] number = files.getFirst();
            int base = number.length == 0 ? 0 : Math.floorMod(number[0], BASES.size());
            HostileFormat.put(adapter.resolve("adapter_config.json"), files.get(1));
            HostileFormat.put(adapter.resolve("adapter_model.safetensors"), files.get(2));
            Path model = Golden.path(BASES.get(base));
            try (Checkpoint checkpoint = Checkpoint.open(model)) {
                AdapterTicket.of(checkpoint, adapter);
            } catch (LotaException refused) {
                // As a model of a merge it may still be taken.
                return values(model, Optional.of(adapter));
            }
            return values(model, Optional.of(adapter));
        });
    }

    /// All values of all tensors of a model in a merge, as bits.
    private static Map<String, List<Integer>> values(Path path, Optional<Path> adapter) {
        Map<String, List<Integer>> values = new TreeMap<>();
        try (MergeSource source = MergeSource.open(new ModelReference("model", path, adapter), Optional.empty())) {
            source.tensors().forEach((name, outline) -> {
                ModelTensor tensor = source.tensor(name, outline.shape(), Optional.empty());
                float[] all = new float[Math.toIntExact(outline.shape().numel())];
                tensor.read(0, all.length, all);
                values.put(name, List.of(all.length, bits(all)));
            });
        }
        return values;
    }

    private static int bits(float[] values) {
        return Arrays.hashCode(MemorySegment.ofArray(values).toArray(ValueLayout.JAVA_BYTE));
    }
}
