package io.lota4j.model.layer;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Rotary position embedding.
///
/// @param inverseFrequencies radians that a position adds, one for each of the head's `dim / 2` pairs
public record Rope(List<Float> inverseFrequencies) {
    public Rope {
        inverseFrequencies = List.copyOf(inverseFrequencies);
    }

    /// Llama 3's stretching of long wavelengths.
    ///
    /// @param factor how much a long wavelength is stretched
    /// @param lowFactor wavelengths over `originalContext / lowFactor` are stretched in full
    /// @param highFactor wavelengths under `originalContext / highFactor` are left alone; between the two it is
    /// smoothed
    /// @param originalContext positions that the model was first trained on
    public record Llama3(double factor, double lowFactor, double highFactor, double originalContext) {
        private double stretch(float frequency) {
            double wavelength = 2 * Math.PI / frequency;
            if (wavelength < originalContext / highFactor) {
                return frequency;
            }
            if (wavelength > originalContext / lowFactor) {
                return frequency / factor;
            }
            double smooth = (originalContext / wavelength - lowFactor) / (highFactor - lowFactor);
            return (1 - smooth) * frequency / factor + smooth * frequency;
        }
    }

    /// Frequencies `theta^(-2i/dim)`, rounded to float where transformers rounds.
    ///
    /// @param dim width of a head
    public static Rope of(double theta, @Nullable Llama3 scaling, int dim) {
        List<Float> frequencies = new ArrayList<>();
        for (int i = 0; i < dim / 2; i++) {
            float exponent = (float) (2 * i) / dim;
            float frequency = 1f / (float) Math.pow(theta, exponent);
            frequencies.add(scaling == null ? frequency : (float) scaling.stretch(frequency));
        }
        return new Rope(frequencies);
    }

    /// Cosines or sines for positions `0 … positions - 1`, row-major `[positions, dim]`, the second half of a row
    /// repeating the first.
    public float[] table(int positions, boolean cosine) {
        int half = inverseFrequencies.size();
        float[] table = new float[positions * 2 * half];
        for (int p = 0; p < positions; p++) {
            for (int i = 0; i < half; i++) {
                float angle = p * inverseFrequencies.get(i);
                float value = (float) (cosine ? Math.cos(angle) : Math.sin(angle));
                table[(2 * p) * half + i] = value;
                table[(2 * p + 1) * half + i] = value;
            }
        }
        return table;
    }
}
