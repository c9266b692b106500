package io.lota4j.experiment;

import io.lota4j.internal.Text;
import io.lota4j.internal.experiment.GridRun;
import io.lota4j.internal.experiment.Method.Sparse;
import io.lota4j.internal.experiment.Protection;
import io.lota4j.internal.experiment.RegionUse;
import io.lota4j.train.attribution.Attribution;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/// Everything that an experiment consists of, in pieces that processes do by themselves.
///
/// What runs share is done once: the works that come after the first one to do it wait for that. A mask that several
/// stages are trained with is a work of its own, so that those wait for no training.
final class Works {
    /// What is done.
    private sealed interface Part {
        /// Scores the base.
        record Base() implements Part {}

        /// Finds a region of the base.
        record Found(RegionUse.Region region) implements Part {}

        /// Chooses the mask of a stage.
        record Chosen(GridRun run, int stage, Sparse sparse) implements Part {}

        /// Trains a stage of a run, and scores what came of it.
        record Trained(GridRun run, int stage) implements Part {}

        /// Merges, and scores what came of it.
        record Merged(GridMerge merge) implements Part {}
    }

    private final GridContext context;
    private final MaskChoice choice;
    private final Results results;
    private final List<Part> parts = new ArrayList<>();
    private final List<Work> works = new ArrayList<>();
    /// The last work so far that does a piece, by what tells pieces apart.
    private final Map<String, Integer> last = new HashMap<>();

    Works(GridContext context, MaskChoice choice, Results results) {
        this.context = context;
        this.choice = choice;
        this.results = results;
        add(new Part.Base(), "base", Stream.empty());
        context.experiment().regions().forEach(this::add);
        Set<String> shared = sharedChoices();
        for (GridRun run : results.runs()) {
            for (int stage = 0; stage < run.order().size(); stage++) {
                add(run, stage, shared);
            }
        }
        results.merges().forEach(this::add);
    }

    /// In an order in which each comes after those that it needs.
    List<Work> all() {
        return List.copyOf(works);
    }

    boolean isDone(Work work) {
        return switch (parts.get(work.number())) {
            case Part.Base() -> results.base().isDone();
            case Part.Found(var region) ->
                new RegionWork(context, region).folder().isDone();
            case Part.Chosen(var run, var stage, var sparse) -> {
                Folder folder = choice.folder(run, stage, sparse);
                yield folder.isDone() && Files.exists(folder.mask(sparse.sparsity()));
            }
            case Part.Trained(var run, var stage) -> results.finished(run, stage);
            case Part.Merged(var merge) -> results.finished(merge);
        };
    }

    /// Does one, whose needs are done.
    void run(Work work) {
        switch (parts.get(work.number())) {
            case Part.Base() -> results.base().run();
            case Part.Found(var region) -> new RegionWork(context, region).find();
            case Part.Chosen(var run, var stage, var sparse) ->
                new StageWork(context, choice, run, stage, before(run, stage)).choose();
            case Part.Trained(var run, var stage) -> {
                new StageWork(context, choice, run, stage, before(run, stage)).done();
                results.scores(run, stage).run();
            }
            case Part.Merged(var merge) -> {
                MergeWork merged = new MergeWork(context, merge);
                merged.run();
                results.scores(merged).run();
            }
        }
    }

    /// What the stages before one have left: they are done.
    private FinishedStages before(GridRun run, int stage) {
        FinishedStages before = FinishedStages.START;
        for (int earlier = 0; earlier < stage; earlier++) {
            before = new StageWork(context, choice, run, earlier, before).done();
        }
        return before;
    }

    private int add(Part part, String name, Stream<String> pieces) {
        int number = works.size();
        TreeSet<Integer> needs = new TreeSet<>();
        for (String piece : pieces.toList()) {
            Integer earlier = last.put(piece, number);
            if (earlier != null) {
                needs.add(earlier);
            }
        }
        parts.add(part);
        works.add(new Work(number, name, needs));
        return number;
    }

    private void need(int number, Stream<String> pieces) {
        Work work = works.get(number);
        TreeSet<Integer> needs = new TreeSet<>(work.needs());
        pieces.map(last::get).filter(Objects::nonNull).forEach(needs::add);
        needs.remove(number);
        works.set(number, new Work(number, work.name(), needs));
    }

