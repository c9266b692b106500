package io.lota4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class StandardOutputTest {
    private final StringWriter err = new StringWriter();

    @Test
    void whatWasWrittenEndsWithTheCommandsCode() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        StandardOutput output = new StandardOutput(bytes);
        output.writer().print("ä\n");
        assertThat(end(output, 3)).isEqualTo(3);
        assertThat(bytes.toString(StandardCharsets.UTF_8)).isEqualTo("ä\n");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void everyWayToPrintOnAFullDeviceIsTold() throws IOException {
        for (String[] line : new String[][] {{"--help"}, {"--version"}, {"train", "--help"}, {"mask", "and", "-h"}}) {
            try (OutputStream full = new FileOutputStream("/dev/full")) {
                StandardOutput output = new StandardOutput(full);
                int code = new Main(Commands.standard(), output.writer(), new PrintWriter(err)).execute(line);
                assertThat(end(output, code)).as(String.join(" ", line)).isEqualTo(ExitCode.FAILED);
                assertThat(err.toString())
                        .endsWith("lota: standard output cannot be written: No space left on device\n");
            }
        }
    }

    @Test
    void aCommandThatFailedKeepsItsCode() throws IOException {
        try (OutputStream full = new FileOutputStream("/dev/full")) {
            StandardOutput output = new StandardOutput(full);
            output.writer().println("lost");
            assertThat(end(output, ExitCode.INTERRUPTED)).isEqualTo(ExitCode.INTERRUPTED);
            assertThat(err.toString()).contains("standard output cannot be written");
        }
    }

    @Test
    void aReaderThatWentAwayIsNoProblem() {
        StandardOutput output = new StandardOutput(new OutputStream() {
            @Override
            public void write(int one) throws IOException {
                throw new IOException("Broken pipe");
            }
        });
        output.writer().println("lost");
        assertThat(end(output, ExitCode.OK)).isEqualTo(141);
        assertThat(err.toString()).isEmpty();
    }

    private int end(StandardOutput output, int code) {
        PrintWriter printer = new PrintWriter(err);
        try {
            return output.end(code, printer);
        } finally {
            printer.flush();
        }
    }
}
