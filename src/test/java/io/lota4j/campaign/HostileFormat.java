package io.lota4j.campaign;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A kind of input that may be hostile, and how the product reads it.
///
/// @param name of the format, for reports
/// @param parts the syntax of each file that an input is made of; several are joined by [#join]
/// @param seeds valid inputs, of which damaged ones are made
/// @param sealed whether what is read of a damaged input must equal what is read of the undamaged one
/// @param reading how it is read
@SuppressWarnings("ArrayRecordComponent") // inputs are bytes; nobody compares formats
record HostileFormat(String name, List<Syntax> parts, List<byte[]> seeds, boolean sealed, Reading reading) {
    /// No input is longer, in bytes.
    static final int LONGEST = 1 << 17;

    /// How the bytes of a file are to be understood.
    enum Syntax {
        /// A length, a JSON header, data.
        SAFETENSORS,
        JSON,
        /// Words and signs: YAML, templates, tables, one JSON object a line.
        TEXT,
        BINARY
    }

    /// Reads an input.
    @FunctionalInterface
    interface Reading {
        /// @return what was read, to be compared with `equals` where the format is sealed
        /// @throws io.lota4j.LotaException when the input is refused, which is the only exception that is right
        /// @throws IOException when the input cannot be put where it is read from
        Object read(byte[] input) throws IOException;
    }

    HostileFormat {
        seeds = List.copyOf(seeds);
        parts = List.copyOf(parts);
    }

    /// Inputs of one file.
    static HostileFormat of(String name, Syntax syntax, List<byte[]> seeds, Reading reading) {
        return new HostileFormat(name, List.of(syntax), seeds, false, reading);
    }

    /// Puts a file where it is read from. It is a new one: where the one before is still mapped, cutting it short would
    /// end the JVM.
    static Path put(Path file, byte[] bytes) throws IOException {
        Files.deleteIfExists(file);
        return Files.write(file, bytes);
    }

    /// Several files as one input: each with its length before it.
    static byte[] join(List<byte[]> files) {
        int length =
                files.stream().mapToInt(file -> Integer.BYTES + file.length).sum();
        ByteBuffer joined = ByteBuffer.allocate(length);
        files.forEach(file -> joined.putInt(file.length).put(file));
        return joined.array();
    }

    /// The files of an input, whatever its bytes are.
    ///
    /// @param count how many files there must be; those that the input does not have are empty
    static List<byte[]> split(byte[] input, int count) {
        ByteBuffer rest = ByteBuffer.wrap(input);
        List<byte[]> files = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            long said = rest.remaining() < Integer.BYTES ? 0 : Integer.toUnsignedLong(rest.getInt());
            byte[] file = new byte[(int) Math.min(said, rest.remaining())];
            rest.get(file);
            files.add(file);
        }
        return files;
    }
}
