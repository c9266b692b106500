package io.lota4j.internal.checkpoint;

import io.lota4j.checkpoint.DType;
import io.lota4j.checkpoint.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/// Where everything in a safetensors file lies, before it is written.
///
/// @param header the file's first bytes, up to those of the first tensor; not to be changed
/// @param tensors in the order of their bytes
/// @param fileBytes length of the whole file
@SuppressWarnings("ArrayRecordComponent") // made once, only written out
public record SafetensorsLayout(byte[] header, List<TensorInfo> tensors, long fileBytes) {
    private static final JsonMapper JSON = JsonMapper.shared();

    /// A tensor that a file is to hold.
    public record Entry(String name, DType dtype, Shape shape) {
        long bytes() {
            return dtype.bytes(shape.numel());
        }
    }

    /// Lays out tensors one after the other.
    ///
    /// @param metadata strings for the header's `__metadata__`, in this order; empty for none
    /// @param entries in the order of their bytes; names are different
    public static SafetensorsLayout of(Map<String, String> metadata, List<Entry> entries) {
        return of(metadata, entries, 0);
    }

    /// Lays out tensors behind a header that has at least some length.
    ///
    /// @param headerBytes multiple of eight
    static SafetensorsLayout of(Map<String, String> metadata, List<Entry> entries, int headerBytes) {
        byte[] header = header(metadata, entries, headerBytes);
        List<TensorInfo> tensors = new ArrayList<>();
        long offset = header.length;
        for (Entry entry : entries) {
            tensors.add(new TensorInfo(entry.name(), entry.dtype(), entry.shape(), offset, entry.bytes()));
            offset = Math.addExact(offset, entry.bytes());
        }
        return new SafetensorsLayout(header, List.copyOf(tensors), offset);
    }

    /// The length and the JSON, padded with spaces to a multiple of eight bytes so that the data is aligned.
    private static byte[] header(Map<String, String> metadata, List<Entry> entries, int least) {
        Map<String, Object> root = new LinkedHashMap<>();
        if (!metadata.isEmpty()) {
            root.put(SafetensorsHeader.METADATA, metadata);
        }
        long offset = 0;
        for (Entry tensor : entries) {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("dtype", tensor.dtype().name());
            entry.put("shape", tensor.shape().dims());
            entry.put("data_offsets", List.of(offset, offset + tensor.bytes()));
            root.put(tensor.name(), entry);
            offset += tensor.bytes();
        }
        byte[] json = JSON.writeValueAsString(root).getBytes(StandardCharsets.UTF_8);
        int padded = Math.max(least - Long.BYTES, Math.ceilDiv(json.length, Long.BYTES) * Long.BYTES);
        ByteBuffer header = ByteBuffer.allocate(Long.BYTES + padded).order(ByteOrder.LITTLE_ENDIAN);
        header.putLong(padded).put(json);
        while (header.hasRemaining()) {
            header.put((byte) ' ');
        }
        return header.array();
    }
}
