package io.lota4j.internal.train;

import io.lota4j.data.Example;
import io.lota4j.internal.model.RowWeights;
import io.lota4j.train.objective.LabelledTokens;
import io.lota4j.train.objective.Objective;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// One pass's labelled tokens as an objective sees them, and what it makes of them.
public final class Weighing {
    private final Objective objective;
    private final List<Part> samples = new ArrayList<>();
    private final float[] losses;
    private final float[] weights;
    private final Map<String, Double> figures = new TreeMap<>();
    private double told;

    /// A sample's sequences, and what is minimised on them.
    private record Part(Objective objective, List<LabelledTokens> sequences) {}

    /// @param reference of the samples, or null where the objective needs none
    public Weighing(Objective objective, MicroBatch batch, @Nullable Reference reference) {
        this(objective, batch, reference, sample -> false);
    }

    /// @param mixed whether a sample was mixed in beside those of the data
    Weighing(Objective objective, MicroBatch batch, @Nullable Reference reference, Predicate<Sample> mixed) {
        this.objective = objective;
        int tokens = batch.scored();
        losses = new float[tokens];
        weights = new float[tokens];
        float[] references = new float[tokens];
        float[] importance = new float[tokens];
        int[] places = new int[tokens];
        int sequence = 0;
        for (Sample sample : batch.samples()) {
            Objective minimised = mixed.test(sample) ? objective.onMixedRows() : objective;
            List<LabelledTokens> parts = new ArrayList<>();
            int known = 0;
            for (Example example : sample.example().sequences()) {
                int start = batch.starts()[sequence];
                int count = batch.counts()[sequence];
                mark(example, start, importance, places);
                if (reference != null && minimised.needsReference()) {
                    System.arraycopy(reference.of(sample), known, references, start, count);
                    known += count;
                }
                parts.add(new LabelledTokens(losses, references, importance, places, weights, start, count));
                sequence++;
            }
            samples.add(new Part(minimised, parts));
        }
    }

    /// Notes of every labelled token what its row gives it, and its place in its answer.
    private static void mark(Example example, int start, float[] importance, int[] places) {
        int at = start;
        for (int token = 1; token < example.length(); token++) {
            if (example.labelled()[token]) {
                importance[at] = example.tokenWeight(token);
                places[at] = example.labelled()[token - 1] && at > start ? places[at - 1] + 1 : 1;
                at++;
            }
        }
    }

    /// What the gradients of the pass are weighed by.
    ///
    /// @param each factor of all weights
    RowWeights weights(double each) {
        if (objective.needsLosses()) {
            return new RowWeights.OfLosses(found -> weighed(found, each));
        }
        weigh();
        return new RowWeights.Constant(scaled(each));
    }

    private float[] weighed(float[] found, double each) {
        System.arraycopy(found, 0, losses, 0, losses.length);
        weigh();
        return scaled(each);
    }

    private void weigh() {
        told = 0;
        figures.clear();
        for (Part sample : samples) {
            told += sample.objective.weigh(sample.sequences, (name, value) -> figures.merge(name, value, Double::sum));
        }
    }

    private float[] scaled(double each) {
        float[] scaled = new float[weights.length];
        for (int token = 0; token < scaled.length; token++) {
            scaled[token] = (float) (each * weights[token]);
        }
        return scaled;
    }

    /// What the objective tells of tokens whose gradients are not wanted.
    public double loss(float[] found) {
        System.arraycopy(found, 0, losses, 0, losses.length);
        weigh();
        return told(found);
    }

    /// The sum over samples of what the objective tells, after the pass.
    ///
    /// @param found the tokens' losses
    double told(float[] found) {
        if (objective.needsLosses()) {
            return told;
        }
        double sum = 0;
        for (int token = 0; token < weights.length; token++) {
            sum += weights[token] * (double) found[token];
        }
        return sum;
    }

    /// What the objective told beside the loss: sums over samples.
    public Map<String, Double> figures() {
        return figures;
    }
}
