package io.lota4j.export;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.DType;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.AtomicFile;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.checkpoint.Floats;
import io.lota4j.internal.checkpoint.SafetensorsWriter;
import io.lota4j.internal.checkpoint.TensorInfo;
import io.lota4j.internal.checkpoint.TensorSource;
import io.lota4j.internal.export.ExportInput;
import io.lota4j.internal.export.ExportWork;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.TicketTensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import tools.jackson.databind.json.JsonMapper;

/// What changes in the weights of a server that runs the base: for each tensor the flat positions and the weights that
/// take their place there, and in a second file the weights that were there before.
final class PatchExport implements Export {
    /// The patch, and what undoes it.
    static final String PATCH = "patch.safetensors";

    static final String REVERSE = "reverse.safetensors";

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    @Override
    public String name() {
        return "patch";
    }

    @Override
    public String about() {
        return "positions and new weights, for servers that take updates while they run";
    }

    @Override
    public Set<ExportSetting> settings() {
        return EnumSet.of(ExportSetting.TYPE);
    }

    /// What changes in a tensor: of the weights in the ticket those that have other bits afterwards.
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Entries(TensorInfo info, DType type, int[] positions, byte[] before, byte[] after) {
        long bytes() {
            return (long) positions.length * Integer.BYTES + before.length;
        }

        List<TensorSource> sources(byte[] values) {
            Shape shape = Shape.of(positions.length);
            return List.of(
                    new TensorSource(
                            info.name() + ".indices",
                            DType.I32,
                            shape,
                            target -> MemorySegment.copy(positions, 0, target, INT, 0, positions.length)),
                    TensorSource.ofBytes(info.name() + ".values", type, shape, values));
        }
    }

    @Override
    public ExportWork prepare(ExportInput input, ExportOptions options) {
        Optional<DType> type = options.type().map(ExportType::stored);
        Checkpoint base = input.base();
        Ticket ticket = input.change();
        List<Entries> changes = new ArrayList<>();
        ticket.tensors().forEach((name, tensor) -> {
            Entries entries = entries(base, base.info(name), type.orElse(tensor.baseType()), tensor);
            if (entries.positions.length > 0) {
                changes.add(entries);
            }
        });
        long changed =
                changes.stream().mapToLong(entries -> entries.positions.length).sum();
        if (changed == 0) {
            throw new LotaException(
                    "No weight has other bits with the ticket on it in this type, so there is nothing to patch.");
        }
        String what =
                Text.format("%,d weights in %d tensors, of %,d in the ticket", changed, changes.size(), ticket.nnz());
        long bytes = 2 * changes.stream().mapToLong(Entries::bytes).sum();
        return new ExportWork(bytes, List.of(what), out -> {
            AtomicFile.requireEmpty(out);
            AtomicFile.writeDirectory(out, bytes, folder -> {
                Map<String, String> metadata = metadata(ticket, changes);
                SafetensorsWriter.write(folder.resolve(PATCH), metadata, sources(changes, false));
                metadata.put("reverse", "true");
                SafetensorsWriter.write(folder.resolve(REVERSE), metadata, sources(changes, true));
            });
            return new Exported(List.of(
                    Text.format("%s: %s", out.resolve(PATCH), what),
                    Text.format("%s: the same positions with the base's weights", out.resolve(REVERSE))));
        });
    }

    private static Entries entries(Checkpoint base, TensorInfo info, DType type, TicketTensor tensor) {
        int size = type.size();
        int[] positions = new int[tensor.nnz()];
        byte[] before = new byte[Math.multiplyExact(positions.length, size)];
        byte[] after = new byte[before.length];
        MemorySegment old = MemorySegment.ofArray(before);
        MemorySegment fresh = MemorySegment.ofArray(after);
        MemorySegment elements = base.bytes(info.name());
        int[] found = {0};
        tensor.forEachTuned(info.dtype(), elements, (position, index, weight, tuned) -> {
            int at = found[0];
            if (type == info.dtype()) {
                MemorySegment.copy(elements, (long) index * size, old, (long) at * size, size);
            } else {
                Floats.set(type, old, at, weight);
            }
            Floats.set(type, fresh, at, tuned);
            if (!Arrays.equals(before, at * size, (at + 1) * size, after, at * size, (at + 1) * size)) {
                positions[at] = index;
                found[0]++;
            }
        });
        int count = found[0];
        return new Entries(
                info,
                type,
                Arrays.copyOf(positions, count),
                Arrays.copyOf(before, count * size),
                Arrays.copyOf(after, count * size));
    }

    private static List<TensorSource> sources(List<Entries> changes, boolean reverse) {
        List<TensorSource> sources = new ArrayList<>();
        changes.forEach(entries -> sources.addAll(entries.sources(reverse ? entries.before : entries.after)));
        return sources;
    }

    private static Map<String, String> metadata(Ticket ticket, List<Entries> changes) {
        Map<String, Object> tensors = new LinkedHashMap<>();
        changes.forEach(entries -> tensors.put(
                entries.info.name(),
                new TreeMap<>(Map.of("shape", entries.info.shape().dims(), "dtype", entries.type.name()))));
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("format", "lota4j.patch");
        metadata.put("version", "1");
        metadata.put("base", ticket.info().base());
        metadata.put("tensors", JsonMapper.shared().writeValueAsString(tensors));
        return metadata;
    }
}
