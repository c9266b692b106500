package io.lota4j.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Standard output that remembers whether it could be written: a `PrintWriter` alone drops what cannot be.
final class StandardOutput extends OutputStream {
    private final OutputStream out;
    private final PrintWriter writer = new PrintWriter(this, true, StandardCharsets.UTF_8);
    private @Nullable IOException failure;

    StandardOutput(OutputStream out) {
        this.out = out;
    }

    /// What commands print with.
    PrintWriter writer() {
        return writer;
    }

    @Override
    public void write(int one) throws IOException {
        write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int count) throws IOException {
        try {
            out.write(bytes, from, count);
        } catch (IOException e) {
            failure = failure == null ? e : failure;
            throw e;
        }
    }

    /// Ends the output, and says on `err` if it could not be written. Of a reader that went away, such as `head`,
    /// nothing is said.
    ///
    /// @param code exit code of the command
    /// @return the exit code of the process
    int end(int code, PrintWriter err) {
        writer.flush();
        if (failure == null) {
            return code;
        }
        String reason = String.valueOf(failure.getMessage());
        if (reason.contains("Broken pipe")) {
            return code == ExitCode.OK ? ExitCode.CLOSED_PIPE : code;
        }
        err.println("lota: standard output cannot be written: " + reason);
        return code == ExitCode.OK ? ExitCode.FAILED : code;
    }
}
