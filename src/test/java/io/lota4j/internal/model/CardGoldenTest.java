package io.lota4j.internal.model;

import io.lota4j.Golden;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.memory.Device;
import io.lota4j.model.MemoryPolicy;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Golden models on a card of the machine, by libtorch's own CUDA: see `docs/cuda.md`.
@EnabledIfEnvironmentVariable(named = "LOTA_TEST_DRIVER", matches = "real")
class CardGoldenTest {
    @ParameterizedTest
    @ValueSource(strings = {"llama-tied", "gpt2", "gemma3", "qwen3-moe"})
    void lossGradientsAndContinuation(String model) {
        try (Golden golden = Golden.open("models/" + model + "/golden.safetensors");
                Checkpoint checkpoint = Checkpoint.open(Golden.path("models/" + model));
                Decoder decoder = Decoder.open(checkpoint, MemoryPolicy.KEEP, Device.cuda(0))) {
            DecoderGoldenTest.assertLossAndGradients(golden, decoder);
            if (golden.file().tensors().containsKey("greedy")) {
                GeneratorGoldenTest.assertGreedy(golden, decoder);
            }
        }
    }
}
