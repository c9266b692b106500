package io.lota4j.data;

/// What a user should know of a row that was taken.
public enum Finding {
    /// The row holds the text of control tokens.
    CONTROL_TEXT("hold the text of control tokens, which was read as"),
    /// An answer is empty or white space only.
    BLANK_ANSWER("have an answer that is empty or white space only, of which little but its end is learned"),
    /// The chosen and the rejected answer of a pair are the same.
    SAME_ANSWERS("have the same answer chosen and rejected, of which nothing is learned"),
    /// The tokenizer has no token for a character of the row.
    UNKNOWN_TOKENS("hold characters that the tokenizer has no token for; it reads them as its unknown token, so what"
            + " they say is lost"),
    /// The template leaves out a part of an answer.
    PART_LEFT_OUT("have an answer of which the chat template leaves out a part, such as its reasoning; it is learned"
            + " as the template writes it"),
    /// The template's generation blocks hold the answer only in part, or not at all.
    OUTSIDE_BLOCKS("have an answer that does not lie, or not as a whole, in the {% generation %} blocks of the chat"
            + " template; what is outside of them is not learned"),
    /// The template closes a generation block before the token that ends the turn.
    END_OUTSIDE_BLOCKS("have an answer whose end is not learned, since the chat template closes its {% generation %}"
            + " block before the token that ends the turn, or writes none; a model trained so may not stop. Put"
            + " {% endgeneration %} behind that token"),
    /// Generation starts from another text than the one before the answer.
    OTHER_PROMPT("have an answer that the chat template does not write after its generation prompt; generation starts"
            + " from the generation prompt, and the answer is learned as the template writes it");

    private final String words;

    Finding(String words) {
        this.words = words;
    }

    /// What is true of the rows, after their number.
    public String words() {
        return words;
    }
}
