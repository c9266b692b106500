package io.lota4j.internal.mask;

import java.lang.foreign.MemorySegment;
import org.roaringbitmap.RoaringBitmap;

/// An index set of which ranges are read as bits. Safe for use by many threads.
public interface IndexBits {
    /// A set in its serialization, which is read in place: bytes of a mapped file stay there.
    ///
    /// @param bytes the whole serialization and nothing after it; hostile until checked, which is done here
    /// @param elements of the tensor, which every index must be below
    /// @param where the file and tensor, for the message
    /// @throws io.lota4j.LotaException when the bytes are no valid serialization, go on after it, or hold an index
    ///     past the end
    static IndexBits of(MemorySegment bytes, long elements, String where) {
        return SerializedSet.of(bytes, elements, where);
    }

    /// A set as it is now.
    static IndexBits of(RoaringBitmap set) {
        MemorySegment bytes = MemorySegment.ofArray(IndexSets.toBytes(set));
        return SerializedSet.of(bytes, IndexSets.MAX_ELEMENTS, "an index set");
    }

    /// How many indices are below one.
    long rank(long end);

    /// Reads the indices of a range.
    ///
    /// @param from where the range begins
    /// @param count its length
    /// @param into filled with a bit for each element of the range, lowest first; those of the last word that are
    ///     past the range are 0
    void read(long from, int count, long[] into);

    /// How many words [#read(long, int, long[])] fills.
    static int words(int count) {
        return Math.ceilDiv(count, Long.SIZE);
    }
}
