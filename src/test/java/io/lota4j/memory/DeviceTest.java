package io.lota4j.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.LotaException;
import io.lota4j.kernel.choice.KernelChoice;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceTest {
    @Test
    void isReadAsItIsWritten() {
        assertThat(Device.of("cpu")).isEqualTo(Device.CPU).hasToString("cpu");
        assertThat(Device.of("cuda")).isEqualTo(Device.cuda(0)).hasToString("cuda:0");
        assertThat(Device.of("cuda:12")).isEqualTo(Device.cuda(12)).hasToString("cuda:12");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "gpu", "CPU", "cuda:", "cuda:-1", "cuda:1x", "cuda:1234", "cpu:0"})
    void anythingElseIsRefused(String text) {
        assertThatThrownBy(() -> Device.of(text))
                .isInstanceOf(LotaException.class)
                .hasMessage(
                        "A device is cpu, cuda (the first card) or cuda:N (card N, from 0), found \"" + text + "\".");
    }

    @ParameterizedTest
    @EnumSource(
            value = KernelChoice.class,
            names = {"JAVA", "VECTOR"})
    void aKernelOfTheHostDoesNotFitACard(KernelChoice kernel) {
        kernel.requireFits(Device.CPU);
        assertThatThrownBy(() -> kernel.open(Device.cuda(1)))
                .isInstanceOf(LotaException.class)
                .hasMessageContaining("The kernel " + (kernel == KernelChoice.JAVA ? "java" : "vector"))
                .hasMessageContaining("the model is on the device cuda:1; take the kernel cuda or auto there, or the"
                        + " device cpu.");
    }

    @Test
    void theOthersDo() {
        KernelChoice.AUTO.requireFits(Device.cuda(0));
        KernelChoice.CUDA.requireFits(Device.cuda(0));
        KernelChoice.CUDA.requireFits(Device.CPU);
    }
}
