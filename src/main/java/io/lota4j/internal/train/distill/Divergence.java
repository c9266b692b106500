package io.lota4j.internal.train.distill;

import io.lota4j.internal.model.Decoder;
import io.lota4j.internal.model.Expectations;
import io.lota4j.internal.model.GradientSink;
import io.lota4j.internal.model.PackedBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The Kullback-Leibler divergence of what a model expects from what a teacher expected at the scored
/// tokens of a batch, in nats: at each of them `sum over v of p(v) (log p(v) - log q(v))` over the whole
/// vocabulary, p the teacher's, q the model's. The teacher is frozen; the gradient of a token's divergence
/// in the model's logits is `q - p`.
///
/// The teacher is the same decoder with other weights, so what it expects is taken first ([#teacher]) and
/// the weights are changed between.
///
/// @param batch whose scored tokens are compared
/// @param teacher what it expected there
public record Divergence(PackedBatch batch, Expectations teacher) implements AutoCloseable {
    /// Takes what a decoder with the teacher's weights expects.
    ///
    /// @return to be closed, which frees 4 bytes times scored tokens times vocabulary
    public static Divergence teacher(Decoder decoder, PackedBatch batch) {
        return new Divergence(batch, decoder.expectations(batch));
    }

    /// As [#teacher], of several batches: of all of them or, if one fails, of none.
    ///
    /// @return each to be closed
    public static List<Divergence> teachers(Decoder decoder, List<PackedBatch> batches) {
        List<Divergence> all = new ArrayList<>();
        try {
            batches.forEach(batch -> all.add(teacher(decoder, batch)));
            return all;
        } catch (RuntimeException | Error e) {
            all.forEach(Divergence::close);
            throw e;
        }
    }

    /// How many tokens are compared.
    public int tokens() {
        return teacher.places();
    }

    /// The sum over the tokens, nats.
    ///
    /// @param model with its own weights
    public double sum(Decoder model) {
        return model.divergences(batch, teacher).sum();
    }

    /// The sum over the tokens, whose gradient goes to a sink.
    ///
    /// @param each factor of the gradient, such as one over all tokens of a step for their mean
    /// @return the sum itself, nats, without the factor
    public double gradients(Decoder model, double each, GradientSink sink) {
        float[] weights = new float[tokens()];
        Arrays.fill(weights, (float) each);
        return model.gradients(batch, teacher, weights, sink).sum();
    }

    @Override
    public void close() {
        teacher.close();
    }
}
