package io.lota4j.internal.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.UnaryOperator;
import tools.jackson.databind.json.JsonMapper;

/// Model directories for tests, made of the golden tokenizers.
public final class ModelDirs {
    private ModelDirs() {}

    public static Path golden(String kind) {
        URL url = Objects.requireNonNull(ModelDirs.class.getResource("/golden/tokenizer/" + kind), kind);
        try {
            return Path.of(url.toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /// A copy of a golden tokenizer's `tokenizer.json`, edited, with a configuration of its own and no template file.
    public static Path make(Path dir, String kind, UnaryOperator<String> edit, String config) {
        try {
            String tokenizer = Files.readString(golden(kind).resolve("tokenizer.json"));
            Files.writeString(dir.resolve("tokenizer.json"), edit.apply(tokenizer));
            Files.writeString(dir.resolve("tokenizer_config.json"), config);
            return dir;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A configuration with a chat template.
    static String config(String bos, String eos, String template) {
        return JsonMapper.shared()
                .writeValueAsString(java.util.Map.of("bos_token", bos, "eos_token", eos, "chat_template", template));
    }
}
