package io.lota4j.internal.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.Shape;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A base that something else writes to while it is open.
class ChangedCheckpointTest {
    private static final int ELEMENTS = 5000;

    @TempDir
    private Path folder = Path.of("");

    private Checkpoint base = Checkpoint.open(Path.of("src/test/resources/golden/models/llama"));

    @BeforeEach
    void open() throws IOException {
        Files.writeString(folder.resolve("config.json"), "{}");
        write(folder.resolve(Checkpoint.SINGLE), 1);
        base.close();
        base = Checkpoint.open(folder);
    }

    @AfterEach
    void close() {
        base.close();
    }

    private static void write(Path file, float value) {
        float[] values = new float[ELEMENTS];
        values[0] = value;
        SafetensorsWriter.write(file, Map.of(), List.of(TensorSource.ofFloats("w", Shape.of(ELEMENTS), values)));
    }

    private void rewrite(float value) throws IOException {
        Path other = folder.resolve("other");
        write(other, value);
        try (RandomAccessFile file =
                new RandomAccessFile(folder.resolve(Checkpoint.SINGLE).toFile(), "rw")) {
            file.write(Files.readAllBytes(other));
        }
        later();
    }

    /// The clock of files may tick slower than a test runs.
    private void later() throws IOException {
        Path file = folder.resolve(Checkpoint.SINGLE);
        Files.setLastModifiedTime(
                file, FileTime.fromMillis(Files.getLastModifiedTime(file).toMillis() + 10_000));
    }

    private void cut() throws IOException {
        try (RandomAccessFile file =
                new RandomAccessFile(folder.resolve(Checkpoint.SINGLE).toFile(), "rw")) {
            file.setLength(200);
        }
    }

    @Test
    void unchangedWeightsAreFine() {
        base.fingerprint();
        assertThatCode(base::requireUnchanged).doesNotThrowAnyException();
    }

    @Test
    void weightsThatWereRewrittenAreRefusedWithTheFile() throws IOException {
        base.fingerprint();
        rewrite(2);
        assertThatThrownBy(base::requireUnchanged)
                .isInstanceOf(LotaException.class)
                .hasMessageContaining(folder.resolve(Checkpoint.SINGLE) + " has changed since it was opened");
    }

    @Test
    void noFingerprintIsTakenOfWeightsThatWereRewritten() throws IOException {
        rewrite(2);
        assertThatThrownBy(base::fingerprint).isInstanceOf(LotaException.class).hasMessageContaining("has changed");
    }

    @Test
    void aFileThatWasOnlyTouchedOrReplacedBesideTheMapIsNoChange() throws IOException {
        Fingerprint before = base.fingerprint();
        later();
        base.requireUnchanged();
        write(folder.resolve("new"), 2);
        Files.move(folder.resolve("new"), folder.resolve(Checkpoint.SINGLE), StandardCopyOption.REPLACE_EXISTING);
        base.requireUnchanged();
        assertThat(base.fingerprint()).isEqualTo(before);
    }

    @Test
    void aFileThatWasCutIsRefusedBeforeItIsTouched() throws IOException {
        cut();
        assertThatThrownBy(base::requireUnchanged).isInstanceOf(LotaException.class);
        assertThatThrownBy(base::fingerprint).isInstanceOf(LotaException.class);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment room = arena.allocate(4L * ELEMENTS);
            assertThatThrownBy(() -> base.read("w", room))
                    .isInstanceOf(LotaException.class)
                    .hasMessageContaining("has changed");
        }
    }
}
