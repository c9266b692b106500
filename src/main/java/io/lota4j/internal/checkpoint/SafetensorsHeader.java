package io.lota4j.internal.checkpoint;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.DType;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.Text;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import tools.jackson.databind.JsonNode;

/// The JSON header of a safetensors file, believed only after every statement in it was checked.
record SafetensorsHeader(Map<String, String> metadata, SequencedMap<String, TensorInfo> tensors) {
    static final String METADATA = "__metadata__";

    /// Checks a header.
    ///
    /// @param json the header's bytes, without its length
    /// @param dataStart the file position of the first byte after the header
    /// @param dataBytes how many bytes follow the header
    /// @param file for messages
    static SafetensorsHeader parse(byte[] json, long dataStart, long dataBytes, String file) {
        JsonNode root = StrictJson.object(json, file + ": the header");
        List<TensorInfo> infos = new ArrayList<>();
        Map<String, String> metadata = Map.of();
        for (Map.Entry<String, JsonNode> entry : root.properties()) {
            if (entry.getKey().equals(METADATA)) {
                metadata = metadata(entry.getValue(), file);
            } else {
                infos.add(tensor(entry.getKey(), entry.getValue(), dataStart, file));
            }
        }
        infos.sort(Comparator.comparingLong(TensorInfo::offset).thenComparingLong(TensorInfo::bytes));
        checkLayout(infos, dataStart, dataBytes, file);
        SequencedMap<String, TensorInfo> tensors = new LinkedHashMap<>();
        infos.forEach(info -> tensors.put(info.name(), info));
        return new SafetensorsHeader(metadata, Collections.unmodifiableSequencedMap(tensors));
    }

    private static Map<String, String> metadata(JsonNode node, String file) {
        if (node.isNull()) {
            return Map.of();
        }
        if (!node.isObject()) {
            throw new LotaException(Text.format("%s: '%s' must be an object of strings.", file, METADATA));
        }
        Map<String, String> metadata = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : node.properties()) {
            if (!entry.getValue().isString()) {
                throw new LotaException(Text.format(
                        "%s: metadata '%s' must be a string, but is %s.", file, entry.getKey(), entry.getValue()));
            }
            metadata.put(entry.getKey(), entry.getValue().stringValue());
        }
        return Collections.unmodifiableMap(metadata);
    }

    private static TensorInfo tensor(String name, JsonNode node, long dataStart, String file) {
        String where = Text.format("%s: tensor '%s'", file, name);
        JsonNode dtypeName = node.path("dtype");
        if (!dtypeName.isString()) {
            throw new LotaException(where + " has no dtype.");
        }
        DType dtype = DType.of(dtypeName.stringValue(), where);
        List<Long> dims = naturals(node.path("shape"), where, "shape");
        List<Long> offsets = naturals(node.path("data_offsets"), where, "data_offsets");
        if (offsets.size() != 2 || offsets.get(0) > offsets.get(1)) {
            throw new LotaException(Text.format("%s: data_offsets must be [begin, end], but are %s.", where, offsets));
        }
        long bytes = offsets.get(1) - offsets.get(0);
        long expected = bytesOf(dims, dtype, where);
        if (bytes != expected) {
            throw new LotaException(Text.format(
                    "%s: %s of shape %s takes %d bytes, but data_offsets %s span %d.",
                    where, dtype, dims, expected, offsets, bytes));
        }
        return new TensorInfo(name, dtype, new Shape(dims), Math.addExact(dataStart, offsets.get(0)), bytes);
    }

    private static long bytesOf(List<Long> dims, DType dtype, String where) {
        long elements;
        try {
            elements = new Shape(dims).numel();
            Math.multiplyExact(elements, dtype.bits());
        } catch (ArithmeticException e) {
            throw new LotaException(Text.format("%s: shape %s has too many elements to count.", where, dims), e);
        }
        try {
            return dtype.bytes(elements);
        } catch (ArithmeticException e) {
            throw new LotaException(Text.format("%s: %s of shape %s does not end with a byte.", where, dtype, dims), e);
        }
    }

    /// Positions far below the largest long, so that sums of them cannot overflow.
    private static List<Long> naturals(JsonNode node, String where, String what) {
        List<Long> values = new ArrayList<>();
        boolean good = node.isArray();
        for (JsonNode value : node.values()) {
            good &= value.isIntegralNumber() && value.canConvertToLong();
            if (!good || value.longValue() < 0 || value.longValue() > Long.MAX_VALUE / 2) {
                good = false;
                break;
            }
            values.add(value.longValue());
        }
        if (!good) {
            throw new LotaException(Text.format(
                    "%s: %s must be an array of whole numbers from 0, but is %s.",
                    where, what, node.isMissingNode() ? "missing" : node));
        }
        return values;
    }

    /// Tensors in order of their offsets must cover the data exactly.
    private static void checkLayout(List<TensorInfo> infos, long dataStart, long dataBytes, String file) {
        long covered = dataStart;
        long dataEnd = dataStart + dataBytes;
        for (TensorInfo info : infos) {
            String where = Text.format("%s: tensor '%s'", file, info.name());
            if (info.offset() + info.bytes() > dataEnd) {
                throw new LotaException(Text.format(
                        "%s ends at byte %d, but the file ends at byte %d; is it truncated?",
                        where, info.offset() + info.bytes(), dataEnd));
            }
            if (info.offset() < covered) {
                throw new LotaException(Text.format(
                        "%s begins at byte %d, inside the tensor before it, which ends at byte %d.",
                        where, info.offset(), covered));
            }
            if (info.offset() > covered) {
                throw new LotaException(Text.format(
                        "%s begins at byte %d, but bytes from %d on belong to no tensor.",
                        where, info.offset(), covered));
            }
            covered += info.bytes();
        }
        if (covered != dataEnd) {
            throw new LotaException(Text.format(
                    "%s: the last tensor ends at byte %d, but the file has %d bytes.", file, covered, dataEnd));
        }
    }
}
