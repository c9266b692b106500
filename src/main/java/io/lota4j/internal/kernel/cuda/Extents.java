package io.lota4j.internal.kernel.cuda;

import io.lota4j.internal.Text;
import io.lota4j.internal.kernel.Activations;
import io.lota4j.internal.kernel.Entries;
import io.lota4j.internal.memory.Buffer;
import java.lang.foreign.ValueLayout;

/// How much of each buffer a kernel may touch, held against what there is: a card does not check.
final class Extents {
    private Extents() {}

    /// The entries' part of a compact F32 buffer.
    static Buffer compact(String name, Buffer buffer, long count) {
        return first(name, buffer, count * Float.BYTES);
    }

    /// Indices ascend, so the last one is the largest.
    ///
    /// @param elements of the whole
    /// @param entries whose index the host can read
    static void checkInside(String name, long elements, Entries entries) {
        if (entries.count() > 0) {
            check(name, entries.at(0), elements);
            check(name, entries.at(entries.count() - 1), elements);
        }
    }

    private static void check(String name, long place, long elements) {
        if (place < 0 || place >= elements) {
            throw new IndexOutOfBoundsException(
                    Text.format("entry at %d of %s, which has %d elements", place, name, elements));
        }
    }

    /// From the first to the last element.
    static Buffer spanned(String name, Activations a) {
        long last = a.tokens() == 0 || a.features() == 0 ? -1 : a.at(a.tokens() - 1, a.features() - 1);
        return first(name, a.memory(), (last + 1) * ValueLayout.JAVA_FLOAT.byteSize());
    }

    private static Buffer first(String name, Buffer buffer, long bytes) {
        if (buffer.byteSize() < bytes) {
            throw new IndexOutOfBoundsException(
                    Text.format("%s has %d bytes, not the %d that are needed", name, buffer.byteSize(), bytes));
        }
        return buffer.slice(0, bytes);
    }
}
