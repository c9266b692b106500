package io.lota4j.internal.events;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.List;
import java.util.zip.CRC32C;

/// The records of an event file: the messages `Event` and `Summary` of TensorFlow in protobuf, framed as
/// TFRecords.
final class Records {
    private static final String VERSION = "brain.Event:2";
    private static final double NANOS = 1e9;
    private static final int CRC_MASK = 0xa282ead8;

    // Field numbers of Event.
    private static final int WALL_TIME = 1;
    private static final int STEP = 2;
    private static final int FILE_VERSION = 3;
    private static final int SUMMARY = 5;
    private static final int SESSION_LOG = 7;
    // Of SessionLog, and what START is there.
    private static final int STATUS = 1;
    private static final int START = 1;
    // Of Summary and of its values.
    private static final int VALUE = 1;
    private static final int TAG = 1;
    private static final int SIMPLE_VALUE = 2;

    private Records() {}

    /// The first record of a file.
    static byte[] version(Instant time) {
        return new Message()
                .real(WALL_TIME, seconds(time))
                .text(FILE_VERSION, VERSION)
                .bytes();
    }

    /// Says that a run begins or goes on with a step, whatever was said of it and later ones.
    static byte[] start(Instant time, long step) {
        return event(time, step)
                .message(SESSION_LOG, new Message().integer(STATUS, START))
                .bytes();
    }

    /// The points of a step.
    static byte[] scalars(Instant time, long step, List<Scalar> scalars) {
        Message summary = new Message();
        for (Scalar scalar : scalars) {
            Message value = new Message().text(TAG, scalar.tag()).single(SIMPLE_VALUE, (float) scalar.value());
            summary.message(VALUE, value);
        }
        return event(time, step).message(SUMMARY, summary).bytes();
    }

    private static Message event(Instant time, long step) {
        return new Message().real(WALL_TIME, seconds(time)).integer(STEP, step);
    }

    private static double seconds(Instant time) {
        return time.getEpochSecond() + time.getNano() / NANOS;
    }

    /// A record in its frame: length, its checksum, the bytes, their checksum.
    static ByteBuffer framed(byte[] record) {
        ByteBuffer frame = ByteBuffer.allocate(Long.BYTES + Integer.BYTES + record.length + Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN);
        frame.putLong(record.length);
        frame.putInt(masked(frame.array(), Long.BYTES));
        frame.put(record);
        frame.putInt(masked(record, record.length));
        return frame.flip();
    }

    /// The checksum of bytes that may hold checksums themselves: rotated by 15 bits, and a constant added.
    private static int masked(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return Integer.rotateRight((int) crc.getValue(), 15) + CRC_MASK;
    }
}
