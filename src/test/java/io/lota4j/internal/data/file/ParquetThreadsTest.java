package io.lota4j.internal.data.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.HotSpotDiagnosticMXBean.ThreadDumpFormat;
import dev.hardwood.InputFile;
import dev.hardwood.metadata.ColumnChunk;
import dev.hardwood.reader.ParquetFileReader;
import io.lota4j.LotaException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ParquetThreadsTest {
    /// Which of the columns' threads are waiting when the first rows fail is a matter of chance.
    private static final int READS = 20;

    private static final byte[] ZSTD = {0x28, (byte) 0xB5, 0x2F, (byte) 0xFD};

    @TempDir
    private Path folder = Path.of("");

    /// What they wait for stays in memory with them.
    @Test
    void aRefusedFileLeavesNoThreadsWaiting() throws IOException, InterruptedException, URISyntaxException {
        Path whole = Path.of(Objects.requireNonNull(getClass().getResource("/data/chats-zstd.parquet"))
                .toURI());
        for (int column = 0; column < columns(whole).size(); column++) {
            Path damaged = damaged(whole, column);
            for (int i = 0; i < READS; i++) {
                assertThatThrownBy(() -> ReadRows.of(damaged))
                        .isInstanceOf(LotaException.class)
                        .hasMessageContaining("as row 0 (from 0) shows");
            }
        }
        List<String> waiting = threads();
        for (int i = 0; i < 100 && !waiting.isEmpty(); i++) {
            Thread.sleep(100);
            waiting = threads();
        }
        assertThat(waiting).isEmpty();
    }

    private static List<ColumnChunk> columns(Path path) throws IOException {
        try (ParquetFileReader reader = ParquetFileReader.open(InputFile.of(path))) {
            return reader.getFileMetaData().rowGroups().getFirst().columns();
        }
    }

    /// A file of which the last page of a column does not begin as zstd does.
    private Path damaged(Path whole, int number) throws IOException {
        ColumnChunk column = columns(whole).get(number);
        byte[] bytes = Files.readAllBytes(whole);
        int at = Math.toIntExact(column.chunkStartOffset() + column.metaData().totalCompressedSize() - ZSTD.length);
        while (!Arrays.equals(bytes, at, at + ZSTD.length, ZSTD, 0, ZSTD.length)) {
            at--;
        }
        bytes[at] = 0;
        return Files.write(folder.resolve("damaged-" + number + ".parquet"), bytes);
    }

    /// Where the columns' threads stand, virtual ones too.
    private List<String> threads() throws IOException {
        Path dump = folder.resolve("threads.txt");
        Files.deleteIfExists(dump);
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                .dumpThreads(dump.toAbsolutePath().toString(), ThreadDumpFormat.TEXT_PLAIN);
        try (Stream<String> lines = Files.lines(dump)) {
            return lines.filter(line -> line.contains("dev.hardwood.internal.reader.ColumnWorker.run"))
                    .toList();
        }
    }
}
