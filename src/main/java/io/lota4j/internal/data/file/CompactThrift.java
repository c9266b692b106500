package io.lota4j.internal.data.file;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;

/// Goes over a structure in Thrift's compact protocol, in which Parquet describes files and pages, without keeping any
/// of it: hardwood 1.0.1 takes the memory for a text or a list before it sees whether there are as many bytes.
final class CompactThrift {
    /// Structures and lists within each other; Parquet's have eight.
    private static final int DEEPEST = 32;

    private static final int LONG_SIZE = 15;

    private final ByteBuffer bytes;

    private CompactThrift(ByteBuffer bytes) {
        this.bytes = bytes;
    }

    /// @param bytes begin with a structure; its position moves behind it
    /// @throws IOException when the structure does not end there, or says that it holds more than there is
    static void check(ByteBuffer bytes) throws IOException {
        try {
            new CompactThrift(bytes).structure(0);
        } catch (BufferUnderflowException e) {
            throw new IOException("a structure that does not end", e);
        }
    }

    private void structure(int depth) throws IOException {
        if (depth > DEEPEST) {
            throw new IOException("structures within each other without end");
        }
        for (byte field = bytes.get(); field != 0; field = bytes.get()) {
            if ((field & 0xF0) == 0) {
                number();
            }
            int type = field & 0xF;
            if (type > 2) {
                value(type, depth);
            }
        }
    }

    private void value(int type, int depth) throws IOException {
        switch (type) {
            case 1, 2, 3 -> bytes.get();
            case 4, 5, 6 -> number();
            case 7 -> bytes.getDouble();
            case 8 -> {
                int size = size(number());
                bytes.position(bytes.position() + size);
            }
            case 9, 10 -> list(depth);
            case 11 -> map(depth);
            case 12 -> structure(depth + 1);
            default -> throw new IOException("a value of no type");
        }
    }

    private void list(int depth) throws IOException {
        byte head = bytes.get();
        int length = (head & 0xF0) >>> 4;
        int size = size(length == LONG_SIZE ? number() : length);
        for (int i = 0; i < size; i++) {
            value(head & 0xF, depth + 1);
        }
    }

    private void map(int depth) throws IOException {
        int size = size(number());
        byte types = size == 0 ? 0 : bytes.get();
        for (int i = 0; i < size; i++) {
            value((types & 0xF0) >>> 4, depth + 1);
            value(types & 0xF, depth + 1);
        }
    }

    /// A number of bytes, or of values that take at least one each.
    private int size(long said) throws IOException {
        if (said < 0 || said > bytes.remaining()) {
            throw new IOException("a text or a list of " + said + " where " + bytes.remaining() + " bytes are left");
        }
        return (int) said;
    }

    private long number() throws IOException {
        long number = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            byte next = bytes.get();
            number |= (next & 0x7FL) << shift;
            if (next >= 0) {
                return number;
            }
        }
        throw new IOException("a number of too many bytes");
    }
}
