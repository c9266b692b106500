package io.lota4j.data;

/// What a user should know of a row that was taken.
public enum Finding {
    /// The row holds the text of control tokens.
    CONTROL_TEXT("hold the text of control tokens, which was read as"),
    /// The template leaves out a part of an answer.
    PART_LEFT_OUT("have an answer of which the chat template leaves out a part, such as its reasoning; it is learned"
            + " as the template writes it"),
    /// Generation starts from another text than the one before the answer.
    OTHER_PROMPT("have an answer that the chat template does not write after its generation prompt; generation starts"
            + " from the generation prompt, and the answer is learned as the template writes it");

    private final String words;

    Finding(String words) {
        this.words = words;
    }

    /// What is true of the rows, after their number.
    String words() {
        return words;
    }
}
