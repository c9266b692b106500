package io.lota4j.internal.kernel.cuda;

import io.lota4j.internal.memory.Buffer;
import org.jspecify.annotations.Nullable;

/// One argument of a kernel.
sealed interface Argument {
    /// The type of the parameter that takes it, as PTX names it.
    String type();

    record I32(int value) implements Argument {
        @Override
        public String type() {
            return "u32";
        }
    }

    record I64(long value) implements Argument {
        @Override
        public String type() {
            return "u64";
        }
    }

    record F32(float value) implements Argument {
        @Override
        public String type() {
            return "f32";
        }
    }

    /// Memory of the host or of the card: of exactly the bytes that the kernel may touch.
    ///
    /// @param buffer null for a null pointer
    record Memory(String name, @Nullable Buffer buffer, Access access) implements Argument {
        @Override
        public String type() {
            return "u64";
        }
    }

    /// What a kernel does with memory, so what has to be copied when it is the host's.
    enum Access {
        READ,
        WRITE,
        UPDATE;

        boolean reads() {
            return this != WRITE;
        }

        boolean writes() {
            return this != READ;
        }
    }

    static Argument of(int value) {
        return new I32(value);
    }

    static Argument of(long value) {
        return new I64(value);
    }

    static Argument of(float value) {
        return new F32(value);
    }

    static Memory in(String name, @Nullable Buffer buffer) {
        return new Memory(name, buffer, Access.READ);
    }

    /// Every byte is written: what was there before does not matter.
    static Memory out(String name, Buffer buffer) {
        return new Memory(name, buffer, Access.WRITE);
    }

    static Memory inOut(String name, @Nullable Buffer buffer) {
        return new Memory(name, buffer, Access.UPDATE);
    }
}
