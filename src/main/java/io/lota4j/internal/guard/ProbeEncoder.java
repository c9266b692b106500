package io.lota4j.internal.guard;

import io.lota4j.LotaException;
import io.lota4j.data.Example;
import io.lota4j.guard.ProbeRow;
import io.lota4j.guard.ProbeTemplate;
import io.lota4j.internal.data.ChatTemplate;
import io.lota4j.internal.data.ExampleEncoder;
import io.lota4j.internal.data.ExampleEncoder.EncodeResult;
import io.lota4j.internal.data.ExampleFormat;
import io.lota4j.internal.data.StopTokens;
import io.lota4j.internal.data.Tokenizer;
import io.lota4j.internal.data.file.Row;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Turns a probe's prompts into tokens.
///
/// @param chat writes chats as the model's template does
/// @param plain writes prompt and answer one after another
public record ProbeEncoder(ExampleEncoder chat, Supplier<ExampleEncoder> plain) {
    /// Any answer: the tokens before it do not depend on it.
    private static final String ANY = "no";

    /// An encoder of a model's.
    ///
    /// @param base its directory
    /// @param most longest prompt with its answer, tokens
    public static ProbeEncoder of(Path base, Tokenizer tokenizer, int most) {
        ExampleFormat format = ExampleFormat.of(null, null);
        return new ProbeEncoder(
                new ExampleEncoder(tokenizer, ChatTemplate.of(base), format, most),
                () -> new ExampleEncoder(tokenizer, ChatTemplate.none(base), format, most));
    }

    /// Token ids that end an answer of the model in a directory.
    public Set<Integer> stop(Path base) {
        return StopTokens.of(base, chat.endToken()).ids();
    }

    /// What generation starts from when a row is asked in the model's chat template.
    ///
    /// @throws LotaException if the prompt does not fit the model
    public int[] chatPrompt(ProbeRow row) {
        return prompt(row.id(), ProbeTemplate.CHAT, row.prompt());
    }

    /// What generation starts from.
    ///
    /// @throws LotaException if the prompt does not fit the model
    public int[] prompt(String id, ProbeTemplate template, String message) {
        return example(id, template, message, ANY).promptIds();
    }

    /// The same with the first tokens of an answer behind it; empty if the answer has no more
    /// than these, the token that ends it not counted.
    ///
    /// @throws LotaException as [#prompt] does, or if the chat template does not write the answer
    ///     behind the prompt
    Optional<int[]> prefilled(String id, ProbeTemplate template, String message, String answer, int tokens) {
        Example example = example(id, template, message, answer);
        if (!example.startsWithPrompt()) {
            throw new LotaException("Row '" + id + "' cannot be prefilled: the chat template writes an answer otherwise"
                    + " than behind the text that its generation starts from.");
        }
        int begin = example.promptLength();
        boolean longer = example.length() - 1 - begin > tokens;
        return longer ? Optional.of(Arrays.copyOf(example.ids(), begin + tokens)) : Optional.empty();
    }

    /// A prompt and an answer with loss.
    ///
    /// @throws LotaException if they do not fit the model
    public Example example(String id, ProbeTemplate template, String message, String answer) {
        Map<String, ? extends @Nullable Object> columns = template.kind() == ProbeTemplate.Kind.SYSTEM
                ? Map.of(
                        "messages",
                        List.of(turn("system", template.text()), turn("user", message), turn("assistant", answer)))
                : Map.of("prompt", message, "completion", answer);
        ExampleEncoder encoder = template.kind() == ProbeTemplate.Kind.PLAIN ? plain.get() : chat;
        try {
            return switch (encoder.encode(new Row(0, new LinkedHashMap<String, @Nullable Object>(columns)))) {
                case EncodeResult.Encoded encoded -> encoded.example();
                case EncodeResult.TooLong tooLong ->
                    throw new LotaException("It has " + tooLong.length() + " tokens with its answer, and "
                            + encoder.maxLength() + " are allowed.");
            };
        } catch (LotaException e) {
            throw new LotaException("Row '" + id + "' of the probe: " + e.getMessage(), e);
        }
    }

    private static Map<String, Object> turn(String role, String content) {
        return Map.of("role", role, "content", content);
    }
}
