package io.lota4j.internal.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.Golden;
import io.lota4j.LotaException;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.memory.Buffer;
import io.lota4j.memory.Device;
import io.lota4j.model.MemoryPolicy;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The golden models on a device whose memory Java cannot touch.
class FakeDeviceGoldenTest {
    @ParameterizedTest
    @ValueSource(strings = {"llama-tied", "gpt2", "qwen3-moe"})
    void lossAndGradients(String model) {
        try (Golden golden = Golden.open("models/" + model + "/golden.safetensors");
                Decoder decoder = FakeDevice.open(model)) {
            assertThat(decoder.device()).isEqualTo(Device.cuda(0));
            DecoderGoldenTest.assertLossAndGradients(golden, decoder);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama-tied", "gpt2"})
    void generation(String model) {
        try (Golden golden = Golden.open("models/" + model + "/golden.safetensors");
                Decoder decoder = FakeDevice.open(model)) {
            GeneratorGoldenTest.assertGreedy(golden, decoder);
        }
    }

    @Test
    void whatIsLentIsACopyAndNobodyKeepsIt() {
        try (Decoder decoder = FakeDevice.open("llama-tied")) {
            Buffer norm = decoder.weights().memory("model.norm.weight");
            long there = TensorAddress.of(decoder.weights().tensor("model.norm.weight"));
            norm.read(values -> assertThat(values.address()).isNotEqualTo(there));
            float before = first(norm);
            norm.update(values -> values.setAtIndex(ValueLayout.JAVA_FLOAT, 0, before + 1));
            assertThat(first(norm)).isEqualTo(before + 1);
            assertThat(first(norm.slice(4, 4))).isNotEqualTo(before + 1);
            assertThatThrownBy(() -> norm.read(values -> values.set(ValueLayout.JAVA_FLOAT, 0, 2)))
                    .isInstanceOf(IllegalArgumentException.class);
            AtomicReference<MemorySegment> kept = new AtomicReference<>(MemorySegment.NULL);
            norm.read(kept::set);
            assertThatThrownBy(() -> kept.get().get(ValueLayout.JAVA_FLOAT, 0))
                    .isInstanceOf(IllegalStateException.class);
            norm.slice(0, 8).zero();
            assertThat(first(norm)).isZero();
        }
    }

    private static float first(Buffer buffer) {
        return buffer.get(values -> values.get(ValueLayout.JAVA_FLOAT, 0));
    }

    @Test
    void anAddressIsThatOfTheTensor() {
        try (Decoder decoder = Decoder.open(Golden.path("models/llama-tied"))) {
            assertThat(TensorAddress.of(decoder.weights().tensor("model.norm.weight")))
                    .isEqualTo(decoder.weights().memory("model.norm.weight").address());
        }
    }

    @Test
    void aCardThatIsNotThereIsRefused() {
        try (Checkpoint checkpoint = Checkpoint.open(Golden.path("models/llama-tied"))) {
            assertThatThrownBy(() -> Decoder.open(checkpoint, MemoryPolicy.KEEP, Device.of("cuda:1")))
                    .isInstanceOf(LotaException.class)
                    .hasMessageStartingWith(
                            "The device cuda:1 cannot be used here: libtorch was built without CUDA, or finds no card.")
                    .hasMessageContaining("pytorch-native-cu128:2.7.1:linux-x86_64");
        }
    }
}
