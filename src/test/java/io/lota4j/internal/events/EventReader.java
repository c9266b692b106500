package io.lota4j.internal.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Reads event files, knowing nothing of what writes them.
public final class EventReader {
    private static final int CASTAGNOLI = 0x82f63b78;

    private EventReader() {}

    /// What an event says.
    ///
    /// @param what `version`, `start` or `scalars`
    public record Event(String what, double time, long step, Map<String, Float> scalars) {}

    public static List<Event> read(Path file) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        List<Event> events = new ArrayList<>();
        while (bytes.hasRemaining()) {
            byte[] length = take(bytes, 8);
            assertThat(bytes.getInt()).isEqualTo(masked(length));
            byte[] record = take(bytes, (int) little(length).getLong());
            assertThat(bytes.getInt()).isEqualTo(masked(record));
            events.add(event(little(record)));
        }
        return events;
    }

    private static byte[] take(ByteBuffer from, int length) {
        byte[] taken = new byte[length];
        from.get(taken);
        return taken;
    }

    private static ByteBuffer little(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /// CRC-32C bit by bit, as TFRecord masks it.
    private static int masked(byte[] bytes) {
        int crc = -1;
        for (byte b : bytes) {
            crc ^= b & 0xff;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc >>> 1) ^ ((crc & 1) * CASTAGNOLI);
            }
        }
        crc = ~crc;
        return ((crc >>> 15) | (crc << 17)) + 0xa282ead8;
    }

    private static Event event(ByteBuffer bytes) {
        double time = 0;
        long step = 0;
        String what = "";
        Map<String, Float> scalars = new LinkedHashMap<>();
        while (bytes.hasRemaining()) {
            int tag = (int) varint(bytes);
            switch (tag) {
                case 0x09 -> time = bytes.getDouble();
                case 0x10 -> step = varint(bytes);
                case 0x1a -> {
                    assertThat(text(bytes)).isEqualTo("brain.Event:2");
                    what = "version";
                }
                case 0x2a -> {
                    what = "scalars";
                    summary(block(bytes), scalars);
                }
                case 0x3a -> {
                    assertThat(take(block(bytes), 2)).containsExactly(8, 1);
                    what = "start";
                }
                default -> throw new AssertionError("unknown field " + tag);
            }
        }
        return new Event(what, time, step, scalars);
    }

    private static void summary(ByteBuffer bytes, Map<String, Float> scalars) {
        while (bytes.hasRemaining()) {
            assertThat(bytes.get()).isEqualTo((byte) 0x0a);
            ByteBuffer value = block(bytes);
            assertThat(value.get()).isEqualTo((byte) 0x0a);
            String name = text(value);
            assertThat(value.get()).isEqualTo((byte) 0x15);
            scalars.put(name, value.getFloat());
        }
    }

    private static String text(ByteBuffer bytes) {
        ByteBuffer block = block(bytes);
        return new String(take(block, block.remaining()), StandardCharsets.UTF_8);
    }

    private static ByteBuffer block(ByteBuffer bytes) {
        return little(take(bytes, (int) varint(bytes)));
    }

    private static long varint(ByteBuffer bytes) {
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            byte b = bytes.get();
            value |= (b & 0x7fL) << shift;
            if (b >= 0) {
                return value;
            }
        }
    }
}
