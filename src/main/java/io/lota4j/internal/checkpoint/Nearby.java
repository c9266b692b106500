package io.lota4j.internal.checkpoint;

import io.lota4j.LotaException;
import io.lota4j.internal.Links;
import io.lota4j.internal.Suggestions;
import io.lota4j.internal.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Says what there is where something is missing.
public final class Nearby {
    /// At most this many names are listed in a message.
    private static final int LISTED = 12;

    private Nearby() {}

    /// The refusal of a path that does not exist: the nearest folder that does, what is in it, and the most similar
    /// name.
    public static LotaException missing(Path path) {
        Links.requireTarget(path);
        Path wanted = path.toAbsolutePath().normalize();
        Path parent = wanted.getParent();
        while (parent != null && !Files.isDirectory(parent)) {
            wanted = parent;
            parent = parent.getParent();
        }
        if (parent == null) {
            return new LotaException(Text.format("%s: no such file or directory.", path));
        }
        List<String> names = names(parent);
        String hint = Suggestions.hint(String.valueOf(wanted.getFileName()), names);
        return new LotaException(Text.format(
                "%s: no such file or directory. %s holds %s.%s Models are read from disk only.",
                path, parent, listed(names), hint));
    }

    /// The names in a directory, sorted.
    public static List<String> names(Path directory) {
        try (var entries = Files.list(directory)) {
            return entries.map(path -> path.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            throw new LotaException(Text.format("%s: cannot list: %s", directory, e.getMessage()), e);
        }
    }

    /// The first few names, and how many more there are.
    public static String listed(List<String> names) {
        return names.size() <= LISTED
                ? names.toString()
                : Text.format("%s and %d more", names.subList(0, LISTED), names.size() - LISTED);
    }
}
