package io.lota4j.cli;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;

/// Keeps what took long to make when it cannot be written where it belongs.
final class Rescue {
    private Rescue() {}

    /// Writes a result; if that fails, writes it elsewhere and says where.
    ///
    /// @param out where it belongs
    /// @param writing writes it to a path, and says what it is
    /// @return what it says
    /// @throws LotaException if it cannot be written to `out`
    static <T> T write(Path out, Function<Path, T> writing) {
        return write(
                out,
                List.of(
                        Path.of(""),
                        Path.of(System.getProperty("user.home")),
                        Path.of(System.getProperty("java.io.tmpdir"))),
                writing);
    }

    /// As [#write(Path, Function)].
    ///
    /// @param folders that are tried
    static <T> T write(Path out, List<Path> folders, Function<Path, T> writing) {
        try {
            return writing.apply(out);
        } catch (LotaException e) {
            for (Path folder : folders) {
                Path kept = folder.resolve(
                        Text.format("rescued-%d-%s", ProcessHandle.current().pid(), out.getFileName()));
                if (!Files.exists(kept) && isWritten(kept, writing, e)) {
                    throw new LotaException(
                            Text.format(
                                    "%s What was made is kept as %s; move it to its place.",
                                    sentence(e), kept.toAbsolutePath()),
                            e);
                }
            }
            throw e;
        }
    }

    private static boolean isWritten(Path kept, Function<Path, ?> writing, LotaException why) {
        try {
            var _ = writing.apply(kept);
            return true;
        } catch (LotaException e) {
            why.addSuppressed(e);
            return false;
        }
    }

    private static String sentence(LotaException e) {
        String message = String.valueOf(e.getMessage()).strip();
        return message.endsWith(".") ? message : message + ".";
    }
}
