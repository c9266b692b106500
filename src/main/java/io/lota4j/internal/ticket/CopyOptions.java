package io.lota4j.internal.ticket;

import io.lota4j.checkpoint.DType;
import io.lota4j.internal.checkpoint.ModelCard;
import java.util.Optional;
import java.util.function.Consumer;

/// How a model with a ticket on it is written.
///
/// @param dtype F32, BF16 or F16 for all weights of these types; empty: as the base has them
/// @param mostBytes of a weight file, over 0: where one of the base's would be larger, all tensors are spread over
///     files anew; otherwise the result has the base's files
/// @param card adds to the model's description
public record CopyOptions(Optional<DType> dtype, long mostBytes, Consumer<ModelCard> card) {
    /// As the base is.
    public static final CopyOptions PLAIN = new CopyOptions(Optional.empty(), Long.MAX_VALUE, card -> {});

    /// The same with another type.
    public CopyOptions as(Optional<DType> type) {
        return new CopyOptions(type, mostBytes, card);
    }
}
