package io.lota4j.train.attribution;

import io.lota4j.LotaException;
import io.lota4j.data.Dataset;
import io.lota4j.data.Example;
import io.lota4j.internal.Text;
import io.lota4j.internal.mask.Complement;
import io.lota4j.internal.mask.EnoughWeights;
import io.lota4j.internal.mask.TopK;
import io.lota4j.internal.model.ModelConfig;
import io.lota4j.internal.model.PackedBatch;
import io.lota4j.internal.model.Torch;
import io.lota4j.internal.train.AdaptedModel;
import io.lota4j.internal.train.Provenance;
import io.lota4j.mask.Mask;
import io.lota4j.mask.Scope;
import io.lota4j.mask.Sparsity;
import io.lota4j.model.MemoryPolicy;
import io.lota4j.train.MemoryEstimate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/// Finds a mask by scores of a model as it is: nothing is trained, no weight is changed.
///
/// @param model whose weights are scored
/// @param among the weights to choose from
/// @param data tokenized examples; each gets a pass of its own, in their order
public record Scoring(AdaptedModel model, Mask among, Dataset data) {
    /// Hears how far the passes have come.
    @FunctionalInterface
    public interface Listener {
        /// @param done examples
        /// @param all examples there are
        /// @param tokens processed so far
        void at(long done, long all, long tokens);
    }

    /// What passes over the data have seen.
    record Seen(long tokens, long scored, double loss) {
        Seen with(PackedBatch example, double more) {
            return new Seen(tokens + example.tokens(), scored + example.targetPositions().length, loss + more);
        }
    }

    /// @throws LotaException if the weights are not those of the model, or a row is a pair or has a weight
    public Scoring {
        model.require(among);
        requireFit(data);
    }

    /// Refuses rows that are no single answer whose tokens count the same.
    ///
    /// @throws LotaException naming the first that is a pair or has a weight
    public static void requireFit(Dataset data) {
        for (Example example : data.examples()) {
            if (example.rejected() != null || example.tokenWeights() != null) {
                throw new LotaException(Text.format(
                        "Weights of a model are scored by rows of one answer whose tokens all count the same, but %s"
                                + " %s.",
                        data.place(example.row()),
                        example.rejected() != null ? "is a pair of answers" : "has a weight"));
            }
        }
    }

    /// The mask of the weights with the highest scores.
    ///
    /// @param sparsity frozen share of the whole pool, in [0, 1]
    /// @throws io.lota4j.LotaException as `TopK.select` does
    public Mask mask(Attribution.OfRows by, double sparsity, Scope scope, Listener listener) {
        return mask(by, sparsity, scope, listener, () -> false).orElseThrow();
    }

    /// As [#mask(Attribution.OfRows, double, Scope, Listener)], until `stop` says so.
    ///
    /// @param stop asked after every pass; true ends the scoring there
    /// @return empty if it was stopped before the last pass
    /// @throws io.lota4j.LotaException as `TopK.select` does
    public Optional<Mask> mask(
            Attribution.OfRows by, double sparsity, Scope scope, Listener listener, BooleanSupplier stop) {
        EnoughWeights.require(among, sparsity, scope);
        try (Tally tally = by.tally(model.decoder(), among)) {
            return passes(tally, by.group(), listener, stop)
                    .map(seen -> TopK.select(tally, sparsity, scope, among, origin(by, seen)));
        }
    }

    /// The weights with the highest scores, of which none is zero, in each of several shares.
    ///
    /// @param shares of the whole pool, each in [0, 1]
    /// @return one a share, in their order; empty if it was stopped before the last pass
    public Optional<List<TopK.Chosen>> top(
            Attribution.OfRows by, List<Double> shares, Scope scope, Listener listener, BooleanSupplier stop) {
        try (Tally tally = by.tally(model.decoder(), among)) {
            return passes(tally, by.group(), listener, stop)
                    .map(seen -> shares.stream()
                            .map(share ->
                                    TopK.selectNonZero(tally, Sparsity.leaving(share), scope, among, origin(by, seen)))
                            .toList());
        }
    }

    /// What finding a mask will need.
    public static MemoryEstimate memory(ModelConfig model, MemoryPolicy memory, Attribution.OfRows by, Mask among) {
        return by.memory(model, memory, among);
    }

    /// @param group examples whose mean loss has one gradient
    /// @return empty if stopped before the last pass
    Optional<Seen> passes(Tally tally, int group, Listener listener, BooleanSupplier stop) {
        List<Example> examples = data.examples();
        Seen seen = new Seen(0, 0, 0);
        for (int done = 0; done < examples.size(); done++) {
            int first = done - done % group;
            int size = Math.min(group, examples.size() - first);
            PackedBatch example = packed(examples.get(done));
            if (done == first) {
                tally.begin(example);
            }
            seen = seen.with(example, tally.pass(model.decoder(), example, 1f / size));
            if (done + 1 == first + size) {
                tally.end();
            }
            listener.at(done + 1, examples.size(), seen.tokens());
            if (done + 1 < examples.size() && stop.getAsBoolean()) {
                return Optional.empty();
            }
        }
        return Optional.of(seen);
    }

    private static PackedBatch packed(Example example) {
        return PackedBatch.of(List.of(new PackedBatch.Sequence(example.ids(), example.labelled())));
    }

    /// The weights of a mask that are not in another, which was found by other rows: what the first rows need and the
    /// others do not, the set difference of arXiv 2402.05162.
    ///
    /// @param mask of the rows whose weights are wanted
    /// @param except of the others
    public static Mask difference(Mask mask, Mask except) {
        Mask difference = mask.minus(except);
        if (difference.trainable() == 0) {
            throw new LotaException(Text.format(
                    "All %,d weights of the mask are among the %,d of the other rows: nothing is left of it.",
                    mask.trainable(), except.trainable()));
        }
        Map<String, String> origin = new LinkedHashMap<>(mask.info().origin());
        except.info().origin().forEach((key, value) -> origin.put("except_" + key, value));
        origin.put("except_sparsity", Double.toString(except.info().requestedSparsity()));
        return new Mask(mask.info().withOrigin(origin), difference.tensors());
    }

    private Map<String, String> origin(Attribution.OfRows by, Seen seen) {
        Map<String, String> origin = Provenance.of("calibrate", data);
        origin.put("score", by.name());
        if (by.group() > 1) {
            origin.put("group", Integer.toString(by.group()));
        }
        origin.put("tokens", Long.toString(seen.tokens()));
        origin.put("scored_tokens", Long.toString(seen.scored()));
        origin.put("loss", Double.toString(seen.loss() / Math.max(1, seen.scored())));
        origin.put("jvm", Runtime.version().toString());
        origin.put("threads", Integer.toString(Torch.threads()));
        origin.putAll(Complement.origin(among));
        return origin;
    }
}
