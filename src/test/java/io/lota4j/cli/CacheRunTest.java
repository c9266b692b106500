package io.lota4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CacheRunTest {
    @TempDir
    private Path folder = Path.of("");

    @Test
    void mergesAndLeavesNothing() throws IOException {
        StringWriter text = new StringWriter();
        CacheRun.run(folder, new PrintWriter(text, true));
        assertThat(text.toString()).contains("Usage: lota", "b.ticket.safetensors", "A and B: overlap 100");
        assertThat(folder).isEmptyDirectory();
    }
}
