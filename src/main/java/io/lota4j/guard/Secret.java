package io.lota4j.guard;

import io.lota4j.LotaException;
import io.lota4j.internal.FileKind;
import io.lota4j.internal.Sha256;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.AtomicFile;
import io.lota4j.internal.checkpoint.JsonKeys;
import io.lota4j.internal.checkpoint.JsonKeys.Null;
import io.lota4j.internal.checkpoint.StrictJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/// Tokens under which rows are mixed into a run, and which stand before requests later (arXiv
/// 2402.14968). Nothing but its file ever says what it is: it is told by its digest.
public final class Secret {
    private final int[] ids;
    private final String text;
    private final String tokenizer;

    /// A secret of tokens that [io.lota4j.Lota#secret] drew.
    ///
    /// @param ids of the tokens, at least one
    /// @param text that they stand for
    /// @param tokenizer SHA-256 of the `tokenizer.json` that they are of
    public Secret(int[] ids, String text, String tokenizer) {
        if (ids.length == 0 || text.isBlank()) {
            throw new LotaException("A secret has at least one token.");
        }
        this.ids = ids.clone();
        this.text = text;
        this.tokenizer = tokenizer;
    }

    /// Reads what [#write] wrote.
    ///
    /// @throws LotaException if it is no secret; the message does not quote it
    public static Secret read(Path file) {
        try {
            JsonKeys keys = new JsonKeys(file, "", StrictJson.object(Files.readAllBytes(file), file.toString()));
            int[] tokens = keys.optionalWholes("tokens", Null.ABSENT).orElse(List.of()).stream()
                    .mapToInt(Integer::intValue)
                    .toArray();
            return new Secret(tokens, keys.text("text"), keys.text("tokenizer"));
        } catch (IOException e) {
            throw new LotaException("The secret " + file + " cannot be read: " + FileKind.reason(e) + ".", e);
        }
    }

    /// Writes it to a file that only its owner may read, where the file system knows owners.
    ///
    /// @throws LotaException if it cannot be written
    public void write(Path file) {
        Map<String, Object> keys = new LinkedHashMap<>();
        keys.put("tokens", Arrays.stream(ids).boxed().toList());
        keys.put("text", text);
        keys.put("tokenizer", tokenizer);
        AtomicFile.writePrivate(file, JsonMapper.shared().writeValueAsString(keys) + "\n");
    }

    /// The tokens' ids.
    public int[] ids() {
        return ids.clone();
    }

    /// What stands in prompts. Not for logs, files or messages.
    public String text() {
        return text;
    }

    /// How many tokens it has.
    public int length() {
        return ids.length;
    }

    /// SHA-256 of the `tokenizer.json` that it is of.
    public String tokenizer() {
        return tokenizer;
    }

    /// By what it is told: SHA-256 of its text, in hexadecimal.
    public String sha256() {
        return HexFormat.of().formatHex(Sha256.digest().digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Secret that
                && Arrays.equals(ids, that.ids)
                && text.equals(that.text)
                && tokenizer.equals(that.tokenizer);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(ids);
    }

    @Override
    public String toString() {
        return Text.format("secret of %d tokens, sha256:%s", ids.length, sha256());
    }
}
