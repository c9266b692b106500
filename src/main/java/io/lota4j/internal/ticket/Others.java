package io.lota4j.internal.ticket;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.checkpoint.TensorInfo;
import io.lota4j.mask.Pool;
import io.lota4j.ticket.TicketTensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The tensors of a base and a tuned model that do not fit together, and those that a ticket leaves out.
record Others(Checkpoint base, Checkpoint tuned, Pool pool) {
    private static final String HEAD = "lm_head.weight";
    private static final Pattern EMBEDDING = Pattern.compile("(.*\\.)?(embed_tokens|wte|embed_in)\\.weight");
    /// Computed from the configuration when a model is loaded; programs write them or do not.
    private static final Pattern BUFFER =
            Pattern.compile(".*(rotary_emb\\.inv_freq|\\.masked_bias|attn\\.bias|position_ids)");

    /// Values of tensors with more elements are not compared where their types differ.
    private static final long LARGEST = Integer.MAX_VALUE;

    /// At most this many tensors are listed in a message.
    private static final int LISTED = 8;

    /// Refuses models whose tensors do not fit together, but for those that the pool excludes by name.
    void requireSame() {
        Map<String, String> misfits = new TreeMap<>();
        base.tensors().values().forEach(info -> misfit(info).ifPresent(text -> misfits.put(info.name(), text)));
        tuned.tensors().keySet().stream()
                .filter(name -> !base.tensors().containsKey(name) && !isBuffer(name, tuned) && !isEmbedding(name))
                .forEach(name -> misfits.put(name, Text.format("is only in %s", tuned.directory())));
        if (!pool.equals(Pool.standard())) {
            misfits.keySet().removeIf(name -> pool.exclude().stream().anyMatch(name::contains));
        }
        if (!misfits.isEmpty()) {
            throw new LotaException(Text.format(
                    "A ticket changes weights of the base's own tensors, and not all of %s fit those of the base %s:"
                        + " %s. Give the base the same tensors and vocabulary first, or a pool that excludes these by"
                        + " name (%s).",
                    tuned.directory(), base.directory(), listed(misfits), String.join(",", misfits.keySet())));
        }
    }

    private static String listed(Map<String, String> misfits) {
        List<String> texts = misfits.entrySet().stream()
                .limit(LISTED)
                .map(misfit -> Text.format("tensor '%s' %s", misfit.getKey(), misfit.getValue()))
                .toList();
        String more = misfits.size() > LISTED ? Text.format(" and %d more", misfits.size() - LISTED) : "";
        return String.join("; ", texts) + more;
    }

    private Optional<String> misfit(TensorInfo info) {
        @Nullable TensorInfo other = tuned.tensors().get(nameInTuned(info.name()));
        if (other == null) {
            return isBuffer(info.name(), base)
                    ? Optional.empty()
                    : Optional.of(Text.format("is missing in %s", tuned.directory()));
        }
        Shape found = other.shape();
        if (!found.equals(info.shape())) {
            return Optional.of(Text.format("has shape %s in the base, but %s", info.shape(), found));
        }
        boolean numbers = info.dtype().isFloat() && other.dtype().isFloat();
        if (!numbers && !isBuffer(info.name(), base) && differ(info, other)) {
            return Optional.of(Text.format("is %s in the base and %s, and differs", info.dtype(), other.dtype()));
        }
        return Optional.empty();
    }

    private static boolean isBuffer(String name, Checkpoint model) {
        // A bias proper has one dimension, a causal mask of the same name four.
        return BUFFER.matcher(name).matches()
                && (!name.endsWith(".bias") || model.info(name).shape().rank() == 4);
    }

    /// Whether a head that the tuned model alone has is its embedding.
    private boolean isEmbedding(String name) {
        return name.equals(HEAD)
                && embedding(tuned, tuned.info(HEAD).shape())
                        .filter(other ->
                                tuned.info(other).dtype() == tuned.info(HEAD).dtype()
                                        && tuned.bytes(other).mismatch(tuned.bytes(HEAD)) < 0)
                        .isPresent();
    }

    private static Optional<String> embedding(Checkpoint model, Shape shape) {
        List<String> found = new ArrayList<>();
        model.tensors().forEach((name, info) -> {
            if (EMBEDDING.matcher(name).matches() && info.shape().equals(shape)) {
                found.add(name);
            }
        });
        return found.size() == 1 ? Optional.of(found.getFirst()) : Optional.empty();
    }

    /// What the tuned model calls a tensor of the base: without a head of its own its head is its embedding.
    String nameInTuned(String name) {
        return name.equals(HEAD) && !tuned.tensors().containsKey(HEAD)
                ? embedding(tuned, base.info(HEAD).shape()).orElse(name)
                : name;
    }

    /// The tensors that differ and are not in the pool.
    List<String> changed(Set<String> inPool) {
        List<String> changed = new ArrayList<>();
        for (String name : tuned.tensors().keySet()) {
            if (!base.tensors().containsKey(name) && !isBuffer(name, tuned) && !isEmbedding(name)) {
                changed.add(name);
            }
        }
        base.tensors().values().stream()
                .filter(info -> !inPool.contains(info.name()))
                .filter(info -> differ(info, tuned.tensors().get(nameInTuned(info.name()))))
                .forEach(info -> changed.add(info.name()));
        changed.sort(null);
        return changed;
    }

    private boolean differ(TensorInfo mine, @Nullable TensorInfo other) {
        if (other == null || !mine.shape().equals(other.shape())) {
            return !isBuffer(mine.name(), base);
        }
        if (mine.dtype() == other.dtype()) {
            return base.bytes(mine.name()).mismatch(tuned.bytes(other.name())) >= 0;
        }
        if (!TicketTensor.isBaseType(mine.dtype())
                || !other.dtype().isFloat()
                || mine.shape().numel() > LARGEST) {
            return true;
        }
        for (long marks : Differences.of(base, mine.name(), tuned, other.name()).marks()) {
            if (marks != 0) {
                return true;
            }
        }
        return false;
    }
}
