package io.lota4j.merge.run;

import java.lang.foreign.MemorySegment;
import org.roaringbitmap.BatchIterator;
import org.roaringbitmap.RoaringBitmap;

/// Collects the base's elements of some indices from tickets that each hold some of them.
final class BaseBits {
    private static final int BATCH = 4096;

    private final MergedEntries entries;
    private final int elementSize;
    private final byte[] bytes;

    BaseBits(MergedEntries entries, int elementSize) {
        this.entries = entries;
        this.elementSize = elementSize;
        bytes = new byte[Math.multiplyExact(entries.count(), elementSize)];
    }

    /// Takes those elements that a ticket has. All tickets are for one base, so where two have an element it is the
    /// same.
    ///
    /// @param index the ticket's indices
    /// @param bits their elements, in order
    void take(RoaringBitmap index, MemorySegment bits) {
        MemorySegment target = MemorySegment.ofArray(bytes);
        BatchIterator iterator = index.getBatchIterator();
        int[] batch = new int[BATCH];
        long position = 0;
        int entry = 0;
        while (iterator.hasNext()) {
            int size = iterator.nextBatch(batch);
            for (int i = 0; i < size; i++) {
                entry = entries.from(entry, batch[i]);
                if (entry < entries.count() && entries.at(entry) == batch[i]) {
                    long at = (long) entry * elementSize;
                    MemorySegment.copy(bits, (position + i) * elementSize, target, at, elementSize);
                }
            }
            position += size;
        }
    }

    /// One element for each entry.
    byte[] bytes() {
        return bytes;
    }
}
