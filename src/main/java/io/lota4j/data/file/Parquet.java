package io.lota4j.data.file;

import dev.hardwood.HardwoodContext;
import dev.hardwood.InputFile;
import dev.hardwood.metadata.CompressionCodec;
import dev.hardwood.metadata.RowGroup;
import dev.hardwood.reader.ParquetFileReader;
import io.lota4j.LotaException;
import io.lota4j.Text;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A Parquet file, also with lists, structures and maps in its columns.
final class Parquet implements RowKind {
    private static final String MAGIC = "PAR1";

    private static final Set<CompressionCodec> CODECS = EnumSet.of(
            CompressionCodec.UNCOMPRESSED, CompressionCodec.SNAPPY, CompressionCodec.GZIP, CompressionCodec.ZSTD);

    @Override
    public String name() {
        return "parquet";
    }

    @Override
    public String words() {
        return "Parquet";
    }

    @Override
    public boolean isText() {
        return false;
    }

    @Override
    public boolean holds(String start, String name) {
        return start.startsWith(MAGIC);
    }

    @Override
    public RowReader open(Source source) throws IOException {
        if (source.packing() == Packing.NONE) {
            return new Rows(source.name(), source.file());
        }
        // It is read from its end, so it has to be unpacked first.
        try (InputStream in = source.open();
                Spool unpacked = Spool.of(in)) {
            return new Rows(source.name(), unpacked.file());
        }
    }

    private static final class Rows implements RowReader {
        private final String name;
        private final HardwoodContext context = HardwoodContext.create(1);
        private final ParquetFileReader file;
        private final dev.hardwood.reader.RowReader reader;
        private final ParquetValues values;
        private int rows;

        Rows(String name, Path path) {
            this.name = name;
            try {
                file = ParquetFileReader.open(InputFile.of(path), context);
                requireKnown(file);
                values = new ParquetValues(file.getFileSchema().getRootNode());
                reader = file.rowReader();
            } catch (LotaException e) {
                context.close();
                throw e;
            } catch (IOException | RuntimeException e) {
                context.close();
                throw damaged(e);
            }
        }

        private void requireKnown(ParquetFileReader opened) {
            for (RowGroup group : opened.getFileMetaData().rowGroups()) {
                group.columns().stream()
                        .map(column -> column.metaData().codec())
                        .filter(codec -> !CODECS.contains(codec))
                        .findFirst()
                        .ifPresent(codec -> {
                            throw new LotaException(Text.format(
                                    "%s: its columns are compressed by %s; expected SNAPPY, GZIP, ZSTD or nothing."
                                        + " Write it anew, as with pyarrow: pyarrow.parquet.write_table(table, file,"
                                        + " compression='zstd').",
                                    name, codec));
                        });
            }
        }

        @Override
        public @Nullable Row next() {
            try {
                if (!reader.hasNext()) {
                    return null;
                }
                reader.next();
                int index = rows++;
                return new Row(index, Row.numbered(index), values.columns(reader));
            } catch (RuntimeException e) {
                throw damaged(e);
            }
        }

        private LotaException damaged(Exception e) {
            return new LotaException(
                    Text.format(
                            "%s: expected Parquet, found a file that is damaged or cut off, as row %d (from 0) shows."
                                    + " Get it again.",
                            name, rows),
                    e);
        }

        @Override
        public void close() throws IOException {
            try (context;
                    file) {
                reader.close();
            }
        }
    }
}
