package io.lota4j.internal.kernel.cuda;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import java.util.Optional;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;
import org.jspecify.annotations.Nullable;

/// The CUDA driver: whether it is there, and what its results mean.
final class Driver {
    private Driver() {}

    /// Why no kernel can run here, as half a sentence; empty when one can.
    static Optional<String> unavailable() {
        return Optional.ofNullable(Probe.REASON);
    }

    /// @param result what a function of the driver returned
    /// @param function its name
    /// @param operation what it was called for
    /// @throws LotaException unless it succeeded
    static void check(int result, String function, String operation) {
        if (result != CUresult.CUDA_SUCCESS) {
            throw new LotaException(message(result, function, operation));
        }
    }

    static String message(int result, String function, String operation) {
        return Text.format(
                "CUDA: %s failed: %s returned %s (%d).", operation, function, CUresult.stringFor(result), result);
    }

    /// The first use of JCuda loads its natives, which need the driver: looked for once, when asked for.
    private static final class Probe {
        private static final @Nullable String REASON = reason();

        private static @Nullable String reason() {
            try {
                int result = JCudaDriver.cuInit(0);
                return switch (result) {
                    case CUresult.CUDA_SUCCESS -> null;
                    case CUresult.CUDA_ERROR_NO_DEVICE -> "the CUDA driver finds no card (CUDA_ERROR_NO_DEVICE)";
                    default -> Text.format("the CUDA driver does not start (cuInit: %s)", CUresult.stringFor(result));
                };
            } catch (LinkageError e) {
                return linkage(e);
            }
        }

        private static String linkage(LinkageError e) {
            String message = String.valueOf(e.getMessage());
            return message.contains("libcuda")
                    ? "there is no CUDA driver (libcuda.so.1 was not found)"
                    : Text.format(
                            "JCuda's native library cannot be loaded (%s)",
                            message.lines().findFirst().orElse(""));
        }
    }
}
