package io.lota4j.internal.mask;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.roaringbitmap.BitSetUtil;
import org.roaringbitmap.RoaringBitmap;
import org.roaringbitmap.RoaringBitmapWriter;

/// Sets of flat element indices as bytes: the portable RoaringBitmap serialization, which C, Go, Rust and Python read
/// too.
///
/// What is written is canonical: equal sets give equal bytes. What is read may be any valid form.
public final class IndexSets {
    /// The largest tensor that an index set can be over, in elements: indices are Java ints.
    public static final long MAX_ELEMENTS = Integer.MAX_VALUE;

    private IndexSets() {}

    /// The canonical bytes of a set, which is left as it is.
    public static byte[] toBytes(RoaringBitmap set) {
        RoaringBitmap canonical = optimized(set.clone());
        ByteBuffer bytes =
                ByteBuffer.allocate(canonical.serializedSizeInBytes()).order(ByteOrder.LITTLE_ENDIAN);
        canonical.serialize(bytes);
        return bytes.array();
    }

    /// The most bytes that the canonical form of a set over as many elements takes.
    ///
    /// @param elements at most [#MAX_ELEMENTS]
    public static long maxBytes(long elements) {
        return RoaringBitmap.maximumSerializedSize(elements, elements);
    }

    /// The set that bytes from a file describe; the bytes are hostile until checked.
    ///
    /// @param bytes the whole serialization and nothing after it
    /// @param elements of the tensor, which every index must be below
    /// @param where the file and tensor, for the message
    /// @throws LotaException when the bytes are no valid serialization, go on after it, or hold an index past
    ///     the end
    public static RoaringBitmap fromBytes(MemorySegment bytes, long elements, String where) {
        IndexBits.of(bytes, elements, where);
        RoaringBitmap set = new RoaringBitmap();
        try {
            set.deserialize(bytes.asByteBuffer().order(ByteOrder.LITTLE_ENDIAN));
        } catch (IOException e) {
            throw new LotaException(Text.format("%s: cannot be read: %s", where, e.getMessage()), e);
        }
        return optimized(set);
    }

    /// Collects indices in ascending order.
    public static RoaringBitmapWriter<RoaringBitmap> writer() {
        return RoaringBitmapWriter.writer().constantMemory().get();
    }

    /// The set of what is marked in consecutive ranges.
    ///
    /// @param marks for each range a bit for each element, lowest first, in as many words as that takes
    /// @param span how long each range is
    public static RoaringBitmap ofRanges(long[] marks, int span) {
        return optimized(BitSetUtil.bitmapOf(span % Long.SIZE == 0 ? marks : BitRanges.joined(marks, span)));
    }

    /// The same set, changed to its smallest containers, the one form that two equal sets share.
    public static RoaringBitmap optimized(RoaringBitmap set) {
        set.runOptimize();
        return set;
    }
}
