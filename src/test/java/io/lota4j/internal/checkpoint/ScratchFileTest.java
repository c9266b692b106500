package io.lota4j.internal.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.LotaException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScratchFileTest {
    private static final long BYTES = (9 << 20) + 5;

    @TempDir
    Path folder;

    @Test
    void itIsZeroAndKeepsWhatIsGivenBack() {
        try (ScratchFile file = ScratchFile.in(folder, BYTES)) {
            MemorySegment memory = file.memory();
            assertThat(memory.byteSize()).isEqualTo(BYTES);
            assertThat(memory.isMapped()).isTrue();
            assertThat(memory.mismatch(MemorySegment.ofArray(new byte[(int) BYTES])))
                    .isEqualTo(-1);
            memory.set(ValueLayout.JAVA_BYTE, 0, (byte) 3);
            memory.set(ValueLayout.JAVA_BYTE, BYTES - 1, (byte) 4);
            memory.unload();
            assertThat(memory.get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 3);
            assertThat(memory.get(ValueLayout.JAVA_BYTE, BYTES - 1)).isEqualTo((byte) 4);
        }
    }

    /// Nothing is left behind by a process that is killed, for there is nothing to be seen from the beginning.
    @Test
    void itHasNoNameAndTouchesNothingElse() throws IOException {
        Path other = Files.writeString(folder.resolve("other"), "mine");
        Path made = folder.resolve("a/b");
        try (ScratchFile first = ScratchFile.in(folder, BYTES);
                ScratchFile second = ScratchFile.in(made, BYTES)) {
            assertThat(first.memory().address()).isNotEqualTo(second.memory().address());
            assertThat(made).isEmptyDirectory();
            assertThat(folder.toFile().list()).containsExactlyInAnyOrder("other", "a");
        }
        assertThat(other).hasContent("mine");
    }

    @Test
    void aDiskWithoutRoomIsToldBeforeAnythingIsComputed() {
        assertThatThrownBy(() -> ScratchFile.in(folder, 1L << 50))
                .isInstanceOf(LotaException.class)
                .hasMessageStartingWith(folder.resolve("state")
                        + " cannot be written: the disk is full; 1125899906842624 bytes are needed, ")
                .hasMessageEndingWith(" bytes are free. Nothing was computed yet.");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aFileIsNoDirectory() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "mine");
        assertThatThrownBy(() -> ScratchFile.in(file, BYTES))
                .isInstanceOf(LotaException.class)
                .hasMessage("%s: cannot be written: %s is a file, not a folder.", file, file);
    }

    /// What asks a thread to stop does not spoil the file.
    @Test
    void anInterruptWaits() {
        Thread.currentThread().interrupt();
        try (ScratchFile file = ScratchFile.in(folder, BYTES)) {
            assertThat(file.memory().byteSize()).isEqualTo(BYTES);
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
    }
}
