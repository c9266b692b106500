package io.lota4j.data;

import java.util.Arrays;

/// A row as the model takes it.
///
/// The arrays belong to the example and are not copied: whoever makes an example gives them away, and nobody
/// writes to them after. For the same reason two examples are equal only if they share their arrays.
///
/// @param row index of the row in its file, from 0
/// @param ids the tokens of the whole chat, up to the end of the last answer
/// @param scored for each token whether predicting it, from those before it, counts; never true for the first
/// @param promptIds what a model is given to generate the last answer; mostly the tokens before it
/// @param prompt the text of these tokens, as the chat template wrote it
/// @param answer the last answer's text, as the row has it
@SuppressWarnings("ArrayRecordComponent") // shared on purpose, see above
public record Example(int row, int[] ids, boolean[] scored, int[] promptIds, String prompt, String answer) {
    /// Checks that the parts fit together.
    public Example {
        if (ids.length != scored.length) {
            throw new IllegalArgumentException("row " + row + ": " + ids.length + " ids, " + scored.length + " marks");
        }
    }

    /// An example whose prompt is the tokens before its last answer.
    ///
    /// @param promptLength how many these are
    public Example(int row, int[] ids, boolean[] scored, int promptLength, String prompt, String answer) {
        this(row, ids, scored, Arrays.copyOf(ids, promptLength), prompt, answer);
    }

    /// Number of tokens.
    public int length() {
        return ids.length;
    }

    /// Number of tokens that carry loss.
    public int scoredTokens() {
        int count = 0;
        for (boolean s : scored) {
            count += s ? 1 : 0;
        }
        return count;
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
