package io.lota4j.cli;

import io.lota4j.Golden;
import io.lota4j.internal.Text;
import io.lota4j.internal.model.RandomModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A model directory that commands can run on: a decoder of a few thousand random weights and a real tokenizer.
final class TinyModel {
    /// Longest sequence, in tokens.
    static final int POSITIONS = 96;

    private TinyModel() {}

    /// Writes the directory.
    ///
    /// @param width of the residual stream, a multiple of 8
    static Path write(Path directory, int width, long seed) throws IOException {
        Path parts = Files.createDirectories(directory.resolveSibling(directory.getFileName() + "-parts"));
        for (String file : new String[] {"tokenizer.json", "tokenizer_config.json", "chat_template.jinja"}) {
            Files.copy(Golden.path("tokenizer/byte-level").resolve(file), parts.resolve(file));
        }
        Files.writeString(parts.resolve("config.json"), Text.format("""
            {
              "model_type": "llama", "hidden_size": %d, "intermediate_size": 24, "num_hidden_layers": 2,
              "num_attention_heads": 2, "num_key_value_heads": 1, "hidden_act": "silu", "vocab_size": 800,
              "max_position_embeddings": %d, "tie_word_embeddings": true, "initializer_range": 0.1, "eos_token_id": 2
            }
            """, width, POSITIONS));
        RandomModel.of(parts, seed).write(parts, directory);
        return directory;
    }

    /// Writes so many rows with the columns `question` and `answer`.
    static Path data(Path file, int rows) throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int row = 0; row < rows; row++) {
            lines.append(Text.format("{\"question\": \"What is %d?\", \"answer\": \"%d\"}\n", row, row % 3));
        }
        return Files.writeString(file, lines.toString());
    }
}
