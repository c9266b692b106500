package io.lota4j.internal.experiment.recipe;

import io.lota4j.data.file.DataPart;
import io.lota4j.internal.Existing;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.HubCache;
import io.lota4j.internal.experiment.Experiment;
import io.lota4j.internal.experiment.Probe;
import io.lota4j.internal.experiment.Task;
import io.lota4j.internal.yaml.Problems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/// Tells which of an experiment's files are not there.
final class MissingFiles {
    private MissingFiles() {}

    static void tell(Experiment experiment, Problems problems) {
        Path recipe = experiment.recipe();
        if (!given(experiment.base())) {
            return;
        }
        Existing.problemOfDirectory(experiment.base()).ifPresent(problem -> {
            String advice = HubCache.ofUser()
                    .advice(experiment.base())
                    .map(sentence -> ". " + sentence)
                    .orElse("");
            problems.error(Text.format("%s: base: %s: %s%s", recipe, problem, experiment.base(), advice));
        });
        for (Task task : experiment.tasks()) {
            for (DataPart part : task.train()) {
                require(recipe, Text.format("tasks.%s.train", task.name()), part.path(), problems);
            }
            require(recipe, Text.format("tasks.%s.test", task.name()), task.test(), problems);
            if (task.validation() != null) {
                require(recipe, Text.format("tasks.%s.validation", task.name()), task.validation(), problems);
            }
        }
        for (Task text : experiment.general()) {
            require(recipe, Text.format("general.%s.data", text.name()), text.test(), problems);
        }
        secrets(experiment, problems);
        for (Probe probe : experiment.probes()) {
            requireFile(recipe, Text.format("probes.%s.test", probe.name()), probe.test(), problems);
            if (probe.train() != null) {
                requireFile(recipe, Text.format("probes.%s.train", probe.name()), probe.train(), problems);
            }
            if (probe.judge().words() != null) {
                String key = Text.format("probes.%s.judge.words", probe.name());
                requireFile(recipe, key, probe.judge().words(), problems);
            }
        }
    }

    private static void secrets(Experiment experiment, Problems problems) {
        experiment.protections().stream()
                .flatMap(protection -> protection.secrecy().stream())
                .flatMap(secrecy -> Stream.ofNullable(secrecy.file()))
                .distinct()
                .forEach(file -> requireFile(experiment.recipe(), "protect: mix.secret", file, problems));
    }

    private static void require(Path recipe, String key, Path file, Problems problems) {
        if (!Files.isDirectory(file)) {
            requireFile(recipe, key, file, problems);
        }
    }

    private static void requireFile(Path recipe, String key, Path file, Problems problems) {
        if (given(file)) {
            Existing.problemOfFile(file)
                    .ifPresent(problem -> problems.error(Text.format("%s: %s: %s: %s", recipe, key, problem, file)));
        }
    }

    /// A key that is missing is told of already.
    private static boolean given(Path path) {
        return !path.toString().isEmpty();
    }
}
