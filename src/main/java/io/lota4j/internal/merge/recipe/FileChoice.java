package io.lota4j.internal.merge.recipe;

import io.lota4j.LotaException;
import io.lota4j.internal.FileKind;
import io.lota4j.internal.Links;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.checkpoint.JsonKeys;
import io.lota4j.internal.checkpoint.JsonKeys.Null;
import io.lota4j.internal.checkpoint.ModelFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// Chooses the files beside the weights: the reference's, its tokenizer's or those of another directory, and
/// what the merge changes in them.
final class FileChoice {
    static final String TOKENIZER_CONFIG = "tokenizer_config.json";
    static final String TEMPLATE_FILE = "chat_template.jinja";

    private static final String TEMPLATE = "chat_template";
    private static final String DECODER = "added_tokens_decoder";
    private static final Set<String> TOKENIZER_FILES = Set.of(
            TokenTable.FILE,
            TOKENIZER_CONFIG,
            TEMPLATE_FILE,
            "chat_template.json",
            "special_tokens_map.json",
            "added_tokens.json",
            "tokenizer.model",
            "spiece.model",
            "vocab.json",
            "vocab.txt",
            "merges.txt");
    private final TreeMap<String, Path> copied = new TreeMap<>();
    private final TreeMap<String, String> written = new TreeMap<>();
    private @Nullable ObjectNode config;

    /// @param reference the directory whose files the result has
    /// @param tokenizer the directory whose tokenizer it has
    FileChoice(Path reference, Path tokenizer) {
        copy(reference, false);
        copy(tokenizer, true);
        copied.remove(Checkpoint.CONFIG);
        copied.put(Checkpoint.CONFIG, reference.resolve(Checkpoint.CONFIG));
    }

    private void copy(Path directory, boolean ofTokenizer) {
        try (var files = Files.list(directory)) {
            files.filter(file -> isTaken(file.getFileName().toString(), ofTokenizer))
                    .peek(Links::requireTarget)
                    .filter(Files::isRegularFile)
                    .forEach(file -> copied.put(file.getFileName().toString(), file));
        } catch (IOException e) {
            throw new LotaException(Text.format("%s: cannot be listed: %s", directory, e.getMessage()), e);
        }
    }

    private static boolean isTaken(String name, boolean ofTokenizer) {
        return TOKENIZER_FILES.contains(name) == ofTokenizer && ModelFiles.belongs(name);
    }

    void write(String name, String text) {
        copied.remove(name);
        written.put(name, text);
    }

    /// The tokens that a tokenizer got.
    void tokens(ResultTokens tokens) {
        if (tokens.added().isEmpty()) {
            return;
        }
        write(TokenTable.FILE, tokens.json());
        config().filter(config -> config.has(DECODER)).ifPresent(config -> {
            ObjectNode decoder = config.withObject("/" + DECODER);
            for (ObjectNode entry : tokens.added()) {
                ObjectNode described = entry.deepCopy();
                described.remove(TokenTable.ID);
                decoder.set(Integer.toString(entry.path(TokenTable.ID).intValue()), described);
            }
            config(config);
        });
    }

    /// The chat template goes where the tokenizer has its own, and else into `tokenizer_config.json`.
    void template(String jinja) {
        if (copied.containsKey(TEMPLATE_FILE)) {
            write(TEMPLATE_FILE, jinja);
            return;
        }
        ObjectNode config = config().orElseThrow(() ->
                new LotaException("chat_template: the result has no tokenizer_config.json that could hold it"));
        config.put(TEMPLATE, jinja);
        config(config);
    }

    /// What is to be written so far, or else what is to be copied.
    private Optional<ObjectNode> config() {
        return Optional.ofNullable(config)
                .or(() -> Optional.ofNullable(copied.get(TOKENIZER_CONFIG))
                        .map(file -> ConfigJson.read(file).copy()));
    }

    private void config(ObjectNode changed) {
        config = changed;
        write(TOKENIZER_CONFIG, ConfigJson.text(changed));
    }

    ResultFiles files(Optional<ResultFiles.OwnHead> head) {
        return new ResultFiles(copied, written, head);
    }

    /// A directory's own chat template: that of `chat_template.jinja`, else that of `tokenizer_config.json`.
    static Optional<String> templateOf(Path directory) {
        Path file = directory.resolve(TEMPLATE_FILE);
        if (Files.isRegularFile(file)) {
            try {
                return Optional.of(FileKind.text(file.toString(), Files.readAllBytes(file), "a chat template"));
            } catch (IOException e) {
                throw new LotaException(Text.format("%s: cannot be read: %s", file, e.getMessage()), e);
            }
        }
        return ConfigJson.find(directory.resolve(TOKENIZER_CONFIG)).flatMap(FileChoice::template);
    }

    /// The template, or of several the one named `default`.
    private static Optional<String> template(ConfigJson config) {
        JsonKeys keys = config.keys(TEMPLATE);
        if (!config.root().path(TEMPLATE).isArray()) {
            return keys.optionalText(TEMPLATE, Null.ABSENT);
        }
        return config.root()
                .path(TEMPLATE)
                .valueStream()
                .map(named -> new JsonKeys(config.file(), TEMPLATE + "[].", named))
                .filter(named -> named.text("name").equals("default"))
                .map(named -> named.text("template"))
                .findFirst();
    }
}
