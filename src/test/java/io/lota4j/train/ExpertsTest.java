package io.lota4j.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.data.Example;
import io.lota4j.mask.Mask;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Two tokens go through some of a layer's four experts only.
class ExpertsTest {
    private static final List<Example> SHORT =
            List.of(new Example(0, new int[] {5, 9}, new boolean[] {false, true}, 1, "", ""));

    /// Decay alone would move every weight that is stepped.
    @Test
    void anExpertThatNoTokenReachedStaysAsItIs() {
        try (AdaptedModel model = Runs.model("qwen3-moe")) {
            Map<String, int[]> before = Runs.bits(model);
            Mask mask = Runs.everything(model);
            Runs.run(model, mask, Runs.data(SHORT), Runs.plain(1, Runs.ADAMW, 1, 1, 1));
            Map<String, int[]> after = Runs.bits(model);
            List<String> same = mask.tensors().keySet().stream()
                    .filter(name -> Arrays.equals(Runs.of(before, name), Runs.of(after, name)))
                    .toList();
            assertThat(same).isNotEmpty().allMatch(name -> name.contains(".mlp.experts."));
            List<String> stepped = before.keySet().stream()
                    .filter(name -> name.contains(".mlp.experts.") && !same.contains(name))
                    .toList();
            assertThat(stepped).hasSizeGreaterThanOrEqualTo(4 * 2 * 3);
            // All three matrices of an expert, or none.
            assertThat(same.stream()
                            .map(name -> name.replaceFirst("\\.[a-z]+_proj\\.weight$", ""))
                            .distinct())
                    .hasSize(same.size() / 3);
        }
    }
}
