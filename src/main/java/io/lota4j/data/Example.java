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
/// @param promptLength tokens before the last answer: what a model is given to generate it
/// @param prompt the text of these tokens, as the chat template wrote it
/// @param answer the last assistant message
@SuppressWarnings("ArrayRecordComponent") // shared on purpose, see above
public record Example(int row, int[] ids, boolean[] scored, int promptLength, String prompt, String answer) {
    /// Checks that the parts fit together.
    public Example {
        if (ids.length != scored.length || promptLength < 0 || promptLength > ids.length) {
            throw new IllegalArgumentException("row " + row + ": " + ids.length + " ids, " + scored.length
                    + " marks, prompt of " + promptLength + " tokens");
        }
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

    /// The ids before the last answer, a copy.
    public int[] promptIds() {
        return Arrays.copyOf(ids, promptLength);
    }
}
