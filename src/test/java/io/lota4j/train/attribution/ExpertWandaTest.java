package io.lota4j.train.attribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lota4j.Golden;
import io.lota4j.internal.train.AdaptedModel;
import io.lota4j.mask.Mask;
import io.lota4j.mask.Pool;
import io.lota4j.memory.Host;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Every token goes through two of four experts: the squares of what goes into them are, over all, twice those of what
/// goes into the router.
class ExpertWandaTest {
    private static final String LAYER = "model.layers.0.mlp.";

    @Test
    void anExpertIsScoredByTheTokensThatWentThroughIt() {
        try (AdaptedModel model = AdaptedModel.open(Golden.path("models/qwen3-moe"))) {
            double[] router = squares(model, Mask.full(model.base(), Pool.all()), LAYER + "gate.weight");
            Mask pool = Mask.full(model.base(), Pool.standard());
            double[] experts = new double[router.length];
            for (int e = 0; e < 4; e++) {
                double[] one = squares(model, pool, LAYER + "experts." + e + ".up_proj.weight");
                for (int f = 0; f < one.length; f++) {
                    experts[f] += one[f];
                }
            }
            for (int f = 0; f < router.length; f++) {
                assertThat(experts[f]).isCloseTo(2 * router[f], within(1e-4 * router[f]));
            }
        }
    }

    /// The sum of squares of each input, from scores of the first row: `abs(w) * sqrt(sum)`.
    private static double[] squares(AdaptedModel model, Mask pool, String name) {
        Mask matrix = new Mask(pool.info(), Map.of(name, pool.tensor(name)));
        float[] scores = Scored.of(model, matrix, new Wanda(), Scored.examples(), name);
        float[] weights = Host.floats(model.decoder().weights().memory(name));
        double[] squares = new double[32];
        for (int f = 0; f < squares.length; f++) {
            squares[f] = Math.pow(scores[f] / weights[f], 2);
        }
        return squares;
    }
}
