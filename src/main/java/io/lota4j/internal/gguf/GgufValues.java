package io.lota4j.internal.gguf;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// The keys and values of a GGUF file, in the order that they are put in.
public final class GgufValues {
    private static final int UINT32 = 4;
    private static final int INT32 = 5;
    private static final int FLOAT32 = 6;
    private static final int BOOL = 7;
    private static final int STRING = 8;
    private static final int ARRAY = 9;

    private final Bytes bytes = new Bytes();
    private int count;

    /// A whole number from 0 to 2³² - 1.
    public GgufValues number(String key, long value) {
        start(key, UINT32).u32(value);
        return this;
    }

    public GgufValues real(String key, double value) {
        start(key, FLOAT32).f32((float) value);
        return this;
    }

    public GgufValues flag(String key, boolean value) {
        start(key, BOOL).u8(value ? 1 : 0);
        return this;
    }

    public GgufValues text(String key, String value) {
        start(key, STRING).text(value);
        return this;
    }

    public GgufValues texts(String key, List<String> values) {
        Bytes array = array(key, STRING, values.size());
        values.forEach(array::text);
        return this;
    }

    public GgufValues wholes(String key, int[] values) {
        Bytes array = array(key, INT32, values.length);
        for (int value : values) {
            array.u32(value);
        }
        return this;
    }

    public GgufValues reals(String key, float[] values) {
        Bytes array = array(key, FLOAT32, values.length);
        for (float value : values) {
            array.f32(value);
        }
        return this;
    }

    private Bytes start(String key, int type) {
        count++;
        return bytes.text(key).u32(type);
    }

    private Bytes array(String key, int type, int length) {
        return start(key, ARRAY).u32(type).u64(length);
    }

    int count() {
        return count;
    }

    byte[] toBytes() {
        return bytes.toByteArray();
    }

    /// Little-endian bytes.
    static final class Bytes extends ByteArrayOutputStream {
        Bytes u8(int value) {
            write(value);
            return this;
        }

        Bytes u32(long value) {
            return add(ByteBuffer.allocate(Integer.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putInt((int) value));
        }

        Bytes u64(long value) {
            return add(ByteBuffer.allocate(Long.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(value));
        }

        Bytes f32(float value) {
            return u32(Float.floatToRawIntBits(value));
        }

        Bytes text(String value) {
            byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
            u64(utf8.length);
            writeBytes(utf8);
            return this;
        }

        private Bytes add(ByteBuffer buffer) {
            writeBytes(buffer.array());
            return this;
        }
    }
}
