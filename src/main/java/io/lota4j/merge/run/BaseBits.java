package io.lota4j.merge.run;

import io.lota4j.ticket.Changes;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.roaringbitmap.BatchIterator;
import org.roaringbitmap.RoaringBitmap;

/// Collects the base's elements of some indices from tickets that each hold some of them.
final class BaseBits {
    private static final int BATCH = 4096;

    private final Changes changes;
    private final int elementSize;
    private final byte[] bytes;

    BaseBits(Changes changes, int elementSize) {
        this.changes = changes;
        this.elementSize = elementSize;
        bytes = new byte[Math.multiplyExact(changes.count(), elementSize)];
    }

    /// Takes those elements that a ticket has. All tickets are for one base, so where two have an element it is the
    /// same.
    ///
    /// @param index the ticket's indices
    /// @param bits their elements, in order
    void take(RoaringBitmap index, MemorySegment bits) {
        BatchIterator iterator = index.getBatchIterator();
        int[] batch = new int[BATCH];
        byte[] elements = new byte[BATCH * elementSize];
        long position = 0;
        int entry = 0;
        while (iterator.hasNext()) {
            int size = iterator.nextBatch(batch);
            MemorySegment.copy(bits, ValueLayout.JAVA_BYTE, position * elementSize, elements, 0, size * elementSize);
            for (int i = 0; i < size; i++) {
                entry = changes.find(entry, batch[i]);
                if (entry < changes.count() && changes.indices()[entry] == batch[i]) {
                    copy(elements, i, entry);
                }
            }
            position += size;
        }
    }

    private void copy(byte[] elements, int from, int entry) {
        for (int b = 0; b < elementSize; b++) {
            bytes[entry * elementSize + b] = elements[from * elementSize + b];
        }
    }

    /// One element for each entry.
    byte[] bytes() {
        return bytes;
    }
}
