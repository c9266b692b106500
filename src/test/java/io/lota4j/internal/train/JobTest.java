package io.lota4j.internal.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.Shape;
import io.lota4j.data.Dataset;
import io.lota4j.mask.Mask;
import io.lota4j.train.RunState;
import io.lota4j.train.TrainConfig;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class JobTest {
    private static final String DOWN = "model.layers.0.mlp.down_proj.weight";
    private static final Dataset DATA = Runs.data(1, 4);
    private static final TrainConfig CONFIG = Runs.plain(2, Runs.ADAMW, 1e-3, 2, 1);

    private AdaptedModel model;

    @BeforeAll
    void open() {
        model = Runs.model();
    }

    @AfterAll
    void close() {
        model.close();
    }

    @Test
    void aMaskForAnotherBaseIsRefusedWithBothFingerprints() {
        try (AdaptedModel other = Runs.model("llama3-rope-smooth")) {
            Mask mask = Runs.everything(other);
            assertThatThrownBy(() -> Runs.job(model, mask, DATA, CONFIG))
                    .isInstanceOf(LotaException.class)
                    .hasMessage(
                            "The mask is for the base with fingerprint %s, but %s has %s.",
                            other.base().fingerprint().hex(), model.base().directory(), fingerprint());
        }
    }

    @Test
    void aMaskOfAnotherShapeIsRefused() {
        Mask mask = Mask.full(fingerprint(), "mlp", Map.of(DOWN, Shape.of(64, 32)));
        assertThatThrownBy(() -> Runs.job(model, mask, DATA, CONFIG))
                .isInstanceOf(LotaException.class)
                .hasMessage(
                        "Tensor '%s' has shape [32, 64] in %s, but the mask is for shape [64, 32].",
                        DOWN, model.base().directory());
    }

    @Test
    void aMaskOfAnUnknownTensorIsRefused() {
        Mask mask = Mask.full(fingerprint(), "mlp", Map.of(DOWN.replace("down", "dwon"), Shape.of(32, 64)));
        assertThatThrownBy(() -> Runs.job(model, mask, DATA, CONFIG))
                .isInstanceOf(LotaException.class)
                .hasMessage(
                        "%s: no tensor '%s'. Did you mean '%s'?",
                        model.base().directory(), DOWN.replace("down", "dwon"), DOWN);
    }

    @Test
    void provenanceSaysHowItWent() {
        Dataset data = DATA.withOrigin(Map.of("prompt", "{q}", "chat_template", "none"));
        Job job = Runs.job(model, Runs.random(model, 0.9, 1), data, CONFIG);
        RunState end = job.run(null, 0, false, Runs.SILENT, () -> false);
        assertThat(job.provenance("train", end))
                .containsEntry("source", "train")
                .containsEntry("data", "rows.jsonl sha256:00")
                .containsEntry("rows", "4")
                .containsEntry("rows_left_out", "0")
                .containsEntry("prompt", "{q}")
                .containsEntry("chat_template", "none")
                .containsEntry("steps", "2")
                .containsEntry("tokens", Long.toString(end.tokens()))
                .containsEntry("seed", "0")
                .containsEntry(
                        "settings",
                        "batch=2, beta2=0.99, clip=none, lr=0.001, shuffle=false, steps=2, weight-decay=0.1")
                .containsEntry("first_loss", end.losses().get(0).toString())
                .containsEntry("last_loss", end.losses().get(1).toString())
                .containsEntry("kernel", "java")
                .containsKeys("tool", "jvm", "threads");
    }

    private String fingerprint() {
        return model.base().fingerprint().hex();
    }
}
