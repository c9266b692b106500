package io.lota4j.experiment;

import io.lota4j.LotaException;
import io.lota4j.data.file.DataPart;
import io.lota4j.internal.Text;
import io.lota4j.internal.experiment.Experiment;
import io.lota4j.internal.experiment.Probe;
import io.lota4j.internal.experiment.Task;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What a process is told that does works of an experiment.
///
/// @param file name of the recipe's file
/// @param recipe its text
/// @param fingerprint of the base that is meant
public record WorkOrder(String file, String recipe, String fingerprint) implements Serializable {
    static WorkOrder of(Experiment experiment, String fingerprint) {
        return new WorkOrder(
                Objects.requireNonNull(experiment.recipe().getFileName()).toString(), experiment.text(), fingerprint);
    }

    /// @param experiment read from the recipe
    /// @throws LotaException if this machine has no base where the recipe says
    public void requireBase(Experiment experiment) {
        if (!Files.isDirectory(experiment.base())) {
            throw new LotaException(Text.format(
                    "There is no base at %s here; expected the one with the fingerprint %s. All machines need the same"
                            + " base at the same path.",
                    experiment.base(), fingerprint));
        }
    }

    /// Refuses paths that mean another place in each working directory.
    static void requireAbsolute(Experiment experiment) {
        Map<String, Path> given = new LinkedHashMap<>();
        given.put("base", experiment.base());
        given.put("out", experiment.out());
        Stream.concat(experiment.tasks().stream(), experiment.general().stream())
                .forEach(task -> add(task, given));
        for (Probe probe : experiment.probes()) {
            String key = "probes." + probe.name();
            put(given, key + ".test", probe.test());
            put(given, key + ".train", probe.train());
            put(given, key + ".judge.words", probe.judge().words());
            put(given, key + ".answers", probe.texts().folder());
        }
        experiment.secrecy().ifPresent(secrecy -> put(given, "protect: mix.secret", secrecy.file()));
        String relative = given.entrySet().stream()
                .filter(entry -> !entry.getValue().isAbsolute())
                .map(entry -> Text.format("\n  %s: %s", entry.getKey(), entry.getValue()))
                .collect(Collectors.joining());
        if (!relative.isEmpty()) {
            throw new LotaException(Text.format(
                    "%s: other processes have working directories of their own, and would look for these elsewhere."
                            + " Write paths from the root, which all machines see:%s",
                    experiment.recipe(), relative));
        }
    }

    private static void add(Task task, Map<String, Path> given) {
        for (DataPart part : task.train()) {
            put(given, task.name() + ".train", part.path());
        }
        put(given, task.name() + ".test", task.test());
        put(given, task.name() + ".validation", task.validation());
    }

    private static void put(Map<String, Path> given, String key, @Nullable Path path) {
        if (path != null) {
            given.put(key, path);
        }
    }
}
