package io.lota4j.internal.train.lora;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.data.Example;
import io.lota4j.internal.kernel.java.JavaKernel;
import io.lota4j.internal.train.AdaptedModel;
import io.lota4j.internal.train.Runs;
import io.lota4j.internal.train.Trainer;
import io.lota4j.mask.Pool;
import io.lota4j.train.lora.LoraConfig;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ExpertFactorsTest {
    private static final List<Example> SHORT =
            List.of(new Example(0, new int[] {5, 9}, new boolean[] {false, true}, 1, "", ""));

    /// Decay alone would move every factor that is not zero.
    @Test
    void factorsOfAnExpertThatNoTokenReachedStayAsTheyAre() {
        try (AdaptedModel model = Runs.model("qwen3-moe");
                LoraJob job = new LoraJob(
                        model,
                        new LoraConfig(2, 4, Pool.standard()),
                        Runs.data(SHORT),
                        Runs.plain(1, Runs.ADAMW, 1, 1, 1),
                        new JavaKernel())) {
            Map<String, float[]> before = values(job);
            try (Trainer trainer = job.trainer()) {
                trainer.run(Runs.SILENT, () -> false);
            }
            Map<String, float[]> after = values(job);
            assertThat(before.keySet().stream().filter(name -> Arrays.equals(before.get(name), after.get(name))))
                    .isNotEmpty()
                    .allMatch(name -> name.contains(".mlp.experts."));
        }
    }

    private static Map<String, float[]> values(LoraJob job) {
        Map<String, float[]> values = new LinkedHashMap<>();
        job.factors().forEach(f -> values.put(f.weight(), f.values().a().toFloatArray()));
        return values;
    }
}
