package io.lota4j.ticket;

import io.lota4j.checkpoint.Checkpoint;
import io.lota4j.checkpoint.TensorInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/// Has the configuration of a copy say that its head is not its embedding, where both are stored and a ticket changes
/// them in different ways: a program that believes `tie_word_embeddings` would leave the head's weights unused. What
/// was there before is kept beside it, so that reverting gives the base's own text.
final class TiedHead {
    private static final String HEAD = "lm_head.weight";
    private static final Pattern LAYER = Pattern.compile("\\.[0-9]+\\.");

    private static final Pattern TIED = Pattern.compile("(\"tie_word_embeddings\"\\s*:\\s*)true");
    private static final String MARK = ",\"lota4j_tied\":true";
    private static final Pattern UNTIED =
            Pattern.compile("(\"tie_word_embeddings\"\\s*:\\s*)false" + Pattern.quote(MARK));

    private TiedHead() {}

    /// @param source what is copied
    /// @param copy its directory, with weights and configuration
    /// @param restores whether the copy is a base again
    /// @throws IOException when the configuration cannot be read or written
    static void adapt(Checkpoint source, Path copy, boolean restores) throws IOException {
        Path config = copy.resolve(Checkpoint.CONFIG);
        String text = Files.readString(config);
        if (restores) {
            write(config, text, UNTIED.matcher(text).replaceAll("$1true"));
        } else if (TIED.matcher(text).find() && hasOwnHead(source, copy)) {
            write(config, text, TIED.matcher(text).replaceAll("$1false" + MARK));
        }
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
                .filter(tensor -> !LAYER.matcher(tensor.name()).find())
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
