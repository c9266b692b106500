package io.lota4j.internal.merge.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.Text;
import io.lota4j.internal.merge.ModelOutline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What is refused, and in which words.
class SourceErrorsTest {
    private static final String LORA = "\"peft_type\": \"LORA\", \"r\": 2, \"lora_alpha\": 8";
    private static final String SUPER = "\"peft_type\": \"SUPERTUNING\"";
    private static final String SHIRA = "\"peft_type\": \"SHIRA\", \"r\": 1";
    private static final Shape WEIGHT = Shape.of(4, 3);
    private static final String ADVICE =
            " Let PEFT merge it into its base ('merge_and_unload'), and take the model that it makes.";
    private static final ModelOutline BASE = Adapters.base(Map.of("m.up.weight", WEIGHT, "m.down.weight", WEIGHT));

    @TempDir
    private Path directory;

    private Path folder;
    private Adapters lora = new Adapters();

    @BeforeEach
    void adapter() {
        folder = directory.resolve("adapter");
        lora = factors("m.up", 2, 3, 4);
    }

    private static Adapters factors(String module, int rank, int inputs, int outputs) {
        return new Adapters()
                .floats(module + ".lora_A.weight", Shape.of(rank, inputs), new float[rank * inputs])
                .floats(module + ".lora_B.weight", Shape.of(outputs, rank), new float[outputs * rank]);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "'r': 2 | : 'peft_type' must be one of [LORA, SHIRA, SUPERTUNING], but is missing.",
                "'peft_type': 'LOAR' | : 'peft_type' must be one of [LORA, SHIRA, SUPERTUNING], but is 'LOAR'. "
                        + "Did you mean 'LORA'?",
                "'peft_type': 'IA3' | : 'peft_type' must be one of [LORA, SHIRA, SUPERTUNING], but is 'IA3'.",
                "'peft_type': 3 | : 'peft_type' must be a string, but is 3.",
                "'peft_type': 'LORA', 'r': 2 | : 'lora_alpha' must be a number above 0, but is missing.",
                "'peft_type': 'LORA', 'r': null, 'lora_alpha': 8 | : 'r' must be a number above 0, but is missing.",
                "'peft_type': 'LORA', 'r': 2, 'lora_alpha': 'x' | : 'lora_alpha' must be a number above 0, but is"
                        + " \"x\".",
                "'peft_type': 'LORA', 'r': 1e18, 'lora_alpha': 8 | : the rank of 'm.up' is 1.0E18, more than any"
                        + " factors have.",
                "'peft_type': 'LORA', 'r': -2, 'lora_alpha': 8 | : 'r' must be a number above 0, but is -2.",
                "'peft_type': 'LORA', 'use_dora': 1 | : 'use_dora' must be true or false, but is 1.",
                "'peft_type': 'LORA', 'bias': 'all' | : 'bias' is \"all\", which is not merged here.",
                "'peft_type': 'LORA', 'use_qalora': true | : 'use_qalora' is true, which is not merged here.",
                "'peft_type': 'LORA', 'layer_replication': [[0, 4]] | : 'layer_replication' is [[0,4]], "
                        + "which is not merged here.",
                "'peft_type': 'LORA', 'r': 2, 'lora_alpha': 8, 'lora_new': 'on' | : 'lora_new' is \"on\", "
                        + "which is not merged here.",
                "'peft_type': 'SHIRA', 'r': 1, 'use_dora': true | : 'use_dora' is true, which is not merged here.",
                "'peft_type': 'LORA', 'init_lora_weights': 'pissa' | : 'init_lora_weights' is \"pissa\": such an "
                        + "adapter is for a base from which its start was taken away. Have PEFT convert it "
                        + "('path_initial_model_for_weight_conversion').",
                "'peft_type': 'LORA', 'r': 2, 'lora_alpha': 8, 'alpha_pattern': {'up': 0} | "
                        + ": 'alpha_pattern.up' must be a number above 0, but is 0.",
                "'peft_type': 'LORA', 'r': 2, 'lora_alpha': 8, 'alpha_pattern': {'(': 1} | : 'alpha_pattern' has the "
                        + "pattern '(', which is no regular expression: Unclosed group.",
                "'peft_type': 'LORA', 'r': 2, 'lora_alpha': 8, 'modules_to_save': ['head'] | "
                        + ": 'modules_to_save' is [\"head\"], but the weights file holds no tensor of these.",
                "'peft_type': 'SUPERTUNING', 'save_precomputed_indices': false | : 'save_precomputed_indices' is "
                        + "false: which weights are changed is not in the file. Save the adapter again with it.",
            })
    void configurations(String config, String message) throws IOException {
        lora.write(folder, config.replace('\'', '"'));
        String whole = message.stripTrailing();
        refused(folder.resolve("adapter_config.json") + (whole.endsWith("not merged here.") ? whole + ADVICE : whole));
    }

    @Test
    void numbersThatNoDoubleHolds() throws IOException {
        String large = "9".repeat(400);
        lora.write(folder, LORA.replace("8", large));
        refused(folder.resolve("adapter_config.json") + ": 'lora_alpha' must be a number above 0, but is " + large
                + ".");
    }

    @Test
    void otherShapes() throws IOException {
        factors("m.up", 3, 3, 4).write(folder, LORA);
        refused(tensor("m.up.lora_A.weight") + " must have shape [2, 3] (rank 2), but has [3, 3].");

        new Adapters()
                .floats("m.up.lora_A.weight", Shape.of(2, 3), new float[6])
                .floats("m.up.lora_B.weight", Shape.of(4, 3), new float[12])
                .write(folder, LORA);
        refused(tensor("m.up.lora_B.weight") + " must have shape [4, 2] (the rank of lora_A.weight), but has [4, 3].");

        new Adapters()
                .floats("m.up.lora_A.weight", Shape.of(2, 3, 1), new float[6])
                .floats("m.up.lora_B.weight", Shape.of(4, 2, 1), new float[8])
                .write(folder, LORA);
        refused(tensor("m.up.lora_A.weight") + " must have 2 dimensions, but has shape [2, 3, 1].");

        lora.floats("m.up.lora_magnitude_vector", Shape.of(3), new float[3])
                .write(folder, LORA + ", \"use_dora\": true");
        refused(tensor("m.up.lora_magnitude_vector") + " must have shape [4] (one for each output), but has [3].");

        new Adapters()
                .ints("m.up.shira_indices", Shape.of(2, 2), 0, 1, 0, 1)
                .floats("m.up.shira_weight", Shape.of(3), 1, 2, 3)
                .write(folder, SHIRA);
        refused(tensor("m.up.shira_indices")
                + " must have shape [2, 3] (rows and columns for shira_weight), but has [2, 2].");
    }

    @Test
    void missingAndUnknownTensors() throws IOException {
        new Adapters()
                .floats("m.up.lora_A.weight", Shape.of(2, 3), new float[6])
                .write(folder, LORA);
        refused(tensor("m.up.lora_B.weight") + " is missing, but [lora_A.weight] is there.");

        lora.floats("m.up.lora_magnitude_vector", Shape.of(4), new float[4]).write(folder, LORA);
        refused(weights() + ": [base_model.model.m.up.lora_magnitude_vector] is not used by this adapter's method; "
                + "expected are 'base_model.model.<module>.' and [base_layer.weight, lora_A.weight, lora_B.weight, "
                + "lora_embedding_A, lora_embedding_B].");

        factors("m.up", 2, 3, 4).floats("m.up.weight", WEIGHT, new float[12]).write(folder, LORA);
        refused(weights() + ": module 'm.up' has both a change and whole weights; which one holds?");

        new Adapters().write(folder, LORA);
        refused(weights() + " holds no tensors: the adapter changes nothing.");
    }

    @Test
    void anotherModelsAdapter() throws IOException {
        factors("m.upp", 2, 3, 4).write(folder, LORA);
        refused(weights() + ": none of its 1 tensors fits the base the-base; is it for another model?\n" + weights()
                + ": changes tensor 'm.upp.weight', which the base the-base does not have. "
                + "The nearest one there is 'm.up.weight'.");

        factors("m.up", 2, 3, 5).write(folder, LORA);
        refused(weights() + ": none of its 1 tensors fits the base the-base; is it for another model?\n"
                + tensor("m.up.lora_A.weight")
                + " [2, 3] and [5, 2] are for a tensor of shape [5, 3], but the base's has [4, 3].");
    }

    /// As of one for another model; without effect, so no error.
    @Test
    void patternsThatMatchNothingAreTold() throws IOException {
        lora.write(
                folder,
                LORA
                        + ", \"rank_pattern\": {\"u\": 4, \"up\": 2}, \"alpha_pattern\": {\"m.gate\": 3},"
                        + " \"lora_new\": null");
        try (MergeSource source = Adapters.open(folder, BASE)) {
            assertThat(source.doubts())
                    .containsExactlyInAnyOrder(
                            folder + ": the pattern 'u' of 'rank_pattern' matches none of its modules",
                            folder + ": the pattern 'm.gate' of 'alpha_pattern' matches none of its modules");
        }
    }

    @Test
    void someTargetsThatTheBaseDoesNotHave() throws IOException {
        lora.floats("m.gate.lora_A.weight", Shape.of(2, 3), new float[6])
                .floats("m.gate.lora_B.weight", Shape.of(4, 2), new float[8])
                .write(folder, LORA);
        try (MergeSource source = Adapters.open(folder, BASE)) {
            assertThat(source.tensors()).containsOnlyKeys("m.up.weight");
            assertThat(source.unmatched())
                    .containsExactly(weights()
                            + ": changes tensor 'm.gate.weight', which the base the-base does not have. "
                            + "The nearest one there is 'm.down.weight'.");
        }
    }

    @Test
    void indicesPastTheEnd() throws IOException {
        for (int index : new int[] {12, -1, Integer.MAX_VALUE}) {
            new Adapters()
                    .ints("m.up.supertuning_indices", Shape.of(2), 0, index)
                    .floats("m.up.supertuning_values", Shape.of(2), 1, 2)
                    .write(folder, SUPER);
            refusedOnReading(Text.format(
                    "%s: index %d at position 1 is outside the base's tensor of shape [4, 3].",
                    tensor("m.up.supertuning_indices"), index));
        }
        new Adapters()
                .longs("m.up.shira_indices", Shape.of(2, 2), 3, 3, 2, 1L << 33)
                .floats("m.up.shira_weight", Shape.of(2), 1, 2)
                .write(folder, SHIRA);
        refusedOnReading(tensor("m.up.shira_indices")
                + ": index (3, 8589934592) at position 1 is outside the base's tensor of shape [4, 3].");
    }

    @Test
    void valuesThatAreNotFinite() throws IOException {
        new Adapters()
                .floats("m.up.lora_A.weight", Shape.of(2, 3), 0, 0, 0, 0, Float.NaN, 0)
                .floats("m.up.lora_B.weight", Shape.of(4, 2), new float[8])
                .write(folder, LORA);
        refusedOnReading(tensor("m.up.lora_A.weight") + ": element 4 is not a finite number.");
    }

    @Test
    void doraWithoutItsBase() throws IOException {
        lora.floats("m.up.lora_magnitude_vector", Shape.of(4), new float[4])
                .write(folder, LORA + ", \"use_dora\": true");
        refusedOnReading(tensor("m.up.lora_magnitude_vector")
                + ": DoRA computes new weights from the base's, so the base must be given.");
    }

    @Test
    void sparseAdaptersWithoutABase() throws IOException {
        new Adapters()
                .ints("m.up.supertuning_indices", Shape.of(1), 0)
                .floats("m.up.supertuning_values", Shape.of(1), 1)
                .write(folder, SUPER);
        assertThatThrownBy(() -> MergeSource.open(References.parse(folder.toString()), Optional.empty()))
                .isInstanceOf(LotaException.class)
                .hasMessage(
                        "%s",
                        weights() + " does not say the shape of tensor 'm.up.weight'; give the base that it is for.");
    }

    @Test
    void truncatedFiles() throws IOException {
        lora.write(folder, LORA);
        byte[] whole = Files.readAllBytes(weights());
        for (int length = 0; length < whole.length; length += 7) {
            Files.write(weights(), Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> Adapters.open(folder, BASE))
                    .as("%d bytes", length)
                    .isInstanceOf(LotaException.class)
                    .hasMessageStartingWith(weights().toString());
        }
    }

    private Path weights() {
        return folder.resolve("adapter_model.safetensors");
    }

    private String tensor(String name) {
        return Text.format("%s: tensor 'base_model.model.%s'", weights(), name);
    }

    private void refused(String message) {
        assertThatThrownBy(() -> Adapters.open(folder, BASE))
                .isInstanceOf(LotaException.class)
                .hasMessage("%s", message);
    }

    private void refusedOnReading(String message) {
        try (MergeSource source = Adapters.open(folder, BASE)) {
            assertThatThrownBy(() -> source.tensor("m.up.weight", WEIGHT, Optional.empty()))
                    .isInstanceOf(LotaException.class)
                    .hasMessage("%s", message);
        }
    }
}
