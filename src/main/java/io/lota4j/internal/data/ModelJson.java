package io.lota4j.internal.data;

import io.lota4j.internal.FileKind;
import io.lota4j.internal.checkpoint.JsonKeys;
import io.lota4j.internal.checkpoint.StrictJson;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import tools.jackson.databind.node.JsonNodeFactory;

/// The JSON files of a model directory, as Python writes them.
public final class ModelJson {
    private ModelJson() {}

    /// A file's keys; none where the directory has no such file.
    public static JsonKeys optional(Path dir, String name) {
        Path file = dir.resolve(name);
        return present(file) ? required(file) : new JsonKeys(file, "", JsonNodeFactory.instance.objectNode());
    }

    /// Whether a file is there to be read. A link that leads nowhere is no missing file: reading it says so.
    public static boolean present(Path file) {
        return Files.exists(file, LinkOption.NOFOLLOW_LINKS);
    }

    static JsonKeys required(Path file) {
        return new JsonKeys(file, "", StrictJson.pythons(FileKind.bytes(file, "JSON"), file.toString()));
    }
}
