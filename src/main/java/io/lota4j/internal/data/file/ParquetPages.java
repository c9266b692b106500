package io.lota4j.internal.data.file;

import dev.hardwood.InputFile;
import dev.hardwood.internal.metadata.PageHeader;
import dev.hardwood.internal.thrift.PageHeaderReader;
import dev.hardwood.internal.thrift.ThriftCompactReader;
import dev.hardwood.metadata.ColumnChunk;
import dev.hardwood.metadata.ColumnMetaData;
import dev.hardwood.metadata.RowGroup;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;

/// Looks at the sizes that a Parquet file says before they are believed: where one says that it goes past its column's
/// end, hardwood 1.0.1 looks for the rest without end, and where one says that it unpacks to very much, the memory is
/// taken before it is unpacked.
final class ParquetPages {
    /// The longest header that hardwood reads.
    private static final int LONGEST_HEADER = 1 << 20;

    /// The most that one page unpacks to, in bytes. Writers make pages of about a MiB.
    private static final int MOST_BYTES = 1 << 27;

    /// Behind the description of the whole file: its length and four letters.
    private static final int TAIL = 2 * Integer.BYTES;

    private final InputFile file;
    private final long end;

    private ParquetPages(InputFile file) throws IOException {
        this.file = file;
        this.end = file.length();
    }

    /// Looks at the description of the whole file, which stands at its end, with its length behind it.
    ///
    /// @throws IOException when there is none, or it says that it holds more than it does
    static void checkFooter(Path path) throws IOException {
        try (InputFile file = InputFile.of(path)) {
            file.open();
            long end = file.length() - TAIL;
            if (end < 0) {
                throw new IOException("no file description");
            }
            int length =
                    file.readRange(end, TAIL).order(ByteOrder.LITTLE_ENDIAN).getInt();
            if (length < 0 || length > end) {
                throw new IOException("a file description of " + Integer.toUnsignedString(length) + " bytes");
            }
            CompactThrift.check(file.readRange(end - length, length));
        }
    }

    /// @param file open
    /// @throws IOException when pages do not lie where their columns do
    static void check(InputFile file, List<RowGroup> groups) throws IOException {
        ParquetPages pages = new ParquetPages(file);
        for (RowGroup group : groups) {
            for (ColumnChunk column : group.columns()) {
                pages.check(column);
            }
        }
    }

    private void check(ColumnChunk column) throws IOException {
        ColumnMetaData data = column.metaData();
        long at = column.chunkStartOffset();
        long behind = at + data.totalCompressedSize();
        require(at >= 0 && at <= end && behind >= at && behind <= end, data, "lies outside of the file");
        long values = 0;
        while (values < data.numValues()) {
            require(at < behind, data, "ends before its last page");
            ByteBuffer header = file.readRange(at, (int) Math.min(LONGEST_HEADER, behind - at));
            CompactThrift.check(header.duplicate());
            ThriftCompactReader reader = new ThriftCompactReader(header);
            PageHeader page = PageHeaderReader.read(reader);
            int bytes = page.compressedPageSize();
            int unpacked = page.uncompressedPageSize();
            require(bytes >= 0 && unpacked >= 0 && unpacked <= MOST_BYTES, data, "has a page of another size");
            at += reader.getBytesRead() + bytes;
            require(at <= behind, data, "has a page that goes past its end");
            int count = values(page);
            require(count >= 0, data, "has a page of less than no values");
            values += count;
        }
    }

    private static int values(PageHeader page) {
        if (page.dataPageHeaderV2() != null) {
            return page.dataPageHeaderV2().numValues();
        }
        return page.dataPageHeader() == null ? 0 : page.dataPageHeader().numValues();
    }

    private static void require(boolean holds, ColumnMetaData column, String otherwise) throws IOException {
        if (!holds) {
            throw new IOException("column " + column.pathInSchema() + " " + otherwise);
        }
    }
}
