package io.lota4j.internal.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Checkpoints as other programs wrote them.
class CheckpointGoldenTest {
    static Stream<Path> models() throws IOException, URISyntaxException {
        var root = CheckpointGoldenTest.class.getResource("/golden/models");
        assertThat(root).as("golden/models on the class path").isNotNull();
        try (var models = Files.list(Path.of(root.toURI()))) {
            return models.sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void opensEveryModel(Path model) {
        try (Checkpoint checkpoint = Checkpoint.open(model)) {
            boolean sharded = Files.exists(model.resolve(Checkpoint.INDEX));
            assertThat(checkpoint.shardFiles()).hasSizeGreaterThanOrEqualTo(sharded ? 2 : 1);
            for (TensorInfo info : checkpoint.tensors().values()) {
                assertThat(info.dtype().isFloat()).as(info.name()).isTrue();
                for (long i = 0; i < info.shape().numel(); i++) {
                    assertThat(Floats.get(info.dtype(), checkpoint.bytes(info.name()), i))
                            .as("%s element %d", info.name(), i)
                            .isFinite();
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void opensEveryGoldenFile(Path model) {
        try (SafetensorsFile golden = SafetensorsFile.open(model.resolve("golden.safetensors"))) {
            assertThat(golden.tensors()).isNotEmpty();
        }
    }
}
