package io.lota4j.data;

import io.lota4j.FileKind;
import io.lota4j.JsonFault;
import io.lota4j.LotaException;
import java.nio.file.Files;
import java.nio.file.Path;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;

/// The JSON files of a model directory, and the reader that data lines share with them.
final class ModelJson {
    static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private ModelJson() {}

    /// A file's content, or a missing node where the directory has no such file.
    static JsonNode optional(Path dir, String name) {
        return Files.exists(dir.resolve(name)) ? required(dir, name) : MissingNode.getInstance();
    }

    static JsonNode required(Path dir, String name) {
        return required(dir.resolve(name));
    }

    static JsonNode required(Path file) {
        try {
            return MAPPER.readTree(FileKind.bytes(file, "JSON"));
        } catch (JacksonException e) {
            throw new LotaException(file + " is not valid JSON: " + fault(e) + ".", e);
        }
    }

    /// What is wrong with a line that cannot be parsed, and where.
    static String reason(JacksonException e) {
        return JsonFault.plain(e.getOriginalMessage()) + " (column "
                + e.getLocation().getColumnNr() + ")";
    }

    private static String fault(JacksonException e) {
        return JsonFault.plain(
                e.getOriginalMessage(),
                e.getLocation().getLineNr(),
                e.getLocation().getColumnNr());
    }
}
