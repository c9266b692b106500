package io.lota4j.mask;

import io.lota4j.LotaException;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.roaringbitmap.RoaringBitmap;
import org.roaringbitmap.RoaringBitmapWriter;

/// Sets of flat element indices as bytes: the portable RoaringBitmap serialization, which C, Go, Rust and Python read
/// too.
///
/// What is written is canonical: equal sets give equal bytes. What is read may be any valid form.
public final class IndexSets {
    /// The largest tensor that an index set can be over, in elements: indices are Java ints.
    public static final long MAX_ELEMENTS = Integer.MAX_VALUE;

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /// The first two bytes of a set with runs; the two after them count its containers.
    private static final int COOKIE_WITH_RUNS = 12347;
    /// The first four bytes of a set without runs; the four after them count its containers.
    private static final int COOKIE_WITHOUT_RUNS = 12346;

    private static final int MAX_CONTAINERS = 1 << 16;

    private IndexSets() {}

    /// The canonical bytes of a set, which is left as it is.
    public static byte[] toBytes(RoaringBitmap set) {
        RoaringBitmap canonical = optimized(set.clone());
        ByteBuffer bytes =
                ByteBuffer.allocate(canonical.serializedSizeInBytes()).order(ByteOrder.LITTLE_ENDIAN);
        canonical.serialize(bytes);
        return bytes.array();
    }

    /// The set that bytes from a file describe; the bytes are hostile until checked.
    ///
    /// @param bytes the whole serialization and nothing after it
    /// @param elements of the tensor, which every index must be below
    /// @param where the file and tensor, for the message
    /// @throws LotaException when the bytes are no valid serialization, go on after it, or hold an index past
    ///     the end
    public static RoaringBitmap fromBytes(MemorySegment bytes, long elements, String where) {
        RoaringBitmap set = parse(bytes, where);
        if (!set.validate()) {
            throw new LotaException(
                    "%s: the index set contradicts itself (the order or the counts of its indices).".formatted(where));
        }
        if (!set.isEmpty() && Integer.toUnsignedLong(set.last()) >= elements) {
            throw new LotaException("%s: index %d is past the end of a tensor of %d elements."
                    .formatted(where, Integer.toUnsignedLong(set.last()), elements));
        }
        return optimized(set);
    }

    private static RoaringBitmap parse(MemorySegment bytes, String where) {
        if (!hasHeader(bytes)) {
            throw new LotaException("%s: not a portable RoaringBitmap (%d bytes without its header)."
                    .formatted(where, bytes.byteSize()));
        }
        RoaringBitmap set = new RoaringBitmap();
        var in = new ByteArrayInputStream(bytes.toArray(ValueLayout.JAVA_BYTE));
        try {
            set.deserialize(new DataInputStream(in));
        } catch (IOException e) {
            throw new LotaException(
                    "%s: the index set ends before its last container; is the file truncated?".formatted(where), e);
        }
        if (in.available() > 0) {
            throw new LotaException("%s: %d bytes follow the end of the index set.".formatted(where, in.available()));
        }
        return set;
    }

    /// Whether bytes begin as the format says. The library allocates as many containers as a header names before it
    /// reads any, even a negative number.
    private static boolean hasHeader(MemorySegment bytes) {
        if (bytes.byteSize() < 2 * Integer.BYTES) {
            return false;
        }
        int cookie = bytes.get(INT, 0);
        int containers = bytes.get(INT, Integer.BYTES);
        return (cookie & 0xFFFF) == COOKIE_WITH_RUNS
                || (cookie == COOKIE_WITHOUT_RUNS && containers >= 0 && containers <= MAX_CONTAINERS);
    }

    /// Collects indices in ascending order.
    public static RoaringBitmapWriter<RoaringBitmap> writer() {
        return RoaringBitmapWriter.writer().constantMemory().get();
    }

    /// The same set, changed to its smallest containers, the one form that two equal sets share.
    public static RoaringBitmap optimized(RoaringBitmap set) {
        set.runOptimize();
        return set;
    }
}
