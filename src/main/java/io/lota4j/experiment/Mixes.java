package io.lota4j.experiment;

import io.lota4j.LotaException;
import io.lota4j.data.Dataset;
import io.lota4j.data.Example;
import io.lota4j.guard.ProbeMix;
import io.lota4j.internal.Text;
import io.lota4j.internal.experiment.Experiment;
import io.lota4j.internal.experiment.GridRun;
import io.lota4j.internal.experiment.Mixing;
import io.lota4j.internal.experiment.Mixing.From;
import io.lota4j.internal.experiment.ProbeMixing;
import io.lota4j.internal.experiment.Task;
import io.lota4j.internal.guard.Mixture;
import io.lota4j.internal.train.Mix;
import io.lota4j.internal.train.Mix.Answers;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// The rows that stages of a grid take beside those of their tasks.
final class Mixes {
    private final GridContext context;
    private final Map<String, Dataset> behind = new LinkedHashMap<>();
    private final Map<String, Dataset> parts = new HashMap<>();
    private final Map<ProbeMixing, ProbeMix> probes = new HashMap<>();

    Mixes(GridContext context) {
        this.context = context;
    }

    /// Whether some protection mixes in general texts, and how many rows of each at most.
    static int generalRows(Experiment experiment) {
        return mixings(experiment)
                .filter(mixing -> mixing.of().contains(From.GENERAL))
                .mapToInt(Mixing::rows)
                .max()
                .orElse(0);
    }

    private static Stream<Mixing> mixings(Experiment experiment) {
        return experiment.protections().stream().flatMap(protection -> protection.mixing().stream());
    }

    /// Takes the rows of a general text that are not scored.
    ///
    /// @throws LotaException if there are none
    void general(Task text, Dataset rows) {
        if (rows.examples().isEmpty()) {
            throw new LotaException(Text.format(
                    "%s: general.%s: no row is left to mix in behind the %d that are scored; score fewer, or give it"
                            + " more rows.",
                    context.experiment().recipe(), text.name(), text.rows().test()));
        }
        behind.put(text.name(), rows);
    }

    /// Refuses general rows that are scored somewhere as well: what is kept of them would be no measure.
    void requireUnscored() {
        if (behind.isEmpty()) {
            return;
        }
        boolean own = mixings(context.experiment())
                .anyMatch(mixing -> mixing.of().contains(From.GENERAL) && mixing.answers() == Answers.OWN);
        Map<IntBuffer, String> scored = scored();
        behind.forEach((name, rows) -> rows.examples().forEach(row -> {
            String place = scored.get(IntBuffer.wrap(row.ids()));
            if (place == null && own) {
                place = scored.get(IntBuffer.wrap(row.promptIds()));
            }
            if (place != null) {
                throw new LotaException(Text.format(
                        "%s: general.%s: %s is mixed in, and %s, which is scored, is the same text. Leave one of them"
                                + " out.",
                        context.experiment().recipe(), name, rows.place(row.row()), place));
            }
        }));
    }

    /// Where each text and each prompt that is scored stands.
    private Map<IntBuffer, String> scored() {
        Map<IntBuffer, String> scored = new HashMap<>();
        Experiment experiment = context.experiment();
        Stream.concat(experiment.tasks().stream(), experiment.general().stream())
                .map(task -> context.data(task.name()))
                .flatMap(data -> Stream.concat(Stream.of(data.test()), data.validation().stream()))
                .forEach(rows -> {
                    for (Example row : rows.examples()) {
                        String place = rows.place(row.row());
                        scored.putIfAbsent(IntBuffer.wrap(row.ids()), place);
                        scored.putIfAbsent(IntBuffer.wrap(row.promptIds()), place);
                    }
                });
        return scored;
    }

    /// What a stage's training mixes in; empty where nothing is, as before earlier tasks there are none.
    Optional<Mix> of(GridRun run, int stage) {
        return run.protection(stage)
                .probeMixing()
                .map(mixing -> Optional.ofNullable(Mixture.of(ofProbe(mixing))))
                .orElseGet(() -> ofTasks(run, stage));
    }

    /// Read once, for its rows have one digest.
    private ProbeMix ofProbe(ProbeMixing mixing) {
        return probes.computeIfAbsent(
                mixing,
                key -> context.probe(key.probe())
                        .mix(key.options(
                                key.secrecy() == null
                                        ? null
                                        : context.secret().orElseThrow().right())));
    }

    private Optional<Mix> ofTasks(GridRun run, int stage) {
        return run.protection(stage).mixing().flatMap(mixing -> {
            List<Dataset> sources = sources(mixing, run, stage);
            return sources.isEmpty()
                    ? Optional.empty()
                    : Optional.of(mixing.mix(
                            context.experiment().training(run.variant(stage)).examples(),
                            context.experiment().tasks(),
                            sources,
                            context.data(run.order().get(stage)).stop()));
        });
    }

    private List<Dataset> sources(Mixing mixing, GridRun run, int stage) {
        boolean weights = mixing.answers() == Answers.GIVEN
                && context.experiment().objective(run, stage).readsWeights();
        List<Dataset> sources = new ArrayList<>();
        if (mixing.of().contains(From.EARLIER)) {
            for (String task : run.order().subList(0, stage)) {
                // Somebody else's rows are theirs.
                if (run.later().containsKey(task)) {
                    continue;
                }
                sources.add(part(task, mixing, weights, () -> context.data(task).train()));
            }
        }
        if (mixing.of().contains(From.GENERAL)) {
            behind.keySet()
                    .forEach(text ->
                            sources.add(part(text, mixing, weights, () -> Objects.requireNonNull(behind.get(text)))));
        }
        return sources;
    }

    /// One set of rows is always the same object, so that its digest is worked out once.
    private Dataset part(String name, Mixing mixing, boolean weights, Supplier<Dataset> all) {
        return parts.computeIfAbsent(Text.format("%s %d %s", name, mixing.rows(), weights), key -> {
            Dataset rows = all.get().first(mixing.rows());
            return weights ? rows : rows.unweighted();
        });
    }
}
