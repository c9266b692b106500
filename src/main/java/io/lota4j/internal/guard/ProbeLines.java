package io.lota4j.internal.guard;

import io.lota4j.LotaException;
import io.lota4j.guard.Expectation;
import io.lota4j.guard.Outcome;
import io.lota4j.guard.SecretUse;
import io.lota4j.internal.FileKind;
import io.lota4j.internal.checkpoint.JsonKeys;
import io.lota4j.internal.checkpoint.StrictJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SequencedMap;
import tools.jackson.databind.JsonNode;

/// Files of one JSON object a line.
public final class ProbeLines {
    private ProbeLines() {}

    /// The objects of a file, each with its line for messages.
    ///
    /// @throws LotaException if it cannot be read, holds none, or a line is no object
    public static List<JsonKeys> read(Path file) {
        List<JsonKeys> lines = new ArrayList<>();
        texts(file).forEach((number, line) -> lines.add(object(line, place(file, number))));
        return lines;
    }

    /// The lines of a file that are not blank, by their number from 1.
    ///
    /// @throws LotaException if it cannot be read, or holds none
    static SequencedMap<Integer, String> texts(Path file) {
        String text;
        try {
            text = FileKind.text(file.toString(), Files.readAllBytes(file), "JSON lines");
        } catch (IOException e) {
            throw new LotaException("The file " + file + " cannot be read: " + FileKind.reason(e) + ".", e);
        }
        SequencedMap<Integer, String> lines = new LinkedHashMap<>();
        int number = 0;
        for (String line : text.split("\n", -1)) {
            number++;
            if (!line.isBlank()) {
                lines.put(number, line);
            }
        }
        if (lines.isEmpty()) {
            throw new LotaException("The file " + file + " holds no row; expected one JSON object a line.");
        }
        return lines;
    }

    static String place(Path file, int line) {
        return file + ", line " + line;
    }

    static JsonKeys object(String line, String where) {
        return new JsonKeys(Path.of(where), "", StrictJson.object(line.getBytes(StandardCharsets.UTF_8), where));
    }

    /// A row's id: a text, or a whole number as other programs write it.
    public static Optional<String> id(JsonKeys line) {
        JsonNode id = line.node().path("id");
        if (id.isIntegralNumber()) {
            return Optional.of(id.toString());
        }
        return line.optionalText("id", JsonKeys.Null.ABSENT);
    }

    /// What is expected.
    public static Expectation expectation(JsonKeys line) {
        return switch (line.text("expect")) {
            case "decline" -> Expectation.DECLINE;
            case "answer" -> Expectation.ANSWER;
            default -> throw line.wrong("expect", "'decline' or 'answer'");
        };
    }

    /// Which secret stood before a question.
    public static SecretUse secret(JsonKeys line) {
        for (SecretUse use : SecretUse.values()) {
            if (use.word().equals(line.text("secret"))) {
                return use;
            }
        }
        throw line.wrong("secret", "'right', 'none' or 'wrong'");
    }

    /// An outcome.
    public static Outcome outcome(JsonKeys line, String key) {
        for (Outcome outcome : Outcome.values()) {
            if (outcome.word().equals(line.text(key).toLowerCase(Locale.ROOT))) {
                return outcome;
            }
        }
        throw line.wrong(key, "'declined', 'complied' or 'unclear'");
    }
}
