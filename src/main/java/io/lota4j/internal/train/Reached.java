package io.lota4j.internal.train;

import java.io.Serializable;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// The trained weights that the passes of a step had a part for, and of experts' weights which of the experts.
public final class Reached implements Serializable {
    private static final long serialVersionUID = 1;

    @SuppressWarnings("serial") // a TreeSet
    private final Set<String> names = new TreeSet<>();

    @SuppressWarnings("serial") // a TreeMap
    private final Map<String, ReachedParts> parts = new TreeMap<>();

    /// Forgets everything.
    public void clear() {
        names.clear();
        parts.clear();
    }

    /// Takes in a trained weight.
    public void add(String trainable) {
        names.add(trainable);
    }

    /// Takes in what tokens went through.
    ///
    /// @param tokens of each of the weight's parts, how many
    void add(String trainable, long[] tokens) {
        add(trainable);
        parts.computeIfAbsent(trainable, name -> ReachedParts.none(tokens.length))
                .add(tokens);
    }

    /// Takes in what other passes of the same step reached.
    void add(Reached others) {
        names.addAll(others.names);
        others.parts.forEach((name, reached) -> parts.computeIfAbsent(name, n -> ReachedParts.none(reached.count()))
                .reached()
                .or(reached.reached()));
    }

    /// Whether a step moves what is trained under a name: not where passes ran and none had a part for it, as for an
    /// expert that no token went through. It then has no update, and no decay.
    boolean moves(String trainable) {
        return names.isEmpty() || names.contains(trainable);
    }

    /// Which of the experts' parts of a trained weight a step moves; null for all of it.
    @Nullable
    ReachedParts parts(String trainable) {
        return parts.get(trainable);
    }
}
