package io.lota4j.model.layer;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Rotary position embedding.
///
/// @param inverseFrequencies radians that a position adds, one for each of the `dim / 2` pairs that are turned
/// @param scale that cosines and sines are multiplied by
public record Rope(List<Float> inverseFrequencies, float scale) {
    public Rope {
        inverseFrequencies = List.copyOf(inverseFrequencies);
    }

    /// How the frequencies of a longer context come from those that a model was first trained with.
    public sealed interface Scaling {
        float stretched(float frequency, int pair);

        /// What cosines and sines are multiplied by.
        default float scale() {
            return 1;
        }
    }

    /// Every frequency divided by the same.
    public record Linear(double factor) implements Scaling {
        @Override
        public float stretched(float frequency, int pair) {
            return frequency / (float) factor;
        }
    }

    /// Llama 3's stretching of long wavelengths.
    ///
    /// @param factor how much a long wavelength is stretched
    /// @param lowFactor wavelengths over `originalContext / lowFactor` are stretched in full
    /// @param highFactor wavelengths under `originalContext / highFactor` are left alone; between the two it is
    /// smoothed
    /// @param originalContext positions that the model was first trained on
    public record Llama3(double factor, double lowFactor, double highFactor, double originalContext)
            implements Scaling {
        @Override
        public float stretched(float frequency, int pair) {
            double wavelength = 2 * Math.PI / frequency;
            if (wavelength < originalContext / highFactor) {
                return frequency;
            }
            if (wavelength > originalContext / lowFactor) {
                return (float) (frequency / factor);
            }
            double smooth = (originalContext / wavelength - lowFactor) / (highFactor - lowFactor);
            return (float) ((1 - smooth) * frequency / factor + smooth * frequency);
        }
    }

    /// YaRN ([Peng et al. 2023](https://arxiv.org/abs/2309.00071)): pairs that turn often are left alone, those that
    /// turn seldom are stretched in full.
    ///
    /// @param factor how much these are stretched
    /// @param low the last pair that is left alone
    /// @param high the first pair that is stretched in full
    /// @param attention that cosines and sines are multiplied by
    public record Yarn(double factor, double low, double high, double attention) implements Scaling {
        /// @param fast turns over the original context from which on a pair is left alone
        /// @param slow turns up to which one is stretched in full
        /// @param originalContext positions that the model was first trained on
        /// @param whole whether the two pairs are rounded, to the wider band
        /// @param dim so many features of a head are turned
        public static Yarn of(
                double factor,
                double fast,
                double slow,
                double originalContext,
                boolean whole,
                double attention,
                double theta,
                int dim) {
            double first = pair(fast, originalContext, theta, dim);
            double last = pair(slow, originalContext, theta, dim);
            double low = Math.max(whole ? Math.floor(first) : first, 0);
            double high = Math.min(whole ? Math.ceil(last) : last, dim - 1);
            return new Yarn(factor, low, high, attention);
        }

        /// The pair that makes so many turns.
        private static double pair(double turns, double originalContext, double theta, int dim) {
            return dim * Math.log(originalContext / (turns * 2 * Math.PI)) / (2 * Math.log(theta));
        }

        @Override
        public float stretched(float frequency, int pair) {
            double width = low == high ? 0.001 : high - low;
            float ramp = (float) Math.clamp((pair - low) / width, 0, 1);
            return frequency / (float) factor * ramp + frequency * (1 - ramp);
        }

        @Override
        public float scale() {
            return (float) attention;
        }
    }

    /// Frequencies `theta^(-2i/dim)`, rounded to float where transformers rounds.
    ///
    /// @param dim so many features of a head are turned
    public static Rope of(double theta, @Nullable Scaling scaling, int dim) {
        List<Float> frequencies = new ArrayList<>();
        for (int i = 0; i < dim / 2; i++) {
            float exponent = (float) (2 * i) / dim;
            float frequency = 1f / (float) Math.pow(theta, exponent);
            frequencies.add(scaling == null ? frequency : scaling.stretched(frequency, i));
        }
        return new Rope(frequencies, scaling == null ? 1 : scaling.scale());
    }

    /// Cosines or sines for positions `0 … positions - 1`, row-major `[positions, dim]`, the second half of a row
    /// repeating the first.
    public float[] table(int positions, boolean cosine) {
        int half = inverseFrequencies.size();
        float[] table = new float[positions * 2 * half];
        for (int p = 0; p < positions; p++) {
            for (int i = 0; i < half; i++) {
                float angle = p * inverseFrequencies.get(i);
                float value = (float) (cosine ? Math.cos(angle) : Math.sin(angle)) * scale;
                table[(2 * p) * half + i] = value;
                table[(2 * p + 1) * half + i] = value;
            }
        }
        return table;
    }
}
