package io.lota4j.cli;

import io.lota4j.internal.Text;
import io.lota4j.internal.kernel.MaskedKernel;
import io.lota4j.kernel.choice.KernelChoice;
import io.lota4j.memory.Device;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// What computes on the masked weights, as a picocli mixin.
final class KernelOptions {
    @Option(
            names = "--kernel",
            paramLabel = "NAME",
            defaultValue = "auto",
            description = "What computes on the masked weights: java, vector, cuda, or auto for the fastest on the "
                    + "device (default: ${DEFAULT-VALUE}).")
    private KernelChoice kernel = KernelChoice.AUTO;

    @Mixin
    private DeviceOption device = new DeviceOption();

    Device device() {
        return device.device();
    }

    KernelChoice choice() {
        return kernel;
    }

    /// Whether the choice may come to the kernel that needs the Vector API.
    boolean mayUseVector() {
        return kernel == KernelChoice.AUTO || kernel == KernelChoice.VECTOR;
    }

    MaskedKernel open() {
        return kernel.open(device());
    }

    /// The line that says which one a run uses.
    static String line(MaskedKernel kernel) {
        return Text.format("kernel %s (%s)", kernel.name(), kernel.description());
    }
}
