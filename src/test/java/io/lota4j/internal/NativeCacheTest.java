package io.lota4j.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.LotaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Where native libraries are loaded from, and what is said when that fails.
class NativeCacheTest {
    @TempDir
    private Path folder = Path.of("");

    private NativeCache cache(Path place) {
        return new NativeCache(new Natives.Library("The small libraries", "small", 1), place);
    }

    private int self() throws IOException {
        return (Integer) Files.getAttribute(folder, "unix:uid");
    }

    @Test
    void whatIsOnesOwnOrNotThereYetIsFine() throws IOException {
        Files.createDirectories(folder.resolve(".djl.ai/small/1.0"));
        Files.createFile(folder.resolve(".djl.ai/small/1.0/lib.so"));
        int self = self();
        assertThatCode(() -> cache(folder.resolve(".djl.ai/small")).requireOwner(Set.of(self)))
                .doesNotThrowAnyException();
        assertThatCode(() -> cache(folder.resolve("nowhere/small")).requireOwner(Set.of(self)))
                .doesNotThrowAnyException();
        cache(folder.resolve(".djl.ai/small")).requireOwn();
    }

    @Test
    void aFileOfSomebodyElseIsRefusedWithItsNameAndARemedy() throws IOException {
        Path library = folder.resolve("cache/small/1.0/lib.so");
        Files.createDirectories(library.getParent());
        Files.createFile(library);
        assertThatThrownBy(() -> cache(folder.resolve("cache/small")).requireOwner(Set.of(self() + 1)))
                .isInstanceOf(LotaException.class)
                .hasMessageContaining("belongs to another user")
                .hasMessageContaining(folder.resolve("cache/small").toString())
                .hasMessageContaining("ENGINE_CACHE_DIR");
    }

    /// Whoever owns the folder around can put another in its place.
    @Test
    void theStandardFolderOfSomebodyElseIsRefusedEvenEmpty() throws IOException {
        Files.createDirectory(folder.resolve(".djl.ai"));
        assertThatThrownBy(() -> cache(folder.resolve(".djl.ai/small")).requireOwner(Set.of(self() + 1)))
                .isInstanceOf(LotaException.class)
                .hasMessageContaining(folder.resolve(".djl.ai") + " belongs to another user");
    }

    @Test
    void reasonsAreToldWithTheFolderAndARemedy() throws IOException {
        assertThat(said(folder, new UnsatisfiedLinkError("x.so: failed to map segment from shared object")))
                .contains("noexec", "ENGINE_CACHE_DIR", folder.toString());
        assertThat(said(folder, new IllegalStateException("copy", new IOException("No space left on device"))))
                .contains("the disk is full", "ENGINE_CACHE_DIR");
        assertThat(said(folder, new IllegalCallerException("Illegal native access")))
                .contains("--enable-native-access");
        Path file = Files.createFile(folder.resolve("file"));
        assertThat(said(file.resolve("small"), new IllegalStateException("copy")))
                .contains("it cannot be written", "ENGINE_CACHE_DIR");
        assertThat(said(folder, new UnsatisfiedLinkError("version `GLIBC_9.99' not found")))
                .contains("GLIBC_9.99");
    }

    private String said(Path place, Throwable failure) {
        return String.valueOf(cache(place).failure(failure).getMessage());
    }
}
