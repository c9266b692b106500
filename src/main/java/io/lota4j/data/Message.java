package io.lota4j.data;

/// One turn of a chat.
///
/// @param role who speaks: `system`, `user`, `assistant` or another role that the chat template knows
/// @param content the text, as it is
public record Message(String role, String content) {
    static final String USER = "user";
    static final String ASSISTANT = "assistant";

    /// What the user says.
    public static Message user(String content) {
        return new Message(USER, content);
    }

    /// What the model shall answer.
    public static Message assistant(String content) {
        return new Message(ASSISTANT, content);
    }

    /// Whether the model speaks, which is what carries loss.
    public boolean fromAssistant() {
        return role.equals(ASSISTANT);
    }
}
