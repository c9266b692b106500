package io.lota4j.internal.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.Golden;
import io.lota4j.LotaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HubCacheTest {
    private static final Path NAME = Path.of("acme/tiny-llama_1.5");
    private static final String FIRST = "0a1b";
    private static final String SECOND = "9f8e";

    @TempDir
    private Path root = Path.of("");

    private Path folder = Path.of("");
    private HubCache cache = new HubCache(Path.of(""));

    /// As the hub's own programs leave it: the files of a snapshot are links to blobs.
    @BeforeEach
    void download() throws IOException {
        cache = new HubCache(root.resolve("hub"));
        folder = root.resolve("hub/models--acme--tiny-llama_1.5");
        Files.createDirectories(folder.resolve("refs"));
        Files.createDirectories(folder.resolve("blobs"));
        Files.writeString(folder.resolve("refs/main"), SECOND);
        for (String commit : new String[] {FIRST, SECOND}) {
            Path snapshot = Files.createDirectories(folder.resolve("snapshots").resolve(commit));
            try (Stream<Path> files = Files.list(Golden.path("models/llama-tied"))) {
                for (Path file : files.toList()) {
                    Path blob = folder.resolve("blobs").resolve(commit + file.getFileName());
                    Files.copy(file, blob);
                    Files.createSymbolicLink(
                            snapshot.resolve(file.getFileName()), Path.of("../../blobs/" + blob.getFileName()));
                }
            }
        }
    }

    @Test
    void aModelIsFoundByItsName() {
        Path found = cache.resolve(NAME);
        assertThat(found).isEqualTo(folder.resolve("snapshots").resolve(SECOND));
        try (Checkpoint checkpoint = Checkpoint.open(found)) {
            assertThat(checkpoint.tensors()).isNotEmpty();
        }
    }

    @Test
    void aFolderOfTheCacheStandsForItsNewestSnapshot() throws IOException {
        assertThat(cache.resolve(folder)).isEqualTo(folder.resolve("snapshots").resolve(SECOND));
        Files.delete(folder.resolve("refs/main"));
        assertThat(cache.resolve(folder)).as("two, and nothing says which").isEqualTo(folder);
        Files.move(folder.resolve("snapshots").resolve(SECOND), root.resolve("elsewhere"));
        assertThat(cache.resolve(folder)).isEqualTo(folder.resolve("snapshots").resolve(FIRST));
    }

    @Test
    void whatIsThereIsTakenAsItIs() {
        Path model = Golden.path("models/llama-tied");
        assertThat(cache.resolve(model)).isEqualTo(model);
        assertThat(cache.resolve(Path.of("none/such"))).isEqualTo(Path.of("none/such"));
        assertThat(cache.resolve(Path.of("none"))).isEqualTo(Path.of("none"));
    }

    @Test
    void whatIsNowhereIsRefusedWithTheLineThatDownloadsIt() {
        assertThatThrownBy(() -> Checkpoint.open(Path.of("none/such")))
                .isInstanceOf(LotaException.class)
                .hasMessageStartingWith("none/such: no such directory. Nor is a model of that name in ")
                .hasMessageEndingWith("; this downloads it: hf download none/such");
        assertThatThrownBy(() -> Checkpoint.open(Path.of("./none/such")))
                .isInstanceOf(LotaException.class)
                .hasMessageStartingWith("./none/such: no such directory. A model directory holds config.json");
    }

    @Test
    void theCacheIsWhereTheEnvironmentSays() {
        Path home = Path.of("/home/someone");
        assertThat(HubCache.of(Map.of("HF_HUB_CACHE", "/a", "HF_HOME", "/b"), home)
                        .directory())
                .hasToString("/a");
        assertThat(HubCache.of(Map.of("HF_HUB_CACHE", "", "HF_HOME", "/b", "XDG_CACHE_HOME", "/c"), home)
                        .directory())
                .hasToString("/b/hub");
        assertThat(HubCache.of(Map.of("XDG_CACHE_HOME", "/c"), home).directory())
                .hasToString("/c/huggingface/hub");
        assertThat(HubCache.of(Map.of(), home).directory()).hasToString("/home/someone/.cache/huggingface/hub");
    }
}
