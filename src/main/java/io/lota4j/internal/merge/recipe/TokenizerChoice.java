package io.lota4j.internal.merge.recipe;

import io.lota4j.internal.merge.ModelReference;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SequencedMap;

/// Which tokenizer a merge's result has, and where the rows of its embedding come from.
///
/// @param source where the tokenizer comes from
/// @param tokens what the recipe says about single tokens
/// @param padToMultipleOf the number of rows is rounded up to a multiple of this
record TokenizerChoice(Source source, SequencedMap<String, Token> tokens, OptionalInt padToMultipleOf) {
    /// The base's files as they are, the embedding's rows as they stand.
    static final TokenizerChoice COPY =
            new TokenizerChoice(new Source.Copy(), new LinkedHashMap<>(Map.of()), OptionalInt.empty());

    /// Where the tokenizer comes from. All but the first put every model's rows in the order of the result's
    /// tokens.
    sealed interface Source {
        /// The base's files as they are; the models' rows are taken to mean the same.
        record Copy() implements Source {}

        /// The base's tokenizer.
        record Base() implements Source {}

        /// The base's, and every token of another model that it lacks.
        record Union() implements Source {}

        /// Another directory's.
        record Directory(ModelReference model) implements Source {}
    }

    /// What the recipe says about one token.
    ///
    /// @param row the row of models that lack the token; as for other tokens when empty
    /// @param force whether models that have the token get that row as well
    record Token(Optional<Row> row, boolean force) {}

    /// A row of an embedding.
    sealed interface Row {
        /// Zeros.
        record Zero() implements Row {}

        /// A model's row of the same token.
        record Same(ModelReference model) implements Row {}

        /// A model's row of another token.
        record Named(ModelReference model, String token) implements Row {}

        /// A model's row.
        record Numbered(ModelReference model, int id) implements Row {}
    }
}
