package io.lota4j.mask;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.Checksum;
import io.lota4j.internal.checkpoint.SafetensorsFile;
import io.lota4j.internal.checkpoint.StrictJson;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SequencedMap;
import java.util.TreeSet;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What a mask file says about its mask, as the strings of a safetensors header.
///
/// @param entries key and value
/// @param file for messages
record MaskMetadata(Map<String, String> entries, String file) {
    private static final String FORMAT = "format";
    private static final String FORMAT_NAME = "lota4j.mask";
    private static final String VERSION = "version";
    private static final String CURRENT = "1";
    private static final String BASE = "base";
    private static final String POOL = "pool";
    private static final String SCOPE = "scope";
    private static final String REQUESTED = "requested_sparsity";
    private static final String SPARSITY = "sparsity";
    private static final String TRAINABLE = "trainable";
    private static final String POOL_SIZE = "pool_size";
    private static final String THRESHOLD = "threshold";
    private static final String SHAPES = "shapes";
    private static final String ORIGIN = "origin.";

    /// Of all other entries and of the index sets, in the order of their tensors' names.
    static final String CHECKSUM = "checksum";

    /// The entries for a mask, but for the checksum.
    static Map<String, String> of(Mask mask) {
        MaskInfo info = mask.info();
        Map<String, String> entries = new LinkedHashMap<>();
        entries.put(FORMAT, FORMAT_NAME);
        entries.put(VERSION, CURRENT);
        entries.put(BASE, info.base());
        entries.put(POOL, info.pool());
        entries.put(SCOPE, info.scope());
        entries.put(REQUESTED, Double.toString(info.requestedSparsity()));
        entries.put(SPARSITY, Double.toString(mask.sparsity()));
        entries.put(TRAINABLE, Long.toString(mask.trainable()));
        entries.put(POOL_SIZE, Long.toString(mask.poolSize()));
        info.threshold().ifPresent(threshold -> entries.put(THRESHOLD, Double.toString(threshold)));
        info.origin().forEach((key, value) -> entries.put(ORIGIN + key, value));
        Map<String, List<Long>> shapes = new LinkedHashMap<>();
        mask.tensors().forEach((name, tensor) -> shapes.put(name, tensor.shape().dims()));
        entries.put(SHAPES, JsonMapper.shared().writeValueAsString(shapes));
        return entries;
    }

    /// @throws LotaException when the file is no mask file or one of a version that is not known
    void requireFormat() {
        String format = entries.get(FORMAT);
        if (!FORMAT_NAME.equals(format)) {
            String found = format == null ? "none" : "'" + format + "'";
            throw new LotaException(Text.format(
                    "%s: not a mask file: metadata 'format' must be '%s', but there is %s.", file, FORMAT_NAME, found));
        }
        if (!text(VERSION).equals(CURRENT)) {
            throw new LotaException(Text.format(
                    "%s: version %s of the mask format is not known, only %s; was the file written by a newer lota4j?",
                    file, text(VERSION), CURRENT));
        }
    }

    /// Refuses contents that are not what was written: an index that was moved makes another mask of the same size.
    ///
    /// @param opened the file, which has the tensors that its metadata say
    /// @throws LotaException when there is a checksum and it is another one
    void requireChecksum(SafetensorsFile opened) {
        Map<String, String> others = new LinkedHashMap<>(entries);
        String said = others.remove(CHECKSUM);
        if (said == null) {
            return;
        }
        Checksum checksum = new Checksum().add(others);
        new TreeSet<>(opened.tensors().keySet()).forEach(name -> checksum.add(opened.bytes(name)));
        if (!checksum.hex().equals(said)) {
            throw new LotaException(file + ": the mask does not match its checksum: the file was damaged or changed"
                    + " after it was written. Take a good copy of it, or make it again.");
        }
    }

    MaskInfo info() {
        Map<String, String> origin = new LinkedHashMap<>();
        entries.forEach((key, value) -> {
            if (key.startsWith(ORIGIN)) {
                origin.put(key.substring(ORIGIN.length()), value);
            }
        });
        double requested = number(REQUESTED, Double::valueOf);
        Sparsity.check(requested, Text.format("%s: metadata '%s'", file, REQUESTED));
        OptionalDouble threshold = entries.containsKey(THRESHOLD)
                ? OptionalDouble.of(number(THRESHOLD, Double::valueOf))
                : OptionalDouble.empty();
        return new MaskInfo(text(BASE), text(POOL), text(SCOPE), requested, threshold, origin);
    }

    /// The shape of each tensor in the pool.
    SequencedMap<String, Shape> shapes() {
        String where = Text.format("%s: metadata '%s'", file, SHAPES);
        JsonNode json = StrictJson.object(text(SHAPES).getBytes(StandardCharsets.UTF_8), where);
        SequencedMap<String, Shape> shapes = new LinkedHashMap<>();
        json.properties().forEach(entry -> shapes.put(entry.getKey(), shape(entry.getKey(), entry.getValue(), where)));
        return shapes;
    }

    private static Shape shape(String name, JsonNode json, String where) {
        List<Long> dims = new ArrayList<>();
        for (JsonNode dim : json.values()) {
            if (!dim.isIntegralNumber() || !dim.canConvertToInt() || dim.intValue() < 0) {
                throw notAShape(name, json, where);
            }
            dims.add(dim.longValue());
        }
        if (!json.isArray()) {
            throw notAShape(name, json, where);
        }
        try {
            return new Shape(dims);
        } catch (ArithmeticException e) {
            throw new LotaException(
                    Text.format("%s: shape %s of tensor '%s' has too many elements to count.", where, json, name), e);
        }
    }

    private static LotaException notAShape(String name, JsonNode json, String where) {
        return new LotaException(Text.format(
                "%s: the shape of tensor '%s' must be an array of whole numbers from 0, but is %s.",
                where, name, json));
    }

    /// Compares what the file says about its size with what it holds: a damaged set may still be a valid one.
    ///
    /// @throws LotaException when they differ
    void requireCounts(Mask mask) {
        requireCount(TRAINABLE, mask.trainable());
        requireCount(POOL_SIZE, mask.poolSize());
    }

    private void requireCount(String key, long found) {
        long said = number(key, Long::valueOf);
        if (said != found) {
            throw new LotaException(Text.format(
                    "%s: metadata '%s' is %d, but the tensors give %d; is the file damaged?", file, key, said, found));
        }
    }

    private <T> T number(String key, Function<String, T> parse) {
        try {
            return parse.apply(text(key));
        } catch (NumberFormatException e) {
            throw new LotaException(
                    Text.format("%s: metadata '%s' must be a number, but is '%s'.", file, key, text(key)), e);
        }
    }

    private String text(String key) {
        String text = entries.get(key);
        if (text == null) {
            throw new LotaException(Text.format(
                    "%s: a mask file needs metadata '%s', but there is only %s.",
                    file, key, String.join(", ", entries.keySet())));
        }
        return text;
    }
}