    private void add(RegionUse.Region region) {
        add(new Part.Found(region), "region of " + region.safety(), Stream.of(piece(region)));
    }

    private void add(GridRun run, int stage, Set<String> shared) {
        Optional<String> choice = choice(run, stage);
        boolean apart = choice.filter(shared::contains).isPresent();
        if (apart && !last.containsKey(choice.get())) {
            Sparse sparse = (Sparse) run.variant(stage).method();
            String name = Text.format("mask of %s for %s", run.name(), place(run, stage));
            int number = add(
                    new Part.Chosen(run, stage, sparse), name, Stream.of(choice.get(), choices(run, stage, sparse)));
            need(number, earlier(run, stage));
        }
        List<String> own =
                new ArrayList<>(List.of(trained(run, stage), stage(run, stage), kept(run, stage), result(run, stage)));
        if (!apart && run.variant(stage).method() instanceof Sparse sparse) {
            own.add(choices(run, stage, sparse));
        }
        int number =
                add(new Part.Trained(run, stage), Text.format("%s, %s", run.name(), place(run, stage)), own.stream());
        need(number, Stream.concat(earlier(run, stage), choice.filter(c -> apart).stream()));
    }

    private static String place(GridRun run, int stage) {
        return Text.format("stage %d (%s)", stage + 1, run.order().get(stage));
    }

    /// What has to be there before a stage begins.
    private Stream<String> earlier(GridRun run, int stage) {
        Protection protection = run.protection(stage);
        Stream<String> regions = Stream.of(protection.frozen(), protection.rewound())
                .flatMap(Optional::stream)
                .map(use -> piece(use.region()));
        Stream<String> stages = stage == 0
                ? run.runsBeside().stream().map(other -> trained(other, 0))
                : Stream.of(trained(run, stage - 1));
        return Stream.concat(regions, stages);
    }

    private void add(GridMerge merge) {
        MergeWork work = new MergeWork(context, merge);
        int number = add(
                new Part.Merged(merge),
                merge.name(),
                Stream.of("merge " + work.inputs().digest().now()));
        need(number, merge.inputs().stream().map(input -> trained(input, 0)));
    }

    /// Choices of a mask with which more than one training is done.
    private Set<String> sharedChoices() {
        Map<String, Set<String>> uses = new HashMap<>();
        for (GridRun run : results.runs()) {
            for (int stage = 0; stage < run.order().size(); stage++) {
                String training = stage(run, stage);
                choice(run, stage)
                        .ifPresent(choice -> uses.computeIfAbsent(choice, c -> new HashSet<>())
                                .add(training));
            }
        }
        uses.values().removeIf(trainings -> trainings.size() < 2);
        return uses.keySet();
    }

    /// One calibration serves every sparsity; other scores are found anew for each.
    private Optional<String> choice(GridRun run, int stage) {
        if (!(run.variant(stage).method() instanceof Sparse sparse)) {
            return Optional.empty();
        }
        String all = choices(run, stage, sparse);
        return Optional.of(
                sparse.by() instanceof Attribution.OfTraining
                        ? "mask " + all
                        : Text.format("mask %s %s", all, sparse.sparsity()));
    }

    /// Of the folder of masks.
    private String choices(GridRun run, int stage, Sparse sparse) {
        return "masks "
                + new WorkInputs(context).choice(run, stage, sparse).digest().now();
    }

    private String piece(RegionUse.Region region) {
        return "region " + new RegionWork(context, region).inputs().digest().now();
    }

    private static String trained(GridRun run, int stage) {
        return Text.format("stage %d of %s", stage, run.name());
    }

    private String stage(GridRun run, int stage) {
        return "training " + new WorkInputs(context).stage(run, stage).digest().now();
    }

    private String kept(GridRun run, int stage) {
        return "kept " + new WorkInputs(context).kept(run, stage).digest().now();
    }

    private String result(GridRun run, int stage) {
        return "result " + new WorkInputs(context).result(run, stage).digest().now();
    }
}
