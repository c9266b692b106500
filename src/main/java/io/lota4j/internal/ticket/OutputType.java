package io.lota4j.internal.ticket;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.DType;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.checkpoint.JsonKeys;
import io.lota4j.internal.checkpoint.JsonKeys.Null;
import io.lota4j.internal.checkpoint.StrictJson;
import io.lota4j.internal.checkpoint.TensorInfo;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.TicketTensor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import tools.jackson.databind.json.JsonMapper;

/// The type that all weights of a copy are written as, and what beside the weights says so.
public final class OutputType {
    /// Metadata of a weight file: of which base, and of which types there, its weights were made.
    private static final String ORIGIN = "lota4j.origin";

    private static final String BASE = "base";
    private static final String DTYPES = "dtypes";
    /// What the base's metadata did not have.
    private static final String ADDED = "added";

    private static final String FORMAT = "format";
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final Map<DType, String> NAMES =
            Map.of(DType.F32, "float32", DType.BF16, "bfloat16", DType.F16, "float16");
    private static final Pattern CONFIG_DTYPE =
            Pattern.compile("(\"(?:torch_)?dtype\"\\s*:\\s*)\"(?:float32|float16|bfloat16)\"");
    private static final Pattern TOTAL_SIZE = Pattern.compile("(\"total_size\"\\s*:\\s*)[0-9.eE+]+");

    private OutputType() {}

    /// @param dtype F32, BF16 or F16; empty: as the source has each tensor
    public static Function<TensorInfo, DType> of(Optional<DType> dtype) {
        dtype.ifPresent(type -> {
            if (!TicketTensor.isBaseType(type)) {
                throw new LotaException(Text.format("Weights are written as F32, BF16 or F16, not as %s.", type));
            }
        });
        return info ->
                dtype.filter(type -> TicketTensor.isBaseType(info.dtype())).orElse(info.dtype());
    }

    /// The types that a base had: a weight file keeps them where they were changed, and the ticket knows those of its
    /// own tensors.
    public static Function<TensorInfo, DType> ofBase(Checkpoint tuned, Ticket ticket) {
        Map<String, DType> types = new HashMap<>();
        tuned.shardFiles().forEach(shard -> types.putAll(origin(tuned.metadata(shard), ticket, shard)));
        ticket.tensors().forEach((name, tensor) -> types.put(name, tensor.baseType()));
        return info -> types.getOrDefault(info.name(), info.dtype());
    }

    private static Map<String, DType> origin(Map<String, String> metadata, Ticket ticket, Path shard) {
        Map<String, DType> types = new HashMap<>();
        String text = metadata.get(ORIGIN);
        if (text != null) {
            JsonKeys origin = keys(shard, text);
            if (origin.text(BASE).equals(ticket.info().base())) {
                origin.optionalObject(DTYPES, Null.REFUSED)
                        .ifPresent(dtypes ->
                                dtypes.node().propertyNames().forEach(name -> types.put(name, type(dtypes, name))));
            }
        }
        return types;
    }

    private static DType type(JsonKeys dtypes, String tensor) {
        DType type = DType.of(dtypes.text(tensor), where(dtypes.file()));
        if (!TicketTensor.isBaseType(type)) {
            throw new LotaException(Text.format("%s: no weights are made of %s.", where(dtypes.file()), type));
        }
        return type;
    }

    private static JsonKeys keys(Path shard, String origin) {
        return new JsonKeys(
                shard, ORIGIN + ".", StrictJson.object(origin.getBytes(StandardCharsets.UTF_8), where(shard)));
    }

    private static String where(Path shard) {
        return Text.format("%s: metadata '%s'", shard, ORIGIN);
    }

    /// The metadata strings of a weight file of the copy.
    ///
    /// @param shard the file that it is a copy of
    static Map<String, String> metadata(PatchedCopy copy, Path shard, List<TensorInfo> tensors) {
        Map<String, String> before = copy.source().metadata(shard);
        Map<String, String> after = new LinkedHashMap<>(before);
        if (copy.restores()) {
            String origin = after.remove(ORIGIN);
            if (origin != null
                    && keys(shard, origin)
                            .optionalText(ADDED, Null.REFUSED)
                            .filter(FORMAT::equals)
                            .isPresent()) {
                after.remove(FORMAT);
            }
            return after;
        }
        Map<String, String> types = new LinkedHashMap<>();
        tensors.stream()
                .filter(copy::converts)
                .forEach(info -> types.put(info.name(), info.dtype().name()));
        if (!types.isEmpty()) {
            Map<String, Object> origin = new LinkedHashMap<>();
            origin.put(BASE, copy.ticket().info().base());
            origin.put(DTYPES, types);
            // transformers asks for it.
            if (after.putIfAbsent(FORMAT, "pt") == null) {
                origin.put(ADDED, FORMAT);
            }
            after.put(ORIGIN, JSON.writeValueAsString(origin));
        }
        return after;
    }

    /// Writes the index of the copy, and has its configuration name the type. Other text stays as it is.
    static void adapt(PatchedCopy copy, Path directory) throws IOException {
        Optional<DType> type = main(copy);
        if (copy.isIndexed()) {
            Path index = directory.resolve(Checkpoint.INDEX);
            PatchedCopy.copyFile(copy.index(), index);
            if (type.isPresent()) {
                replace(index, TOTAL_SIZE, "$1" + copy.bytes());
            }
        }
        if (type.isPresent()) {
            String name = Objects.requireNonNull(NAMES.get(type.get()));
            replace(directory.resolve(Checkpoint.CONFIG), CONFIG_DTYPE, "$1\"" + name + "\"");
        }
    }

    private static void replace(Path file, Pattern pattern, String replacement) throws IOException {
        String text = Files.readString(file);
        Files.writeString(file, pattern.matcher(text).replaceAll(replacement));
    }

    /// What most of the weights whose type changes become; empty when none does.
    private static Optional<DType> main(PatchedCopy copy) {
        Map<DType, Long> weights = new EnumMap<>(DType.class);
        copy.source().tensors().values().stream()
                .filter(copy::converts)
                .forEach(info ->
                        weights.merge(copy.types().apply(info), info.shape().numel(), Long::sum));
        return weights.entrySet().stream()
                .max(Comparator.comparingLong(Map.Entry::getValue))
                .map(Map.Entry::getKey);
    }
}
