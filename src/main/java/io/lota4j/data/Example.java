package io.lota4j.data;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A row as the model takes it: one sequence, or, of a preference pair, the one of the chosen answer with that of the
/// rejected one beside it.
///
/// The arrays belong to the example and are not copied: whoever makes an example gives them away, and nobody
/// writes to them after. For the same reason two examples are equal only if they share their arrays.
///
/// @param row index of the row in its file, from 0
/// @param ids the tokens of the whole chat, up to the end of the last answer
/// @param labelled for each token whether predicting it, from those before it, counts; never true for the first
/// @param promptIds what a model is given to generate the last answer; mostly the tokens before it
/// @param prompt the text of these tokens, as the chat template wrote it
/// @param answer the last answer's text, as the row has it
/// @param tokenWeights what the loss of each token counts, finite and at least 0, or null where all count 1; read where
///     `labelled` is true
/// @param rejected the same row with its rejected answer, or null for a row that is no pair
@SuppressWarnings("ArrayRecordComponent") // shared on purpose, see above
public record Example(
        int row,
        int[] ids,
        boolean[] labelled,
        int[] promptIds,
        String prompt,
        String answer,
        float @Nullable [] tokenWeights,
        @Nullable Example rejected) {
    /// Checks that the parts fit together.
    public Example {
        if (ids.length != labelled.length || (tokenWeights != null && tokenWeights.length != ids.length)) {
            throw new IllegalArgumentException("row " + row + ": " + ids.length + " ids, " + labelled.length + " marks"
                    + (tokenWeights == null ? "" : ", " + tokenWeights.length + " weights"));
        }
        if (rejected != null && rejected.rejected != null) {
            throw new IllegalArgumentException("row " + row + ": a rejected answer has no other beside it");
        }
    }

    /// A row of one sequence, whose labelled tokens all count the same.
    public Example(int row, int[] ids, boolean[] labelled, int[] promptIds, String prompt, String answer) {
        this(row, ids, labelled, promptIds, prompt, answer, null, null);
    }

    /// An example whose prompt is the tokens before its last answer.
    ///
    /// @param promptLength how many these are
    public Example(int row, int[] ids, boolean[] labelled, int promptLength, String prompt, String answer) {
        this(row, ids, labelled, Arrays.copyOf(ids, promptLength), prompt, answer);
    }

    /// The same with what the loss of each token counts.
    ///
    /// @param weights null where all count 1
    public Example weighed(float @Nullable [] weights) {
        return new Example(row, ids, labelled, promptIds, prompt, answer, weights, rejected);
    }

    /// A pair of this example's answer, which is chosen, and another one's.
    public Example over(Example other) {
        return new Example(row, ids, labelled, promptIds, prompt, answer, tokenWeights, other);
    }

    /// The row's sequences, which are never trained on apart from each other: itself, and the rejected one of a pair.
    public List<Example> sequences() {
        return rejected == null ? List.of(this) : List.of(this, rejected);
    }

    /// Number of tokens of all sequences.
    public int allTokens() {
        return rejected == null ? ids.length : ids.length + rejected.ids.length;
    }

    /// Number of tokens of its own sequence.
    public int length() {
        return ids.length;
    }

    /// Number of tokens of its own sequence that carry loss.
    public int labelledTokens() {
        int count = 0;
        for (boolean s : labelled) {
            count += s ? 1 : 0;
        }
        return count;
    }

    /// What the loss of a token counts, where it carries any.
    public float tokenWeight(int token) {
        return tokenWeights == null ? 1 : tokenWeights[token];
    }

    /// Number of tokens that a model is given to generate the last answer.
    public int promptLength() {
        return promptIds.length;
    }

    /// Whether the tokens begin with what a model is given to generate the last answer.
    public boolean startsWithPrompt() {
        return promptIds.length <= ids.length
                && Arrays.equals(ids, 0, promptIds.length, promptIds, 0, promptIds.length);
    }
}
