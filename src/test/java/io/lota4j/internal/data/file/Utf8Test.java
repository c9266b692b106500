package io.lota4j.internal.data.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class Utf8Test {
    /// Of gzip, with nothing behind it.
    private static final byte[] HEADER = {0x1F, (byte) 0x8B, 8, 0, 0, 0, 0, 0, 0, 0};

    @TempDir
    private Path folder = Path.of("");

    @Test
    @EnabledOnOs(OS.LINUX)
    void aFileThatEndsBeforeItsTextIsClosed() throws IOException {
        Path file = Files.write(folder.resolve("rows.json.gz"), HEADER).toRealPath();
        Source source = Source.of("rows.json.gz", file);
        assertThatThrownBy(() -> Utf8.reader(source))
                .isInstanceOf(IOException.class)
                .hasMessage("its gzip data is damaged or cut off; get it again");
        assertThat(open()).doesNotContain(file);
    }

    /// The files that this process has open.
    private static List<Path> open() throws IOException {
        List<Path> files = new ArrayList<>();
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            for (Path descriptor : descriptors.toList()) {
                // The one of the folder itself is gone by now.
                if (Files.exists(descriptor)) {
                    files.add(Files.readSymbolicLink(descriptor));
                }
            }
        }
        return files;
    }
}
