package io.lota4j.internal.merge.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.DType;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.TestModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Which model a text refers to.
class SourceReferenceTest {
    private static final String SUPER = "\"peft_type\": \"SUPERTUNING\"";
    private static final String UP = "model.layers.0.mlp.down_proj";

    @TempDir
    private Path directory;

    private Path model;
    private Path adapter;

    @BeforeEach
    void models() throws IOException {
        model = TestModels.model(directory.resolve("model"), TestModels.weights(DType.BF16, false, 1), 2);
        adapter = write(directory.resolve("adapter"));
    }

    private static Path write(Path folder) throws IOException {
        return new Adapters()
                .ints(UP + ".supertuning_indices", Shape.of(3), 0, 7, 7)
                .floats(UP + ".supertuning_values", Shape.of(3), 0, 1, 2)
                .write(folder, SUPER);
    }

    @Test
    void missingPathsNameWhatIsThere() {
        Path wrong = directory.resolve("modle");
        refused(
                wrong.toString(),
                Text.format(
                                "%s: no such file or directory. %s holds [adapter, model]. Did you mean 'model'? ",
                                wrong, directory)
                        + "Models are read from disk only.");
    }

    @Test
    void adaptersOnACheckpoint() {
        try (MergeSource source = open(model + "+" + adapter);
                MergeSource plain = open(model.toString())) {
            assertThat(source.isWhole()).isTrue();
            assertThat(source.directory()).contains(model);
            assertThat(source.tensors()).isEqualTo(plain.tensors());
            Shape shape = Shape.of(8, 13);
            float[] expected = Adapters.all(plain.tensor(UP + ".weight", shape, Optional.empty()));
            expected[7] += 3;
            assertThat(Adapters.all(source.tensor(UP + ".weight", shape, Optional.empty())))
                    .isEqualTo(expected);
        }
    }

    @Test
    void adaptersInASubfolder() throws IOException {
        Path around = directory.resolve("around");
        write(around.resolve("style"));
        try (MergeSource source = open(model + "+" + around)) {
            assertThat(source.unmatched()).isEmpty();
        }
        write(around.resolve("law"));
        refused(
                around.toString(),
                Text.format(
                        "%s holds the adapters [law, style]; name one, such as %s.", around, around.resolve("law")));
    }

    @Test
    void whatIsNoModel() throws IOException {
        Files.copy(model.resolve("config.json"), adapter.resolve("config.json"));
        try (MergeSource source = open(model + "+" + adapter)) {
            assertThat(source.isWhole())
                    .as("a config beside an adapter is harmless")
                    .isTrue();
        }
        refused(
                adapter + "+" + adapter,
                adapter + "+" + adapter + ": " + adapter + " is no checkpoint; an adapter or a ticket is put on one.");
        refused(
                model + "+" + model,
                model + "+" + model + ": " + model
                        + " is a whole checkpoint; only an adapter or a ticket follows a plus.");
        Path weights = adapter.resolve("adapter_model.safetensors");
        refused(weights.toString(), Text.format("%s is a file of a model; give its folder, %s.", weights, adapter));
        Path mask = Files.createFile(directory.resolve("x.mask.safetensors"));
        refused(mask.toString(), mask + " is a mask, which has no values to merge; give a ticket.");
        Files.copy(weights, adapter.resolve("model.safetensors"));
        refused(
                adapter.toString(),
                adapter
                        + " holds both a checkpoint (model.safetensors) and an adapter (adapter_config.json); "
                        + "put them into two folders.");
        Files.delete(adapter.resolve("model.safetensors"));
        Files.move(weights, adapter.resolve("adapter_model.bin"));
        refused(
                adapter.toString(),
                adapter
                        + ": no adapter_model.safetensors beside adapter_config.json. adapter_model.bin is a pickle,"
                        + " which could run any program; save the adapter again as safetensors.");
    }

    private static MergeSource open(String reference) {
        return MergeSource.open(References.parse(reference), Optional.empty());
    }

    private static void refused(String reference, String message) {
        assertThatThrownBy(() -> open(reference))
                .isInstanceOf(LotaException.class)
                .hasMessage("%s", message);
    }
}
