package io.lota4j.export;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// Reads a GGUF file as the format's description says, for tests.
public final class GgufReader {
    final Map<String, Object> values = new LinkedHashMap<>();
    final Map<String, Tensor> tensors = new LinkedHashMap<>();
    private final ByteBuffer bytes;
    private final int data;

    /// @param dims as the file has them, columns first
    record Tensor(List<Long> dims, int type, long offset) {}

    /// @throws RuntimeException when it is no such file
    public GgufReader(Path file) throws IOException {
        bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        require(bytes.getInt() == 0x46554747 && bytes.getInt() == 3);
        long count = bytes.getLong();
        long keys = bytes.getLong();
        for (long i = 0; i < keys; i++) {
            String key = text();
            require(values.put(key, value(bytes.getInt())) == null);
        }
        for (long i = 0; i < count; i++) {
            String name = text();
            List<Long> dims = new ArrayList<>();
            int rank = bytes.getInt();
            for (int d = 0; d < rank; d++) {
                dims.add(bytes.getLong());
            }
            Tensor tensor = new Tensor(dims, bytes.getInt(), bytes.getLong());
            require(tensor.offset() % 32 == 0 && tensors.put(name, tensor) == null);
        }
        data = (bytes.position() + 31) / 32 * 32;
    }

    private static void require(boolean holds) {
        if (!holds) {
            throw new IllegalStateException("no GGUF file as it should be");
        }
    }

    private String text() {
        byte[] utf8 = new byte[Math.toIntExact(bytes.getLong())];
        bytes.get(utf8);
        return new String(utf8, StandardCharsets.UTF_8);
    }

    private Object value(int type) {
        return switch (type) {
            case 4, 5 -> bytes.getInt();
            case 6 -> bytes.getFloat();
            case 7 -> bytes.get() != 0;
            case 8 -> text();
            case 9 -> {
                int element = bytes.getInt();
                long length = bytes.getLong();
                List<Object> list = new ArrayList<>();
                for (long i = 0; i < length; i++) {
                    list.add(value(element));
                }
                yield list;
            }
            default -> throw new IllegalStateException("type " + type);
        };
    }

    Tensor tensor(String name) {
        return Objects.requireNonNull(tensors.get(name), name);
    }

    /// All that it says and holds, to be compared.
    ///
    /// @throws RuntimeException when it ends before its tensors do
    public List<Object> read() {
        List<Object> all = new ArrayList<>(List.of(values, tensors));
        tensors.keySet().forEach(name -> all.add(Arrays.hashCode(floats(name))));
        return all;
    }

    /// The elements as floats, of F32, F16, BF16 and Q8_0.
    float[] floats(String name) {
        Tensor tensor = tensor(name);
        int count = Math.toIntExact(tensor.dims().stream().reduce(1L, (a, b) -> a * b));
        int at = Math.toIntExact(data + tensor.offset());
        float[] floats = new float[count];
        for (int i = 0; i < count; i++) {
            floats[i] = switch (tensor.type()) {
                case 0 -> bytes.getFloat(at + 4 * i);
                case 1 -> Float.float16ToFloat(bytes.getShort(at + 2 * i));
                case 30 -> Float.intBitsToFloat(bytes.getShort(at + 2 * i) << 16);
                case 8 ->
                    Float.float16ToFloat(bytes.getShort(at + i / 32 * 34)) * bytes.get(at + i / 32 * 34 + 2 + i % 32);
                default -> throw new IllegalStateException("type " + tensor.type());
            };
        }
        return floats;
    }
}
