package io.lota4j.cli;

import io.lota4j.internal.Text;
import io.lota4j.internal.mask.Complement;
import io.lota4j.mask.Avoided;
import io.lota4j.mask.Mask;
import io.lota4j.mask.MaskFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/// Masks whose weights are left alone, as a picocli mixin.
final class AvoidOptions {
    @Reads
    @Option(
            names = "--avoid",
            paramLabel = "MASK",
            description = "Leave this mask's weights alone: they keep their bits and none is chosen, so that the new "
                    + "mask has none in common with it (LoTTO). Given again, all are avoided. --sparsity stays a share "
                    + "of the whole pool.")
    private List<Path> masks = new ArrayList<>();

    /// The masks.
    List<Avoided> avoided() {
        return masks.stream()
                .map(file -> new Avoided(file.getFileName().toString(), MaskFile.read(file)))
                .toList();
    }

    /// The pool's weights that none of the masks trains.
    ///
    /// @param pool all of it
    Mask among(Mask pool) {
        return Complement.of(pool, avoided());
    }

    /// Says in a plan what is left, if anything is avoided.
    void plan(DryRun plan, Mask among) {
        if (!masks.isEmpty()) {
            plan.line(
                    "avoids",
                    Text.format(
                            "%,d weights of the pool, in %d %s; %,d are left to choose from",
                            among.poolSize() - among.trainable(),
                            masks.size(),
                            masks.size() == 1 ? "mask" : "masks",
                            among.trainable()));
        }
    }
}
