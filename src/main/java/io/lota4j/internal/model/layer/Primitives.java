package io.lota4j.internal.model.layer;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.stream.Collectors;

/// What layers' scripts are made of.
public final class Primitives {
    private static final String FILE = "primitives.py";

    private Primitives() {}

    /// The class with its primitives, without comments, which TorchScript's archives do not know; `$PRODUCT` is open.
    public static String source() {
        try (InputStream in = Objects.requireNonNull(Primitives.class.getResourceAsStream(FILE), FILE)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.strip().startsWith("#"))
                    .map(line -> line + "\n")
                    .collect(Collectors.joining());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
