package io.lota4j.internal.ticket;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.DType;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.Checksum;
import io.lota4j.internal.checkpoint.StrictJson;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.TicketInfo;
import io.lota4j.ticket.TicketTensor;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The metadata strings of a ticket file.
///
/// @param info what the ticket is for
/// @param layouts of the tensors by name, in file order
/// @param trainable said count of changed weights
/// @param exact whether some tensors have exact values
/// @param checksums of the tensors' bytes by name; none in the files of older programs
public record TicketMetadata(
        TicketInfo info,
        SequencedMap<String, TensorLayout> layouts,
        long trainable,
        boolean exact,
        Map<String, String> checksums) {
    static final String FORMAT = "lota4j.ticket";
    static final String VERSION = "1";
    /// Of tickets with exact values: a program that knows of none would leave them out.
    static final String EXACT_VERSION = "2";

    private static final String CHECKSUM = "checksum";
    private static final String CRC = "crc32c";

    private static final JsonMapper JSON = JsonMapper.shared();

    public static TicketMetadata of(Ticket ticket, Map<String, String> checksums) {
        SequencedMap<String, TensorLayout> layouts = new LinkedHashMap<>();
        ticket.tensors().forEach((name, tensor) -> layouts.put(name, tensor.layout()));
        boolean exact = ticket.tensors().values().stream().anyMatch(tensor -> tensor.exact() != null);
        return new TicketMetadata(ticket.info(), layouts, ticket.nnz(), exact, checksums);
    }

    /// As a file has them.
    public Map<String, String> strings() {
        Map<String, Object> tensors = new LinkedHashMap<>();
        layouts.forEach((name, layout) -> {
            Map<String, Object> tensor = new LinkedHashMap<>();
            tensor.put("shape", layout.shape().dims());
            tensor.put("dtype", layout.baseType().name());
            String checksum = checksums.get(name);
            if (checksum != null) {
                tensor.put(CRC, checksum);
            }
            tensors.put(name, tensor);
        });
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("format", FORMAT);
        metadata.put("version", exact ? EXACT_VERSION : VERSION);
        metadata.put("base", info.base());
        metadata.put("pool", info.pool());
        metadata.put("scope", info.scope());
        info.requestedSparsity().ifPresent(value -> metadata.put("sparsity", Double.toString(value)));
        metadata.put("trainable", Long.toString(trainable));
        metadata.put("weights", Long.toString(weights()));
        metadata.put("tensors", JSON.writeValueAsString(tensors));
        metadata.put("provenance", JSON.writeValueAsString(info.provenance()));
        metadata.put(CHECKSUM, Checksum.of(metadata));
        return metadata;
    }

    /// How many weights the tensors have.
    long weights() {
        return layouts.values().stream()
                .mapToLong(layout -> layout.shape().numel())
                .reduce(0, Math::addExact);
    }

    /// Checks metadata strings.
    ///
    /// @param file for messages
    static TicketMetadata parse(Map<String, String> metadata, String file) {
        if (!FORMAT.equals(metadata.get("format"))) {
            throw new LotaException(Text.format(
                    "%s is not a ticket: its metadata 'format' must be '%s', but is %s.",
                    file, FORMAT, quoted(metadata.get("format"))));
        }
        String version = metadata.get("version");
        if (!VERSION.equals(version) && !EXACT_VERSION.equals(version)) {
            throw new LotaException(Text.format(
                    "%s is a ticket of version %s; this program reads versions '%s' and '%s'.",
                    file, quoted(version), VERSION, EXACT_VERSION));
        }
        requireChecksum(metadata, file);
        TicketInfo info = new TicketInfo(
                base(required(metadata, "base", file), file),
                required(metadata, "pool", file),
                required(metadata, "scope", file),
                sparsity(metadata.get("sparsity"), file),
                provenance(object(metadata, "provenance", file), file));
        JsonNode tensors = object(metadata, "tensors", file);
        return new TicketMetadata(
                info,
                layouts(tensors, file),
                count(required(metadata, "trainable", file), file),
                EXACT_VERSION.equals(version),
                checksums(tensors));
    }

    private static void requireChecksum(Map<String, String> metadata, String file) {
        Map<String, String> others = new HashMap<>(metadata);
        String said = others.remove(CHECKSUM);
        if (said != null && !said.equals(Checksum.of(others))) {
            throw damaged(file + ": the ticket's metadata");
        }
    }

    /// @param what the file, and what in it
    static LotaException damaged(String what) {
        return new LotaException(what
                + " do not match their checksum: the file was damaged or changed after it was written. Take a good copy"
                + " of it, or make it again.");
    }

    private static Map<String, String> checksums(JsonNode tensors) {
        Map<String, String> checksums = new HashMap<>();
        tensors.properties().forEach(tensor -> {
            JsonNode checksum = tensor.getValue().path(CRC);
            if (checksum.isString()) {
                checksums.put(tensor.getKey(), checksum.stringValue());
            }
        });
        return checksums;
    }

    private static String quoted(@Nullable String value) {
        return value == null ? "missing" : "'" + value + "'";
    }

    private static String required(Map<String, String> metadata, String key, String file) {
        String value = metadata.get(key);
        if (value == null) {
            throw new LotaException(Text.format("%s: the ticket's metadata has no '%s'.", file, key));
        }
        return value;
    }

    private static JsonNode object(Map<String, String> metadata, String key, String file) {
        byte[] json = required(metadata, key, file).getBytes(StandardCharsets.UTF_8);
        return StrictJson.object(json, Text.format("%s: metadata '%s'", file, key));
    }

    private static String base(String hex, String file) {
        if (!hex.matches("[0-9a-f]{64}")) {
            throw new LotaException(
                    Text.format("%s: metadata 'base' must be 64 hexadecimal digits, but is '%s'.", file, hex));
        }
        return hex;
    }

    private static OptionalDouble sparsity(@Nullable String text, String file) {
        if (text == null) {
            return OptionalDouble.empty();
        }
        try {
            double value = Double.parseDouble(text);
            if (value >= 0 && value <= 1) {
                return OptionalDouble.of(value);
            }
        } catch (NumberFormatException e) {
            throw badNumber("sparsity", "a number from 0 to 1", text, file, e);
        }
        throw badNumber("sparsity", "a number from 0 to 1", text, file, null);
    }

    private static long count(String text, String file) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw badNumber("trainable", "a whole number", text, file, e);
        }
    }

    private static LotaException badNumber(
            String key, String expected, String text, String file, @Nullable Exception cause) {
        return new LotaException(
                Text.format("%s: metadata '%s' must be %s, but is '%s'.", file, key, expected, text), cause);
    }

    private static Map<String, String> provenance(JsonNode node, String file) {
        Map<String, String> provenance = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : node.properties()) {
            if (!entry.getValue().isString()) {
                throw new LotaException(Text.format(
                        "%s: provenance '%s' must be a string, but is %s.", file, entry.getKey(), entry.getValue()));
            }
            provenance.put(entry.getKey(), entry.getValue().stringValue());
        }
        return provenance;
    }

    private static SequencedMap<String, TensorLayout> layouts(JsonNode node, String file) {
        SequencedMap<String, TensorLayout> layouts = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : node.properties()) {
            layouts.put(entry.getKey(), layout(entry.getKey(), entry.getValue(), file));
        }
        return layouts;
    }

    private static TensorLayout layout(String name, JsonNode node, String file) {
        String where = Text.format("%s: tensor '%s'", file, name);
        JsonNode dtypeName = node.path("dtype");
        if (!dtypeName.isString() || !node.path("shape").isArray()) {
            throw new LotaException(Text.format(
                    "%s: metadata must be {\"shape\": [...], \"dtype\": \"...\"}, but is %s.", where, node));
        }
        DType dtype = DType.of(dtypeName.stringValue(), where);
        if (!TicketTensor.isBaseType(dtype)) {
            throw new LotaException(Text.format("%s: a ticket's base is F32, BF16 or F16, not %s.", where, dtype));
        }
        return new TensorLayout(shape(node.path("shape"), where), dtype);
    }

    private static Shape shape(JsonNode node, String where) {
        List<Long> dims = new ArrayList<>();
        for (JsonNode dim : node.values()) {
            if (!dim.isIntegralNumber() || !dim.canConvertToLong() || dim.longValue() < 0) {
                throw new LotaException(Text.format("%s: shape must be whole numbers from 0, but is %s.", where, node));
            }
            dims.add(dim.longValue());
        }
        try {
            return new Shape(dims);
        } catch (ArithmeticException e) {
            throw new LotaException(Text.format("%s: shape %s has too many elements to count.", where, dims), e);
        }
    }
}
