package io.lota4j.train.attribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lota4j.Golden;
import io.lota4j.data.Example;
import io.lota4j.internal.train.AdaptedModel;
import io.lota4j.mask.Mask;
import io.lota4j.mask.Pool;
import io.lota4j.memory.Host;
import org.junit.jupiter.api.Test;

/// GPT-2's matrices are stored `[in, out]`: an input's norm is one of a row.
class TransposedWandaTest {
    private static final String WEIGHT = "transformer.h.0.attn.c_attn.weight";
    private static final int HIDDEN = 32;

    @Test
    void aRowIsMultipliedByTheNormOfItsInput() {
        try (AdaptedModel model = AdaptedModel.open(Golden.path("models/gpt2"))) {
            Mask pool = Mask.full(model.base(), Pool.standard());
            float[] found = Scored.of(model, pool, new Wanda(), Scored.examples(), WEIGHT);
            float[] weight = weight(model, WEIGHT);
            double[] norms = norms(model);
            int out = weight.length / HIDDEN;
            for (int i = 0; i < found.length; i++) {
                double expected = Math.abs(weight[i]) * norms[i / out];
                assertThat((double) found[i]).isCloseTo(expected, within(1e-4 * norms[i / out]));
            }
        }
    }

    private static float[] weight(AdaptedModel model, String name) {
        return Host.floats(model.decoder().weights().memory(name));
    }

    /// Of what goes into the first matrix: the first layer norm of embedding and position, at the response's tokens.
    private static double[] norms(AdaptedModel model) {
        float[] words = weight(model, "transformer.wte.weight");
        float[] places = weight(model, "transformer.wpe.weight");
        float[] scale = weight(model, "transformer.h.0.ln_1.weight");
        float[] shift = weight(model, "transformer.h.0.ln_1.bias");
        double[] squares = new double[HIDDEN];
        for (Example example : Scored.examples()) {
            for (int t = 0; t < example.ids().length; t++) {
                if (!example.labelled()[t]) {
                    continue;
                }
                double mean = 0;
                double variance = 0;
                for (int f = 0; f < HIDDEN; f++) {
                    mean += input(words, places, example.ids()[t], t, f) / HIDDEN;
                }
                for (int f = 0; f < HIDDEN; f++) {
                    variance += Math.pow(input(words, places, example.ids()[t], t, f) - mean, 2) / HIDDEN;
                }
                for (int f = 0; f < HIDDEN; f++) {
                    double unit = (input(words, places, example.ids()[t], t, f) - mean) / Math.sqrt(variance + 1e-5);
                    squares[f] += Math.pow(unit * scale[f] + shift[f], 2);
                }
            }
        }
        double[] norms = new double[HIDDEN];
        for (int f = 0; f < HIDDEN; f++) {
            norms[f] = Math.sqrt(squares[f]);
        }
        return norms;
    }

    private static double input(float[] words, float[] places, int id, int position, int feature) {
        return words[id * HIDDEN + feature] + places[position * HIDDEN + feature];
    }
}
