package io.lota4j.internal.data.file;

import dev.hardwood.metadata.LogicalType;
import dev.hardwood.row.PqList;
import dev.hardwood.row.PqMap;
import dev.hardwood.row.PqStruct;
import dev.hardwood.row.StructAccessor;
import dev.hardwood.schema.SchemaNode;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Values of a Parquet file as a row has them.
///
/// @param schema of the whole file
record ParquetValues(SchemaNode.GroupNode schema) {
    private static final int LONG_BITS = 64;

    /// The columns of the row that a reader stands at.
    Map<String, @Nullable Object> columns(StructAccessor row) {
        return structure(row, schema);
    }

    private static Map<String, @Nullable Object> structure(StructAccessor structure, SchemaNode.GroupNode node) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        for (int i = 0; i < structure.getFieldCount(); i++) {
            Object value = structure.isNull(i) ? null : structure.getValue(i);
            fields.put(structure.getFieldName(i), value(value, node.children().get(i)));
        }
        return fields;
    }

    private static @Nullable Object value(@Nullable Object value, @Nullable SchemaNode node) {
        return switch (value) {
            case null -> null;
            case String text -> text;
            case Boolean truth -> truth;
            case Long number
            when node instanceof SchemaNode.PrimitiveNode leaf && isUnsigned(leaf) ->
                new JsonNumber(Long.toUnsignedString(number));
            case Number number -> new JsonNumber(number.toString());
            case PqList list -> list(list, node instanceof SchemaNode.GroupNode group ? group.getListElement() : null);
            case PqStruct structure when node instanceof SchemaNode.GroupNode group -> structure(structure, group);
            case PqMap map -> map(map, node instanceof SchemaNode.GroupNode group ? group.getMapValue() : null);
            case byte[] bytes -> text(bytes);
            // Dates and times are written as ISO 8601 does.
            default -> value.toString();
        };
    }

    private static boolean isUnsigned(SchemaNode.PrimitiveNode leaf) {
        return leaf.logicalType() instanceof LogicalType.IntType type
                && !type.isSigned()
                && type.bitWidth() == LONG_BITS;
    }

    private static List<@Nullable Object> list(PqList list, @Nullable SchemaNode element) {
        List<@Nullable Object> values = new ArrayList<>();
        for (int i = 0; i < list.size(); i++) {
            values.add(value(list.isNull(i) ? null : list.get(i), element));
        }
        return values;
    }

    private static Map<String, @Nullable Object> map(PqMap map, @Nullable SchemaNode node) {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        for (PqMap.Entry entry : map.getEntries()) {
            values.put(String.valueOf(entry.getKey()), value(entry.isValueNull() ? null : entry.getValue(), node));
        }
        return values;
    }

    /// Some writers do not say which of their bytes are text.
    private static Object text(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            return bytes;
        }
    }
}
