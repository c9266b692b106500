package io.lota4j.cli;

import io.lota4j.kernel.MaskedKernel;
import io.lota4j.kernel.choice.KernelChoice;
import java.io.PrintWriter;
import picocli.CommandLine.Option;

/// What computes on the masked weights, as a picocli mixin.
final class KernelOptions {
    @Option(
            names = "--kernel",
            paramLabel = "NAME",
            defaultValue = "auto",
            description = "What computes on the masked weights: java, vector, or auto for the fastest "
                    + "(default: ${DEFAULT-VALUE}).")
    private KernelChoice kernel = KernelChoice.AUTO;

    /// Makes the kernel and says which one it is.
    MaskedKernel open(PrintWriter err) {
        MaskedKernel opened = kernel.open();
        err.println("lota: kernel %s (%s)".formatted(opened.name(), opened.description()));
        return opened;
    }
}
