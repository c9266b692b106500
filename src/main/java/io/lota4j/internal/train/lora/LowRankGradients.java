package io.lota4j.internal.train.lora;

import ai.djl.pytorch.engine.PtNDArray;
import io.lota4j.internal.model.Activation;
import io.lota4j.internal.model.LowRank;
import io.lota4j.internal.model.Torch;
import io.lota4j.internal.train.Reached;
import io.lota4j.internal.train.StepGradients;
import java.util.Map;

/// Adds up the gradients of factors, from what the gradient of their weight is made of.
final class LowRankGradients implements StepGradients {
    private final Map<String, Pair> pairs;
    private final Torch torch;
    private final Reached reached = new Reached();
    private long nanos;

    /// @param gradients of the factors' values
    record Pair(Factors factors, LowRank gradients) {}

    /// @param pairs by the names of the weights
    LowRankGradients(Map<String, Pair> pairs, Torch torch) {
        this.pairs = pairs;
        this.torch = torch;
    }

    @Override
    public void clear() {
        nanos = 0;
        reached.clear();
        zero();
    }

    @Override
    public void zero() {
        for (Pair pair : pairs.values()) {
            torch.buffer(pair.gradients().a()).zero();
            torch.buffer(pair.gradients().b()).zero();
        }
    }

    @Override
    public Reached reached() {
        return reached;
    }

    @Override
    public double seconds() {
        return nanos / 1e9;
    }

    @Override
    public boolean wants(String weight) {
        return pairs.containsKey(weight);
    }

    @Override
    public void linear(String weight, Activation x, Activation dy) {
        long start = System.nanoTime();
        Pair pair = pairs.get(weight);
        if (pair == null) {
            throw new IllegalArgumentException("the gradient of " + weight + " was not asked for");
        }
        Factors factors = pair.factors();
        reached.add(factors.nameOfA());
        reached.add(factors.nameOfB());
        torch.lowRankGradients(
                factors.transposed() ? dy : x,
                factors.transposed() ? x : dy,
                factors.values(),
                factors.scale(),
                pair.gradients());
        nanos += System.nanoTime() - start;
    }

    @Override
    public void whole(String weight, PtNDArray gradient) {
        throw new IllegalArgumentException(weight + " is no matrix of a layer");
    }
}
