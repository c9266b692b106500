package io.lota4j.cli;

import java.nio.file.Path;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// Something that is given for one of several tickets, written `NAME=WHAT`.
///
/// @param <T> what is given
/// @param name the ticket's
record Named<T>(String name, T given) {
    private static Named<String> parse(String value) {
        int equals = value.indexOf('=');
        if (equals <= 0 || equals == value.length() - 1) {
            throw new TypeConversionException(
                    "expected NAME=... with the name of a ticket's file before its .ticket.safetensors, found '" + value
                            + "'");
        }
        return new Named<>(value.substring(0, equals), value.substring(equals + 1));
    }

    /// The name of a ticket's file, without what says that it is a ticket.
    static String of(Path ticket) {
        return ticket.getFileName().toString().replaceFirst("(\\.ticket)?(\\.safetensors)?$", "");
    }

    /// A text for a ticket.
    static final class OfText implements ITypeConverter<Named<String>> {
        @Override
        public Named<String> convert(String value) {
            return parse(value);
        }
    }

    /// A path for a ticket.
    static final class OfPath implements ITypeConverter<Named<Path>> {
        @Override
        public Named<Path> convert(String value) {
            Named<String> named = parse(value);
            return new Named<>(named.name, Path.of(named.given));
        }
    }

    @Override
    public String toString() {
        return name + "=" + given;
    }
}
