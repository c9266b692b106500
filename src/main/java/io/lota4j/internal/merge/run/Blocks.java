package io.lota4j.internal.merge.run;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.zip.CRC32C;

/// A digest of bytes that are written in blocks by several threads: the CRC-32C of the blocks' own, in their order.
final class Blocks {
    private final AtomicIntegerArray sums;

    /// @param count of blocks
    Blocks(int count) {
        sums = new AtomicIntegerArray(count);
    }

    /// @param block its number
    /// @param bytes all of them; the buffer's position stays
    void put(int block, ByteBuffer bytes) {
        CRC32C sum = new CRC32C();
        sum.update(bytes.duplicate());
        sums.set(block, (int) sum.getValue());
    }

    /// After all blocks were put.
    int digest() {
        ByteBuffer all = ByteBuffer.allocate(sums.length() * Integer.BYTES);
        for (int i = 0; i < sums.length(); i++) {
            all.putInt(sums.get(i));
        }
        CRC32C sum = new CRC32C();
        sum.update(all.flip());
        return (int) sum.getValue();
    }
}
