package io.lota4j.internal.memory;

import io.lota4j.memory.Device;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Memory of a device. It belongs to whoever made it, and is valid as long as what it was made of.
///
/// Java code reaches what is in it through [#read], [#write] and [#update] alone: on the host they lend the memory
/// itself, and nothing is copied; of a card's memory they lend a copy. What was lent must not be kept. Kernels compute
/// at the address.
public interface Buffer {
    /// Whose memory it is.
    Device device();

    /// Its size in bytes.
    long byteSize();

    /// Where it is in the device's memory. For kernels of that device only: elsewhere it means nothing.
    long address();

    /// A part of it, the same memory.
    ///
    /// @param offset of the part's first byte
    /// @param bytes of the part
    /// @throws IndexOutOfBoundsException if it is not all inside
    Buffer slice(long offset, long bytes);

    /// Sets every byte to 0.
    void zero();

    /// Lends what is in it. The reader must not write.
    void read(Consumer<? super MemorySegment> reader);

    /// As [#read], for what the reader makes of it.
    default <T> T get(Function<? super MemorySegment, ? extends T> reader) {
        AtomicReference<@Nullable T> made = new AtomicReference<>();
        read(memory -> made.set(reader.apply(memory)));
        return Objects.requireNonNull(made.get());
    }

    /// Lends memory whose content becomes this one's. The writer writes every byte, and reads none that it has not
    /// written.
    void write(Consumer<? super MemorySegment> writer);

    /// Lends what is in it, to be changed.
    void update(Consumer<? super MemorySegment> writer);

    /// Takes all of its content from as many bytes of the host's memory.
    default void copyFrom(MemorySegment source) {
        write(target -> target.copyFrom(source));
    }

    /// Copies all of its content to the host's memory.
    default void copyTo(MemorySegment target) {
        read(target::copyFrom);
    }
}
