package io.lota4j.internal.model.layer;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Rotary position embedding.
///
/// @param inverseFrequencies radians that a position adds, one for each of the `dim / 2` pairs that are turned
/// @param scale that cosines and sines are multiplied by
/// @param longer what sequences over a length have instead; null for one rope for all
/// @param temper what queries are multiplied by beside; null for nothing
public record Rope(
        List<Float> inverseFrequencies,
        float scale,
        @Nullable Longer longer,
        @Nullable Temper temper) {
    public Rope {
        inverseFrequencies = List.copyOf(inverseFrequencies);
    }

    public Rope(List<Float> inverseFrequencies, float scale) {
        this(inverseFrequencies, scale, null, null);
    }

    /// The frequencies of sequences that are longer than so many tokens, of all their tokens.
    ///
    /// @param inverseFrequencies as many as the shorter sequences have
    public record Longer(int than, List<Float> inverseFrequencies) {
        public Longer {
            inverseFrequencies = List.copyOf(inverseFrequencies);
        }
    }

    /// A query at position `p` is multiplied by `1 + beta * ln(1 + floor(p / originalContext))`, as in Llama 4: far
    /// from the start, attention would else spread over ever more keys.
    public record Temper(double beta, double originalContext) {
        float at(int position) {
            return (float) (1 + beta * Math.log(1 + Math.floor(position / originalContext)));
        }
    }

    public Rope withTemper(Temper of) {
        return new Rope(inverseFrequencies, scale, longer, of);
    }

    /// That of longer sequences, for all.
    public Rope ofLonger() {
        return longer == null ? this : new Rope(longer.inverseFrequencies, scale, null, temper);
    }

    /// Which row of a table is for a token.
    ///
    /// @param length of its sequence, in tokens
    /// @param positions of the table
    public long row(long position, long length, int positions) {
        return position + (longer != null && length > longer.than ? positions : 0);
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

    /// LongRoPE ([Ding et al. 2024](https://arxiv.org/abs/2402.13753)): every pair's wavelength is stretched by a
    /// factor
    /// of its own, in short sequences by others than in long ones.
    ///
    /// @param shortFactors one a pair, for sequences of up to `than` tokens
    /// @param longFactors one a pair, for longer ones
    /// @param scale that cosines and sines are multiplied by
    public static Rope longRope(
            double theta, List<Double> shortFactors, List<Double> longFactors, int than, double scale) {
        return new Rope(
                stretched(theta, shortFactors), (float) scale, new Longer(than, stretched(theta, longFactors)), null);
    }

    private static List<Float> stretched(double theta, List<Double> factors) {
        List<Float> frequencies = new ArrayList<>();
        for (int i = 0; i < factors.size(); i++) {
            float exponent = (float) (2 * i) / (2 * factors.size());
            frequencies.add(1f / (factors.get(i).floatValue() * (float) Math.pow(theta, exponent)));
        }
        return frequencies;
    }

    /// How many values a row of a table has.
    ///
    /// @param cosine whether of the cosines, which the factor of queries is behind
    public int width(boolean cosine) {
        return 2 * inverseFrequencies.size() + (cosine && temper != null ? 1 : 0);
    }

    /// Cosines or sines for positions `0 … positions - 1`, row-major `[positions, width]`, the second half of a row
    /// repeating the first; behind them those of longer sequences, if these differ.
    public float[] table(int positions, boolean cosine) {
        int width = width(cosine);
        float[] table = new float[positions * width * (longer == null ? 1 : 2)];
        fill(table, 0, positions, cosine, inverseFrequencies);
        if (longer != null) {
            fill(table, positions * width, positions, cosine, longer.inverseFrequencies);
        }
        return table;
    }

    private void fill(float[] table, int from, int positions, boolean cosine, List<Float> frequencies) {
        int half = frequencies.size();
        int width = width(cosine);
        for (int p = 0; p < positions; p++) {
            int row = from + p * width;
            for (int i = 0; i < half; i++) {
                float angle = p * frequencies.get(i);
                float value = (float) (cosine ? Math.cos(angle) : Math.sin(angle)) * scale;
                table[row + i] = value;
                table[row + half + i] = value;
            }
            if (cosine && temper != null) {
                table[row + 2 * half] = temper.at(p);
            }
        }
    }
}
