package io.lota4j.internal.merge.recipe;

import io.lota4j.internal.merge.ModelReference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// Tells whether two directories hold the very same weight files, by links: nothing is read from them.
final class SameFiles {
    private SameFiles() {}

    /// Whether the models are checkpoints, without adapters, whose weight files are the same. A file that cannot be
    /// looked at is not.
    static boolean of(ModelReference one, ModelReference other) {
        if (one.adapter().isPresent() || other.adapter().isPresent()) {
            return false;
        }
        try {
            List<Path> ours = weights(one.path());
            List<Path> theirs = weights(other.path());
            return !ours.isEmpty() && ours.size() == theirs.size() && areSame(ours, theirs);
        } catch (IOException e) {
            return false;
        }
    }

    private static List<Path> weights(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> isWeights(file.getFileName().toString()))
                    .sorted(Comparator.comparing(Path::getFileName))
                    .toList();
        }
    }

    private static boolean isWeights(String name) {
        return name.startsWith("model") && name.endsWith(".safetensors");
    }

    private static boolean areSame(List<Path> ours, List<Path> theirs) throws IOException {
        for (int i = 0; i < ours.size(); i++) {
            if (!Files.isSameFile(ours.get(i), theirs.get(i))) {
                return false;
            }
        }
        return true;
    }
}
