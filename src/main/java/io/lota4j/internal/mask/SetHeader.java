package io.lota4j.internal.mask;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// The front of an index set's serialization
/// ([its format](https://github.com/RoaringBitmap/RoaringFormatSpec)).
///
/// @param source the whole serialization
/// @param hasRuns whether a bit for each container says if it is one of runs
/// @param containers how many there are
record SetHeader(MemorySegment source, boolean hasRuns, int containers) {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /// The first two bytes of a set with runs; the two after them count its containers less one.
    private static final int COOKIE_WITH_RUNS = 12347;
    /// The first four bytes of a set without runs; the four after them count its containers.
    private static final int COOKIE_WITHOUT_RUNS = 12346;

    private static final int MAX_CONTAINERS = 1 << 16;

    /// Where containers begin is not said in a set with runs and fewer containers.
    private static final int NO_STARTS = 4;

    /// @throws LotaException when the bytes do not begin as the format says, or end before their containers do
    static SetHeader of(MemorySegment bytes, String where) {
        if (bytes.byteSize() >= 2 * Integer.BYTES) {
            int cookie = bytes.get(INT, 0);
            int count = bytes.get(INT, Integer.BYTES);
            if ((cookie & 0xFFFF) == COOKIE_WITH_RUNS) {
                return whole(new SetHeader(bytes, true, (cookie >>> Short.SIZE) + 1), where);
            }
            if (cookie == COOKIE_WITHOUT_RUNS && count >= 0 && count <= MAX_CONTAINERS) {
                return whole(new SetHeader(bytes, false, count), where);
            }
        }
        throw new LotaException(Text.format(
                "%s: not a portable RoaringBitmap (%d bytes without its header).", where, bytes.byteSize()));
    }

    private static SetHeader whole(SetHeader header, String where) {
        if (header.bytes() > header.source.byteSize()) {
            throw new LotaException(
                    Text.format("%s: the index set ends before its last container; is the file truncated?", where));
        }
        return header;
    }

    private long keysAt() {
        return hasRuns ? Integer.BYTES + Math.ceilDiv(containers, Byte.SIZE) : 2 * Integer.BYTES;
    }

    /// Length of all that comes before the first container.
    long bytes() {
        long keys = 2L * Short.BYTES * containers;
        long starts = hasRuns && containers < NO_STARTS ? 0 : (long) Integer.BYTES * containers;
        return keysAt() + keys + starts;
    }

    /// The upper half of a container's indices.
    int key(int container) {
        return SetContainer.unsigned(source, keysAt() + 2L * Short.BYTES * container);
    }

    private int count(int container) {
        return SetContainer.unsigned(source, keysAt() + 2L * Short.BYTES * container + Short.BYTES) + 1;
    }

    private boolean isOfRuns(int container) {
        byte flags = hasRuns ? source.get(ValueLayout.JAVA_BYTE, Integer.BYTES + container / Byte.SIZE) : 0;
        return (flags >>> container % Byte.SIZE & 1) != 0;
    }

    /// How many bytes a container takes.
    ///
    /// @param at where it begins; it may be past the end
    long lengthAt(int container, long at) {
        if (isOfRuns(container)) {
            boolean counted = at + Short.BYTES <= source.byteSize();
            return Short.BYTES + (counted ? 2L * Short.BYTES * SetContainer.unsigned(source, at) : 0);
        }
        int count = count(container);
        return count > SetContainer.MAX_LISTED ? SetContainer.BITMAP_BYTES : (long) Short.BYTES * count;
    }

    /// @param bytes the container's
    SetContainer container(int container, MemorySegment bytes) {
        if (isOfRuns(container)) {
            return new SetContainer.Runs(bytes.asSlice(Short.BYTES));
        }
        int count = count(container);
        return count > SetContainer.MAX_LISTED ? new SetContainer.Bitmap(bytes, count) : new SetContainer.Listed(bytes);
    }
}
