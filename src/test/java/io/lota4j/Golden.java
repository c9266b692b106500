package io.lota4j;

import io.lota4j.internal.checkpoint.SafetensorsFile;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.URISyntaxException;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Objects;

/// Reads what other programs computed, from `src/test/resources/golden`.
public final class Golden implements AutoCloseable {
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final SafetensorsFile file;

    private Golden(SafetensorsFile file) {
        this.file = file;
    }

    /// @param path below `golden`, for example `models/llama`
    public static Path path(String path) {
        try {
            return Path.of(Objects.requireNonNull(Golden.class.getResource("/golden/" + path), path)
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    public static Golden open(String path) {
        return new Golden(SafetensorsFile.open(path(path)));
    }

    public SafetensorsFile file() {
        return file;
    }

    public int[] shape(String name) {
        return Objects.requireNonNull(file.tensors().get(name), name).shape().dims().stream()
                .mapToInt(Long::intValue)
                .toArray();
    }

    public float[] floats(String name) {
        MemorySegment bytes = file.bytes(name);
        float[] values = new float[(int) (bytes.byteSize() / 4)];
        for (int i = 0; i < values.length; i++) {
            values[i] = bytes.get(FLOAT, 4L * i);
        }
        return values;
    }

    public int[] ints(String name) {
        MemorySegment bytes = file.bytes(name);
        int[] values = new int[(int) (bytes.byteSize() / 8)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (int) bytes.get(LONG, 8L * i);
        }
        return values;
    }

    public byte[] bytes(String name) {
        return file.bytes(name).toArray(ValueLayout.JAVA_BYTE);
    }

    @Override
    public void close() {
        file.close();
    }
}
