package io.lota4j.internal.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.Calibration;
import io.lota4j.Golden;
import io.lota4j.Lota;
import io.lota4j.LotaException;
import io.lota4j.RunOptions;
import io.lota4j.data.Dataset;
import io.lota4j.internal.mask.Complement;
import io.lota4j.mask.Avoided;
import io.lota4j.mask.Mask;
import io.lota4j.mask.Pool;
import io.lota4j.ticket.Ticket;
import io.lota4j.train.Optimizer;
import io.lota4j.train.RunObserver;
import io.lota4j.train.StateFile;
import io.lota4j.train.attribution.Random;
import io.lota4j.train.lora.LoraConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Weights that a run leaves alone keep the base's bits, whatever the optimizer carries along.
class FrozenTest {
    private static final Dataset ROWS = Runs.data(1, 6);

    @TempDir
    private Path folder;

    static Stream<Optimizer> optimizers() {
        return Stream.of(Runs.ADAMW, new Optimizer.RmsProp(0.99, 1e-8, 0.1), new Optimizer.Sgd(0.9, 0.1));
    }

    @ParameterizedTest
    @MethodSource("optimizers")
    void fullTrainingLeavesARegionAlone(Optimizer optimizer) {
        try (AdaptedModel model = Runs.model()) {
            Mask region = Runs.random(model, 0.8, 4);
            Avoided avoided = new Avoided("region", region);
            Mask left = Complement.of(Runs.everything(model), List.of(avoided));
            Runs.run(model, left, ROWS, Runs.config(4, optimizer, 1e-2));
            assertThat(Frozen.changed(model, avoided)).isZero();
            assertThat(Frozen.changed(model, new Avoided("left", left))).isGreaterThan(left.trainable() / 2);
            Frozen.requireUntouched(model, List.of(avoided));
        }
    }

    /// The check sees a run that trains the region.
    @Test
    void aRunThatChangesTheRegionFails() {
        try (AdaptedModel model = Runs.model()) {
            Mask region = Runs.random(model, 0.8, 4);
            Runs.run(model, Runs.everything(model), ROWS, Runs.config(2, Runs.ADAMW, 1e-2));
            assertThatThrownBy(() -> Frozen.requireUntouched(model, List.of(new Avoided("region", region))))
                    .isInstanceOf(LotaException.class)
                    .hasMessageContaining("weights of region, which the run had to leave alone, are not the base's");
        }
    }

    @Test
    void aTicketHasNothingOfWhatWasAvoided() {
        try (Lota lota = Lota.open(Golden.path("models/llama-tied"))) {
            Mask region = lota.mask(new Random(), Calibration.of(0.8), 3);
            RunOptions beside = RunOptions.NONE.avoid("region", region);
            Ticket ticket = lota.train(
                            ROWS,
                            lota.everything(Pool.standard()),
                            Runs.config(2, Runs.ADAMW, 1e-2),
                            beside,
                            RunObserver.NONE,
                            StateFile.NONE)
                    .result();
            ticket.tensors()
                    .forEach((name, tensor) -> region.tensor(name)
                            .trainable()
                            .forEach((int index) ->
                                    assertThat(tensor.index().contains(index)).isFalse()));
            assertThat(ticket.info().provenance()).containsEntry("avoided", "region sha256:" + region.sha256());
            assertThatThrownBy(() -> lota.lora(
                            ROWS,
                            new LoraConfig(2, 4, Pool.standard()),
                            Runs.config(2, Runs.ADAMW, 1e-2),
                            folder.resolve("adapter"),
                            beside,
                            RunObserver.NONE,
                            StateFile.NONE))
                    .isInstanceOf(LotaException.class)
                    .hasMessageContaining("LoRA cannot leave single weights alone");
        }
    }
}
