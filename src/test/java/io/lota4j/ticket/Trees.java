package io.lota4j.ticket;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Compares directories.
final class Trees {
    private Trees() {}

    static void assertSame(Path actual, Path expected, String description) throws IOException {
        assertThat(files(actual)).as(description).isEqualTo(model(expected));
        for (String file : model(expected)) {
            assertThat(Files.mismatch(actual.resolve(file), expected.resolve(file)))
                    .as("%s: first differing byte of %s", description, file)
                    .isEqualTo(-1);
        }
    }

    /// The files of a model that one made of it has too; see [io.lota4j.internal.checkpoint.ModelFiles].
    static List<String> model(Path root) throws IOException {
        return files(root).stream()
                .filter(file -> !file.contains("/") && !file.equals("README.md"))
                .toList();
    }

    static List<String> files(Path root) throws IOException {
        try (var walk = Files.walk(root)) {
            return walk.filter(Files::isRegularFile)
                    .map(file -> root.relativize(file).toString())
                    .sorted()
                    .toList();
        }
    }
}
