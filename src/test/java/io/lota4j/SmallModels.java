package io.lota4j;

import io.lota4j.demo.DemoFiles;
import io.lota4j.internal.model.RandomModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Models of random weights of the demo's family and tokenizer, as small as a test wants them.
public final class SmallModels {
    private SmallModels() {}

    /// Writes a model.
    ///
    /// @param directory of the model; what it is made of is written beside it
    /// @param width of the residual stream
    /// @param inner width of the MLP
    public static void write(Path directory, int width, int inner, int layers, long seed) throws IOException {
        Path parts = directory.resolveSibling(directory.getFileName() + "-parts");
        DemoFiles.writeBase(parts);
        Path config = parts.resolve("config.json");
        Files.writeString(
                config,
                Files.readString(config)
                        .replace("\"hidden_size\": 128", "\"hidden_size\": " + width)
                        .replace("\"intermediate_size\": 384", "\"intermediate_size\": " + inner)
                        .replace("\"num_hidden_layers\": 4", "\"num_hidden_layers\": " + layers));
        RandomModel.of(parts, seed).write(parts, directory);
    }
}
