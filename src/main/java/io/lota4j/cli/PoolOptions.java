package io.lota4j.cli;

import io.lota4j.mask.Pool;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Which tensors a mask may choose from, as a picocli mixin.
final class PoolOptions {
    @Option(
            names = "--pool",
            paramLabel = "WORDS",
            description = "Take matrices of layers whose name contains one of these words, or all for every float "
                    + "tensor (default: " + Pool.DEFAULT_INCLUDE + ", for every matrix of attention and MLP, expert "
                    + "and convolution, whatever its name).")
    private @Nullable String include;

    @Option(
            names = "--exclude",
            paramLabel = "WORDS",
            description =
                    "Leave out tensors whose name contains one of these words (default: " + Pool.DEFAULT_EXCLUDE + ").")
    private @Nullable String exclude;

    /// Whether a pool of all tensors, which was not given, would have these.
    boolean takesAllElse(List<String> names) {
        Pool all = Pool.parse(Pool.ALL, exclude);
        return !pool().include().isEmpty()
                && names.stream().allMatch(name -> all.exclude().stream().noneMatch(name::contains));
    }

    Pool pool() {
        return Pool.parse(include, exclude);
    }
}
