package io.lota4j.internal.ticket;

import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.checkpoint.LayerName;
import io.lota4j.internal.checkpoint.ModelFiles;
import io.lota4j.internal.checkpoint.StrictJson;
import io.lota4j.internal.checkpoint.TensorInfo;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.json.JsonMapper;

/// Has the configuration of a copy say that its head is not its embedding, where both are stored and a ticket changes
/// them in different ways: a program that believes `tie_word_embeddings` would leave the head's weights unused, and
/// many take it for granted where nothing is said. What was there before is kept beside it, so that reverting gives
/// the base's own text.
final class TiedHead {
    private static final String HEAD = "lm_head.weight";

    private static final String KEY = "tie_word_embeddings";
    private static final String UNTIED = "false,\"lota4j_tied\":";
    private static final Pattern CHANGED = Pattern.compile("(\"" + KEY + "\"\\s*:\\s*)" + UNTIED + "(true|null)");
    private static final String ADDED = "\"" + KEY + "\":" + UNTIED + "\"absent\"";

    private static final JsonMapper PYTHONS = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .build();

    private TiedHead() {}

    /// @param source what is copied
    /// @param copy its directory, with weights and configuration
    /// @param restores whether the copy is a base again
    /// @throws IOException when the configuration cannot be read or written
    static void adapt(Checkpoint source, Path copy, boolean restores) throws IOException {
        Path config = copy.resolve(Checkpoint.CONFIG);
        String text = Files.readString(config);
        if (restores) {
            String said = text.replace(ADDED + ",", "").replace(ADDED, "");
            write(config, text, CHANGED.matcher(said).replaceAll("$1$2"));
        } else if (hasOwnHead(source, copy)) {
            StrictJson.pythons(text.getBytes(StandardCharsets.UTF_8), config.toString());
            write(config, text, untied(text));
        }
    }

    /// An object of the configuration that programs may ask.
    ///
    /// @param start where its brace is in the text
    /// @param asked whether it is the configuration itself or that of a text module
    private record Level(int start, boolean asked, boolean says, boolean empty) {
        Level with(String key) {
            return new Level(start, asked, says || key.equals(KEY), false);
        }
    }

    /// Says false where true or nothing is said, and leaves all other text as it is.
    private static String untied(String text) {
        TreeMap<Integer, String> edits = new TreeMap<>(Comparator.reverseOrder());
        Deque<Level> levels = new ArrayDeque<>();
        try (JsonParser parser = PYTHONS.createParser(text)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                int at = Math.toIntExact(parser.currentTokenLocation().getCharOffset());
                String name = parser.currentName();
                switch (token) {
                    case START_OBJECT -> levels.push(new Level(at, isAsked(levels, name), false, true));
                    case PROPERTY_NAME -> levels.push(levels.pop().with(name));
                    case VALUE_TRUE, VALUE_NULL -> {
                        if (KEY.equals(name)) {
                            edits.put(at, UNTIED);
                        }
                    }
                    case END_OBJECT -> {
                        Level level = levels.pop();
                        if (level.asked && !level.says) {
                            edits.put(level.start + 1, ADDED + (level.empty ? "" : ","));
                        }
                    }
                    default -> {}
                }
            }
        }
        StringBuilder after = new StringBuilder(text);
        edits.forEach(after::insert);
        return after.toString();
    }

    private static boolean isAsked(Deque<Level> levels, @Nullable String name) {
        return levels.isEmpty() || (levels.peek().asked && name != null && ModelFiles.TEXT_MODULES.contains(name));
    }

    private static void write(Path config, String before, String after) throws IOException {
        if (!after.equals(before)) {
            Files.writeString(config, after);
        }
    }

    private static boolean hasOwnHead(Checkpoint source, Path copy) {
        List<TensorInfo> heads = source.tensors().values().stream()
                .filter(tensor -> tensor.name().endsWith(HEAD))
                .toList();
        if (heads.size() != 1) {
            return false;
        }
        List<String> alike = source.tensors().values().stream()
                .filter(tensor -> LayerName.of(tensor.name()).isEmpty())
                .filter(tensor -> tensor.shape().equals(heads.getFirst().shape()))
                .map(TensorInfo::name)
                .toList();
        if (alike.size() != 2) {
            return false;
        }
        try (Checkpoint made = Checkpoint.open(copy)) {
            return made.bytes(alike.getFirst()).mismatch(made.bytes(alike.getLast())) >= 0;
        }
    }
}
