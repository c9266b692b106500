package io.lota4j.internal.data.file;

import io.lota4j.LotaException;
import io.lota4j.data.file.BadRow;
import io.lota4j.internal.FileKind;
import io.lota4j.internal.Sha256;
import io.lota4j.internal.Text;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A file of rows, of a kind that is known.
public final class RowFile implements AutoCloseable {
    private static final String EXPECTED =
            "rows as JSONL, as a JSON array, as CSV or TSV or as Parquet, also compressed by gzip or zstd";

    private static final Path STANDARD_INPUT = Path.of("-");

    private final Source source;
    private final RowKind kind;

    private final @Nullable Spool spool;

    private RowFile(Source source, RowKind kind, @Nullable Spool spool) {
        this.source = source;
        this.kind = kind;
        this.spool = spool;
    }

    /// A file of the kind that its content, or else its name, shows.
    ///
    /// @param file or `-` for standard input, which is read once and kept until the JVM ends
    /// @param format the name of the kind, or null to find it out
    /// @throws LotaException if it cannot be read or holds no rows
    public static RowFile of(Path file, @Nullable String format) {
        boolean standard = file.equals(STANDARD_INPUT);
        String name = standard ? "standard input" : file.toString();
        Spool spool = null;
        try {
            if (!standard && Files.exists(file) && !Files.isRegularFile(file) && !Files.isDirectory(file)) {
                // A pipe can be read once only.
                try (InputStream in = Files.newInputStream(file)) {
                    spool = Spool.of(in);
                }
            }
            Path regular = standard ? Spool.standardInput() : spool == null ? file : spool.file();
            Source source = Source.of(name, regular);
            byte[] start = source.start();
            RowKind kind =
                    format == null ? detected(source, start) : chosen(RowKinds.named(format), source.name(), start);
            return new RowFile(source, kind, spool);
        } catch (IOException e) {
            delete(spool);
            throw new LotaException(Text.format("The data file %s cannot be read: %s.", name, FileKind.reason(e)), e);
        } catch (LotaException e) {
            delete(spool);
            throw e;
        }
    }

    private static void delete(@Nullable Spool spool) {
        if (spool != null) {
            try {
                spool.close();
            } catch (IOException e) {
                throw new LotaException("The temporary file " + spool.file() + " cannot be deleted.", e);
            }
        }
    }

    /// As [#of(Path,String)], of whatever kind.
    public static RowFile of(Path file) {
        return of(file, null);
    }

    private static RowKind chosen(RowKind kind, String name, byte[] start) {
        if (kind.isText()) {
            FileKind.require(name, start, kind.words());
        }
        return kind;
    }

    private static RowKind detected(Source source, byte[] start) {
        String text = Source.characters(start);
        Path name = Path.of(source.name()).getFileName();
        Optional<RowKind> kind = RowKinds.of(
                text, Packing.unpacked(name == null ? "" : name.toString().toLowerCase(Locale.ROOT)));
        if (kind.isPresent() && !kind.get().isText()) {
            return kind.get();
        }
        FileKind.require(source.name(), start, EXPECTED);
        return kind.orElseThrow(() -> new LotaException(Text.format(
                "%s: expected %s; neither its content nor its name shows which it is. Say its format, or let its name"
                        + " end in .jsonl, .json, .csv, .tsv or .parquet.",
                source.name(), EXPECTED)));
    }

    /// What the file is, such as `JSONL, gzip`.
    public String kind() {
        String packing = source.packing().words();
        String name = kind.words().replaceFirst(" \\(.*", "");
        return packing.isEmpty() ? name : name + ", " + packing;
    }

    /// Opens it.
    ///
    /// @throws LotaException if it cannot be read or is of another kind
    public RowReader open() {
        try {
            return kind.open(source);
        } catch (IOException e) {
            throw source.unreadable(e);
        }
    }

    /// Does something with each of the first rows.
    ///
    /// @param limit the most rows, at least 1
    /// @throws LotaException if the file cannot be read, holds no row, or a row is bad
    public void each(int limit, Use use) {
        each(limit, use, null);
    }

    /// As [#each(int, Use)], without the rows that cannot be used.
    ///
    /// @param limit the most rows that can be used, at least 1
    /// @param use may throw a [BadRowException] as well
    /// @param bad hears of each bad row; if it is null, the first ends the reading
    /// @throws LotaException if the file cannot be read, holds no row, or what is behind a row cannot be read
    public void each(int limit, Use use, @Nullable Consumer<BadRow> bad) {
        try (RowReader reader = open()) {
            int taken = 0;
            boolean none = true;
            while (taken < limit) {
                try {
                    Row row = reader.next();
                    if (row == null) {
                        break;
                    }
                    none = false;
                    use.take(row);
                    taken++;
                } catch (BadRowException e) {
                    if (bad == null) {
                        throw e;
                    }
                    none = false;
                    bad.accept(BadRow.of(e));
                }
            }
            if (none) {
                throw new LotaException(source.name() + " holds no rows; expected " + kind.words() + ".");
            }
        } catch (IOException e) {
            throw source.unreadable(e);
        }
    }

    /// What is done with a row.
    @FunctionalInterface
    public interface Use {
        /// Takes a row with its place in the file.
        void take(Row row);
    }

    /// SHA-256 of the whole file as it lies on the disk, 64 hex digits.
    ///
    /// @throws LotaException if it cannot be read
    public String sha256() {
        MessageDigest digest = Sha256.digest();
        try (InputStream in = new DigestInputStream(Files.newInputStream(source.file()), digest)) {
            in.transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            throw source.unreadable(e);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /// Deletes what was written only to be read.
    @Override
    public void close() {
        delete(spool);
    }

    /// As its user names it.
    @Override
    public String toString() {
        return source.name();
    }
}
