package io.lota4j.internal.merge.source;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.merge.ModelOutline;
import io.lota4j.internal.merge.ModelReference;
import io.lota4j.internal.merge.ModelTensor;
import java.util.Optional;

/// One model of a merge. Opening it reads headers only; safe for use by many threads.
///
/// Tensors that it handed out must not be used after [#close()].
public sealed interface MergeSource extends ModelOutline, AutoCloseable
        permits CheckpointSource, TicketSource, AdapterSource, StackedSource {
    /// Opens a model: a checkpoint directory, a ticket file, or a PEFT adapter's folder (or the folder around it).
    ///
    /// @param base what a ticket or an adapter on its own is put on: it says which of their tensors are used, and
    ///     the shapes that sparse adapters do not. Without it, those are refused
    /// @throws LotaException when there is no such model, when it cannot be used, or when none of a delta's tensors
    ///     is in the base; with file, tensor, what was expected and what was found
    static MergeSource open(ModelReference reference, Optional<ModelOutline> base) {
        return Opening.open(reference, base);
    }

    /// The fingerprint, in hexadecimal, of the only base that a ticket is for. It is compared with nothing here, which
    /// would read the whole base. The base is that of the merge or, for a whole model, its own directory.
    default Optional<String> baseFingerprint() {
        return Optional.empty();
    }

    /// What an adapter's configuration calls its base: a path or a name, which need not be right.
    default Optional<String> baseName() {
        return Optional.empty();
    }

    /// Whether a tensor is computed from the base's weights instead of added to them, as DoRA does.
    default boolean rewrites(String name) {
        return false;
    }

    /// The base's embedding that one of its heads is a change of; empty for a head that it brings whole.
    default Optional<String> headOn(String name) {
        return Optional.empty();
    }

    /// One tensor; of a delta that does not touch it, zeros. What is new here is [ModelTensor.Weights], what adds to
    /// the base [ModelTensor.Delta].
    ///
    /// Adapters' index sets and factors are read into memory here and stay as long as the tensor is reachable;
    /// weights and tickets' index sets and values stay in the mapped file.
    ///
    /// @param name by the base's names
    /// @param shape of the base's tensor
    /// @param base the base's weights, needed where it [#rewrites(String)] them
    /// @throws LotaException when the tensor is missing from a whole model, has another shape or bad content (an
    ///     index past the end, a value that is not finite), or needs base weights that are not given
    ModelTensor tensor(String name, Shape shape, Optional<ModelTensor.Weights> base);

    @Override
    void close();
}
