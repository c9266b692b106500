package io.lota4j.internal.merge.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lota4j.Golden;
import io.lota4j.checkpoint.Shape;
import java.util.Arrays;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Every kind of adapter, as PEFT wrote it, against what PEFT's `merge_and_unload` made of it in F32.
class SourcePeftKindsTest {
    /// 0 is bit for bit. DoRA's norms are F64 here and F32 there. Where a weight gets several values (SHiRA's pairs
    /// that come twice, Super-Tuning's hybrid), PEFT adds one after the other to the weight and rounds each time.
    /// PyTorch adds the products of a matrix as small as those of `head` in another order. All weights are
    /// below 1.5.
    @ParameterizedTest
    @CsvSource({
        "dora,           models/llama-tied,       2, 1.2e-7",
        "rslora,         models/llama-tied,       2, 0",
        "patterns,       models/llama-tied,       4, 0",
        "embedding,      models/llama-tied,       1, 0",
        "embedding-dora, models/llama-tied,       1, 2.4e-7",
        "saved,          models/llama-tied,       6, 0",
        "supra,          models/llama-tied,       2, 1.2e-7",
        "shira-twice,    models/llama-tied,       2, 6e-8",
        "fan-in,         peft-kinds/fan-in-base,  1, 0",
        "fan-in-dora,    peft-kinds/fan-in-base,  1, 1.8e-7",
        "head,           merge-recipes/models/z,  3, 1.2e-7",
        "head-lora,      merge-recipes/models/z,  1, 6e-8",
    })
    void mergesAsPeftDoes(String kind, String base, int changed, float tolerance) {
        String reference = Golden.path(base) + "+" + Golden.path("peft-kinds/" + kind);
        try (Golden peft = Golden.open("peft-kinds/" + kind + "/merged.safetensors");
                Golden before = Golden.open(base + "/model.safetensors");
                MergeSource source = MergeSource.open(References.parse(reference), Optional.empty())) {
            assertThat(source.unmatched()).isEmpty();
            assertThat(peft.file().tensors()).hasSize(changed);
            assertThat(source.tensors().keySet())
                    .containsAll(peft.file().tensors().keySet());
            source.tensors().forEach((name, tensor) -> {
                boolean touched = peft.file().tensors().containsKey(name);
                float[] expected = touched ? peft.floats(name) : before.floats(name);
                compare(name, read(source, name, tensor.shape()), expected, touched ? tolerance : 0);
            });
        }
    }

    @Test
    void aHeadOfItsOwnIsUntiedAndATiedOneIsToldOf() {
        String tied = Golden.path("models/llama-tied") + "+" + Golden.path("peft-kinds/embedding");
        try (MergeSource source = MergeSource.open(References.parse(tied), Optional.empty())) {
            assertThat(source.heads()).isEmpty();
            assertThat(source.doubts())
                    .singleElement()
                    .asString()
                    .endsWith("changes 'model.embed_tokens.weight'. A head that the base ties to it changes as well; "
                            + "in PEFT's training it did not.");
        }
        String head = Golden.path("merge-recipes/models/z") + "+" + Golden.path("peft-kinds/head");
        try (MergeSource source = MergeSource.open(References.parse(head), Optional.empty())) {
            assertThat(source.heads()).containsOnlyKeys("lm_head.weight");
            assertThat(source.doubts()).isEmpty();
        }
    }

    /// Piece by piece, which is how a merge reads: the pieces lie across rows.
    private static float[] read(MergeSource source, String name, Shape shape) {
        SplittableRandom random = new SplittableRandom(1);
        var tensor = source.tensor(name, shape, Optional.empty());
        float[] values = new float[(int) shape.numel()];
        for (int at = 0; at < values.length; ) {
            float[] piece = new float[Math.min(values.length - at, 1 + random.nextInt(100))];
            tensor.read(at, piece.length, piece);
            System.arraycopy(piece, 0, values, at, piece.length);
            at += piece.length;
        }
        return values;
    }

    /// Of embeddings the first rows are kept.
    private static void compare(String name, float[] actual, float[] expected, float tolerance) {
        float[] first = Arrays.copyOf(actual, expected.length);
        for (int i = 0; i < first.length; i++) {
            assertThat(first[i]).as("%s[%d]", name, i).isCloseTo(expected[i], within(tolerance));
        }
    }
}
