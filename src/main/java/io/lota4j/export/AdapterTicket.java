package io.lota4j.export;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.DType;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.Build;
import io.lota4j.internal.Existing;
import io.lota4j.internal.Sha256;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.checkpoint.ModelCard;
import io.lota4j.internal.checkpoint.SafetensorsFile;
import io.lota4j.internal.mask.IndexSets;
import io.lota4j.internal.merge.ModelReference;
import io.lota4j.internal.merge.ModelTensor;
import io.lota4j.internal.merge.source.MergeSource;
import io.lota4j.internal.peft.AdapterConfig;
import io.lota4j.internal.peft.AdapterFolder;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.TicketInfo;
import io.lota4j.ticket.TicketTensor;
import io.lota4j.ticket.Tickets;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import org.roaringbitmap.RoaringBitmap;
import org.roaringbitmap.RoaringBitmapWriter;

/// A PEFT adapter as a ticket of the same change.
///
/// A sparse adapter's deltas are kept as they are. LoRA becomes the product of its factors, a delta for nearly every
/// weight of its matrices, in F32; DoRA and modules that are saved whole become what leads from the base's weights to
/// theirs.
///
/// @param doubts what may not be meant, a sentence each
public record AdapterTicket(Ticket ticket, List<String> doubts) {
    private static final int BLOCK = 1 << 16;
    private static final String OWN = "lota4j.";

    /// Reads an adapter.
    ///
    /// @param folder with `adapter_config.json`, or the one around it
    /// @throws LotaException when it is malformed, of an unknown method, or changes what the base does not have
    public static AdapterTicket of(Checkpoint base, Path folder) {
        Existing.problemOfDirectory(folder).ifPresent(problem -> {
            throw new LotaException(Text.format("%s: %s.", folder, problem));
        });
        AdapterFolder files = AdapterFolder.find(folder)
                .orElseThrow(() -> new LotaException(
                        Text.format("%s holds no adapter: there is no %s in it.", folder, AdapterFolder.CONFIG)));
        try (MergeSource whole = MergeSource.open(reference(base.directory()), Optional.empty());
                MergeSource adapter = MergeSource.open(reference(folder), Optional.of(whole))) {
            if (!adapter.unmatched().isEmpty()) {
                throw new LotaException(Text.format(
                        "%s does more than change weights of the base: %s A ticket cannot hold that; "
                                + "merge the adapter into its base as a whole model.",
                        folder, adapter.unmatched().getFirst()));
            }
            Map<String, TicketTensor> tensors = new TreeMap<>();
            adapter.tensors().keySet().forEach(name -> tensors.put(name, tensor(base, name, whole, adapter)));
            TicketInfo info = new TicketInfo(
                    base.fingerprint().hex(), "adapter", "adapter", OptionalDouble.empty(), provenance(files, adapter));
            List<String> doubts = new ArrayList<>(adapter.doubts());
            otherBase(base, folder, info, adapter.baseName()).ifPresent(doubts::add);
            return new AdapterTicket(Tickets.withBaseBits(base, new Ticket(info, tensors)), doubts);
        }
    }

    /// What speaks against the adapter being for the base: its fingerprint, where a ticket was written as the adapter,
    /// or else the names. A folder may have been renamed, so neither is refused.
    private static Optional<String> otherBase(Checkpoint base, Path folder, TicketInfo info, Optional<String> named) {
        String made = info.provenance().get("adapter.base");
        if (made != null) {
            return made.equals(info.base())
                    ? Optional.empty()
                    : Optional.of(Text.format(
                            "%s: was written for the base with fingerprint %s, but %s has %s",
                            folder, made, base.directory(), info.base()));
        }
        String own = lastName(base.directory());
        return named.filter(name -> !lastName(Path.of(name)).equalsIgnoreCase(own))
                .map(name -> Text.format(
                        "%s: its 'base_model_name_or_path' is '%s', but the base in use is '%s' in %s; whether its"
                                + " weights are those it was trained on cannot be told",
                        folder, name, own, base.directory()));
    }

    /// Without the owner or the folders around it: of a name, of a model in a hub's cache, of any directory.
    private static String lastName(Path model) {
        String name = ModelCard.nameOf(model)
                .orElse(model.toAbsolutePath().normalize().toString());
        return name.substring(name.lastIndexOf('/') + 1);
    }

    private static ModelReference reference(Path path) {
        return new ModelReference(path.toString(), path, Optional.empty());
    }

    private static Map<String, String> provenance(AdapterFolder files, MergeSource adapter) {
        Map<String, String> provenance = new LinkedHashMap<>();
        provenance.put(TicketInfo.SOURCE, "import");
        provenance.put("tool", "lota4j " + Build.version());
        provenance.put(
                "adapter", AdapterConfig.read(files.config()).text("peft_type").orElse("unknown"));
        provenance.put("adapter_sha256", Sha256.ofFile(files.weights()));
        adapter.baseName()
                .ifPresent(name -> provenance.put(
                        "adapter_base", String.valueOf(Path.of(name).getFileName())));
        try (SafetensorsFile weights = SafetensorsFile.open(files.weights())) {
            weights.metadata().forEach((key, value) -> {
                if (key.startsWith(OWN)) {
                    provenance.put("adapter." + key.substring(OWN.length()), value);
                }
            });
        }
        return provenance;
    }

    private static TicketTensor tensor(Checkpoint base, String name, MergeSource whole, MergeSource adapter) {
        Shape shape = base.info(name).shape();
        DType type = base.info(name).dtype();
        ModelTensor.Weights weights = (ModelTensor.Weights) whole.tensor(name, shape, Optional.empty());
        ModelTensor change = adapter.tensor(name, shape, Optional.of(weights));
        if (change instanceof ModelTensor.Delta delta) {
            return delta(shape, type, delta);
        }
        float[] values = new float[Math.toIntExact(shape.numel())];
        change.read(0, values.length, values);
        return TicketTensor.between(shape, type, base.bytes(name), DType.F32, MemorySegment.ofArray(values));
    }

    /// Zeros change nothing.
    private static TicketTensor delta(Shape shape, DType type, ModelTensor.Delta delta) {
        RoaringBitmapWriter<RoaringBitmap> index = IndexSets.writer();
        float[] values = new float[1024];
        int found = 0;
        float[] block = new float[BLOCK];
        for (long from = 0; from < shape.numel(); from += BLOCK) {
            int count = (int) Math.min(BLOCK, shape.numel() - from);
            delta.read(from, count, block);
            for (int i = 0; i < count; i++) {
                if (block[i] != 0) {
                    if (found == values.length) {
                        values = Arrays.copyOf(values, (int) Math.min(shape.numel(), 2L * values.length));
                    }
                    index.add((int) (from + i));
                    values[found++] = block[i];
                }
            }
        }
        return new TicketTensor(shape, DType.F32, IndexSets.optimized(index.get()), Arrays.copyOf(values, found), type);
    }
}
