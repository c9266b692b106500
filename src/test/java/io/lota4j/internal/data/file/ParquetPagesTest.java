package io.lota4j.internal.data.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hardwood.InputFile;
import dev.hardwood.reader.ParquetFileReader;
import io.lota4j.LotaException;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ParquetPagesTest {
    @TempDir
    private Path folder = Path.of("");

    private byte[] whole = new byte[0];

    @BeforeEach
    void read() throws IOException, URISyntaxException {
        whole = Files.readAllBytes(Path.of(Objects.requireNonNull(getClass().getResource("/data/chats-none.parquet"))
                .toURI()));
    }

    private void check(byte[] bytes) throws IOException {
        Path path = Files.write(folder.resolve("a.parquet"), bytes);
        ParquetPages.checkFooter(path);
        InputFile file = InputFile.of(path);
        try (ParquetFileReader reader = ParquetFileReader.open(file)) {
            ParquetPages.check(file, reader.getFileMetaData().rowGroups());
        }
    }

    @Test
    void aWholeFileIsTaken() throws IOException {
        check(whole);
        ByteBuffer footer = ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN);
        int length = footer.getInt(whole.length - 8);
        footer.limit(whole.length - 8).position(whole.length - 8 - length);
        CompactThrift.check(footer);
        assertThat(footer.remaining()).isZero();
    }

    /// A page that goes on behind its column is looked for without end, by a thread that nobody can stop.
    @Test
    void aPageThatGoesPastItsColumnIsRefused() {
        byte[] damaged = whole.clone();
        Random random = new Random(80);
        int changed = 1 + random.nextInt(4);
        for (int i = 0; i < changed; i++) {
            damaged[4 + random.nextInt(damaged.length - 8)] = (byte) random.nextInt(256);
        }
        assertThatThrownBy(() -> check(damaged))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("has a page that goes past its end");
    }

    @Test
    void aFooterDoesNotHoldMoreThanItHas() {
        byte[] cut = whole.clone();
        ByteBuffer.wrap(cut).order(ByteOrder.LITTLE_ENDIAN).putInt(cut.length - 8, Integer.MAX_VALUE);
        assertThatThrownBy(() -> check(cut)).hasMessage("a file description of 2147483647 bytes");
        assertThatThrownBy(() -> check(new byte[5])).hasMessage("no file description");
    }

    @Test
    void sizesAreHeldAgainstWhatIsLeft() {
        // A text, a list and a map of two thousand million, in fields of these types.
        for (int type : new int[] {8, 9, 11}) {
            byte[] bytes = {(byte) (0x10 | type), (byte) (type == 9 ? 0xF3 : 0xFF), -1, -1, -1, 7, 0, 0, 0, 0};
            assertThatThrownBy(() -> CompactThrift.check(ByteBuffer.wrap(bytes)))
                    .as("type %d", type)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("bytes are left");
        }
        byte[] deep = new byte[100_000];
        java.util.Arrays.fill(deep, (byte) 0x1C);
        assertThatThrownBy(() -> CompactThrift.check(ByteBuffer.wrap(deep)))
                .hasMessage("structures within each other without end");
        assertThatThrownBy(() -> CompactThrift.check(ByteBuffer.wrap(new byte[] {0x15})))
                .hasMessage("a structure that does not end");
    }

    /// One whose description says of no columns, and so of rows without end.
    @Test
    void thereAreNoMoreRowsThanTheRowGroupsSay() throws URISyntaxException {
        Path endless = Path.of(Objects.requireNonNull(getClass().getResource("/data/hostile-endless-rows.parquet"))
                .toURI());
        assertThatThrownBy(() -> ReadRows.of(endless))
                .isInstanceOf(LotaException.class)
                .hasMessageContaining("expected Parquet, found a file that is damaged or cut off, as row 0");
    }

    @Test
    void damageIsToldInPlainWords() throws IOException {
        byte[] damaged = whole.clone();
        ByteBuffer.wrap(damaged).order(ByteOrder.LITTLE_ENDIAN).putInt(damaged.length - 8, Integer.MAX_VALUE);
        Path path = Files.write(folder.resolve("a.parquet"), damaged);
        assertThatThrownBy(() -> ReadRows.of(path))
                .isInstanceOf(LotaException.class)
                .hasMessageContaining("expected Parquet, found a file that is damaged or cut off");
    }
}
