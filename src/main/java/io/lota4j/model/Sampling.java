package io.lota4j.model;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/// How the next token is chosen from logits.
public sealed interface Sampling {
    /// The index of the chosen token.
    int choose(float[] logits, RandomGenerator random);

    /// The most probable token; the lowest index where several are.
    record Greedy() implements Sampling {
        @Override
        public int choose(float[] logits, RandomGenerator random) {
            int best = 0;
            for (int i = 1; i < logits.length; i++) {
                if (logits[i] > logits[best]) {
                    best = i;
                }
            }
            return best;
        }
    }

    /// A draw from the softmax of `logits / temperature`, cut to the `topK` most probable tokens and of these to the
    /// fewest that hold `topP` of the probability (Holtzman et al. 2020).
    ///
    /// @param temperature over 0 and finite
    /// @param topK at least 1
    /// @param topP in (0, 1]
    record TopKTopP(double temperature, int topK, double topP) implements Sampling {
        /// @throws LotaException with every setting that is out of its range
        public TopKTopP {
            List<String> problems = new ArrayList<>();
            if (!(temperature > 0 && Double.isFinite(temperature))) {
                problems.add(Text.format("The temperature must be over 0 and finite, found %s.", temperature));
            }
            if (topK < 1) {
                problems.add(Text.format("The tokens to draw from (top-k) must be at least 1, found %d.", topK));
            }
            if (!(topP > 0 && topP <= 1)) {
                problems.add(Text.format(
                        "The share of the probability to draw from (top-p) must be over 0 and at most 1, found %s.",
                        topP));
            }
            if (!problems.isEmpty()) {
                throw new LotaException(String.join("\n", problems));
            }
        }

        @Override
        public int choose(float[] logits, RandomGenerator random) {
            int[] order = IntStream.range(0, logits.length)
                    .boxed()
                    .sorted((a, b) -> Float.compare(logits[b], logits[a]))
                    .limit(topK)
                    .mapToInt(Integer::intValue)
                    .toArray();
            double[] weights = new double[order.length];
            double total = 0;
            for (int i = 0; i < order.length; i++) {
                weights[i] = Math.exp((logits[order[i]] - logits[order[0]]) / temperature);
                total += weights[i];
            }
            int kept = 0;
            double mass = 0;
            while (kept < weights.length && (kept == 0 || mass < topP * total)) {
                mass += weights[kept++];
            }
            double draw = random.nextDouble() * mass;
            for (int i = 0; i < kept; i++) {
                draw -= weights[i];
                if (draw < 0) {
                    return order[i];
                }
            }
            return order[kept - 1];
        }
    }
}
