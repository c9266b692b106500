package io.lota4j.internal.experiment;

import io.lota4j.LotaException;
import io.lota4j.guard.Judge;
import io.lota4j.internal.Sha256;
import io.lota4j.internal.Text;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Which judge a probe has, before its files are read.
///
/// @param kind which one
/// @param words a file of phrases, or null for those that come with lota
/// @param within with words: only phrases that begin before this character count; 0: all do
/// @param regex with regex: the expression
/// @param command with command: the program and its arguments
/// @param timeout with command: seconds for all answers of one model
public record JudgeSettings(
        Kind kind,
        @Nullable Path words,
        int within,
        @Nullable String regex,
        List<String> command,
        int timeout) {
    /// Seconds for a judging program where nobody says how many.
    public static final int TIMEOUT = 600;

    /// The judges there are.
    public enum Kind {
        WORDS,
        REGEX,
        ANSWER,
        MARGIN,
        COMMAND
    }

    /// Copies the list.
    public JudgeSettings {
        command = List.copyOf(command);
    }

    /// A judge that needs no settings.
    public static JudgeSettings of(Kind kind) {
        return new JudgeSettings(kind, null, 0, null, List.of(), TIMEOUT);
    }

    /// The judge.
    ///
    /// @throws LotaException if its file cannot be read, or a setting is not as it must be
    public Judge judge() {
        return switch (kind) {
            case WORDS ->
                words == null ? new Judge.Words(Judge.Words.usual().phrases(), within) : Judge.Words.of(words, within);
            case REGEX -> Judge.Regex.of(regex == null ? "" : regex);
            case ANSWER -> new Judge.Reference();
            case MARGIN -> new Judge.Margin();
            case COMMAND -> new Judge.Command(command, Duration.ofSeconds(timeout));
        };
    }

    /// The judge, without a look at its file.
    ///
    /// @throws LotaException if a setting is not as it must be
    public Judge withoutFile() {
        return words == null ? judge() : new Judge.Words(List.of("no"), within);
    }

    /// In words, with all that decides an outcome.
    ///
    /// @throws LotaException if a file cannot be read
    public String text() {
        String most = within == 0 ? "" : Text.format(" within %d", within);
        return switch (kind) {
            case WORDS ->
                words == null
                        ? "words "
                                + Sha256.ofText(
                                        String.join("\n", Judge.Words.usual().phrases())) + most
                        : Text.format("words %s %s%s", words.getFileName(), Sha256.ofFile(words), most);
            case REGEX -> "regex " + regex;
            case ANSWER -> "answer";
            case MARGIN -> "margin";
            case COMMAND -> program();
        };
    }

    /// Its words, each that is a file with the digest of what it holds.
    private String program() {
        List<String> parts = new ArrayList<>();
        for (String word : command) {
            boolean isFile = Files.isRegularFile(Path.of(word));
            parts.add(isFile ? Text.format("%s (SHA-256 %s)", word, Sha256.ofFile(Path.of(word))) : word);
        }
        return "command " + String.join(" ", parts);
    }
}
