package io.lota4j.internal.mask;

import java.lang.foreign.MemorySegment;
import java.util.OptionalDouble;
import org.roaringbitmap.RoaringBitmapWriter;

/// What decides which values are chosen: those over a magnitude, and so many of those equal to it, first come first
/// served.
final class Threshold {
    private static final int BELOW_ALL = -1;

    private final int magnitude;
    private long equalLeft;

    /// @param magnitude bits of the threshold, see [RadixSelect#magnitude(MemorySegment, long)]
    /// @param equalLeft how many values equal to it are chosen
    Threshold(int magnitude, long equalLeft) {
        this.magnitude = magnitude;
        this.equalLeft = equalLeft;
    }

    /// Chooses every value.
    static Threshold all() {
        return new Threshold(BELOW_ALL, 0);
    }

    /// Chooses no value.
    static Threshold none() {
        return new Threshold(Integer.MAX_VALUE, 0);
    }

    /// The least magnitude that is chosen, unless all or none are.
    OptionalDouble threshold() {
        return magnitude == BELOW_ALL || magnitude == Integer.MAX_VALUE
                ? OptionalDouble.empty()
                : OptionalDouble.of(Float.intBitsToFloat(magnitude));
    }

    /// Writes the indices of the chosen values.
    ///
    /// @param floats the next values in order
    /// @param first the index of the first of them
    void write(MemorySegment floats, long first, RoaringBitmapWriter<?> chosen) {
        long values = floats.byteSize() / Float.BYTES;
        for (long i = 0; i < values; i++) {
            int found = RadixSelect.magnitude(floats, i);
            if (found > magnitude || (found == magnitude && equalLeft-- > 0)) {
                chosen.add((int) (first + i));
            }
        }
    }
}
