package io.lota4j.internal.experiment.recipe;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.AtomicFile;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.checkpoint.HubCache;
import io.lota4j.internal.experiment.Experiment;
import io.lota4j.internal.experiment.Experiment.Equal;
import io.lota4j.internal.experiment.MergeSettings;
import io.lota4j.internal.experiment.Probe;
import io.lota4j.internal.experiment.Task;
import io.lota4j.internal.experiment.Training;
import io.lota4j.internal.experiment.Variant;
import io.lota4j.internal.merge.method.MergeMethods;
import io.lota4j.internal.yaml.Problems;
import io.lota4j.internal.yaml.RecipeKeys;
import io.lota4j.internal.yaml.Yaml;
import io.lota4j.mask.Pool;
import io.lota4j.memory.Device;
import io.lota4j.model.MemoryPolicy;
import io.lota4j.model.MemoryPolicy.ActivationPolicy;
import io.lota4j.model.MemoryPolicy.BaseWeights;
import io.lota4j.train.fit.FitConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Reads an experiment from a YAML file. Everything that is wrong is told at once, each with its line.
public final class ExperimentReader {
    /// The key that tells an experiment from other recipes.
    private static final String METHODS = "methods";
    public static final String TASKS = "tasks";

    private static final int SCORING_BATCH = 16;

    private final Path file;
    private final Fields recipe;

    private ExperimentReader(Path file, Fields recipe) {
        this.file = file;
        this.recipe = recipe;
    }

    /// Whether a recipe is an experiment's.
    public static boolean reads(Yaml value) {
        return value instanceof Yaml.Mapping mapping
                && mapping.entries().containsKey(TASKS)
                && !mapping.entries().containsKey("command");
    }

    /// @throws LotaException with everything that is wrong, files that are not there included, one a line
    public static Experiment read(Path file) {
        Problems problems = new Problems();
        Experiment experiment = read(file, problems);
        MissingFiles.tell(experiment, problems);
        ProbeRowChecks.tell(experiment, problems);
        problems.requireNoErrors();
        return experiment;
    }

    /// As [#read(Path)], of a text that came without its file.
    ///
    /// @param name of the file
    /// @param first looks at the experiment before its files are looked for
    public static Experiment read(String name, String text, Consumer<Experiment> first) {
        try {
            Path folder = Files.createTempDirectory("lota-recipe");
            try {
                Path file = folder.resolve(name);
                AtomicFile.write(file, text);
                first.accept(parse(file));
                return read(file);
            } finally {
                AtomicFile.deleteTree(folder);
            }
        } catch (IOException e) {
            throw new LotaException(
                    Text.format("%s cannot be put into the folder for temporary files: %s", name, e.getMessage()), e);
        }
    }

    /// As [#read(Path)], whether or not the files are there.
    public static Experiment parse(Path file) {
        Problems problems = new Problems();
        Experiment experiment = read(file, problems);
        problems.requireNoErrors();
        return experiment;
    }

    private static Experiment read(Path file, Problems problems) {
        RecipeKeys keys = new RecipeKeys(file, problems);
        Yaml value = Yaml.read(file);
        if (!(value instanceof Yaml.Mapping mapping)) {
            throw new LotaException(
                    Text.format("%s: expected a mapping with tasks and methods, found %s", file, value.kind()));
        }
        Experiment experiment = new ExperimentReader(file, new Fields(keys, mapping, "")).experiment();
        Misfits.tell(experiment, problems);
        return experiment;
    }

    private Experiment experiment() {
        recipe.only(
                "name",
                "about",
                "base",
                "out",
                "pool",
                "exclude",
                "device",
                "activation-checkpointing",
                "mapped-base",
                TASKS,
                "general",
                "orders",
                "seeds",
                "training",
                "scoring-batch",
                METHODS,
                "equal",
                "merge",
                ProtectReader.KEY,
                ProbeReader.KEY,
                ProbeReader.RISK);
        Pool pool = Pool.parse(recipe.text("pool"), recipe.text("exclude"));
        Path base = HubCache.ofUser().resolve(Path.of(recipe.required("base")));
        Training training = TrainingReader.training(recipe);
        List<Task> tasks = new TaskReader(new MethodReader(pool, training, Optional.empty())).tasks(recipe);
        List<Task> general = TaskReader.general(recipe);
        List<String> names =
                Stream.concat(tasks.stream(), general.stream()).map(Task::name).toList();
        Set<Equal> equal = equal();
        Optional<MethodReader.Ranks> ranks =
                equal.contains(Equal.PARAMETERS) ? Optional.of(ranks(base, pool)) : Optional.empty();
        MethodReader methods = new MethodReader(pool, training, ranks);
        List<Variant> variants = methods.variants(recipe, METHODS);
        methods.requireFound(recipe, METHODS, tasks.stream().filter(Task::isOwn).toList());
        if (variants.isEmpty()) {
            recipe.keys().error(recipe.mapping(), "methods is missing or empty");
        }
        List<Probe> probes = ProbeReader.probes(recipe, names);
        String name = file.getFileName().toString().replaceFirst("\\.ya?ml$", "");
        return new Experiment(
                file,
                source(),
                recipe.text("name", name),
                recipe.text("about"),
                base,
                Path.of(recipe.required("out")),
                tasks,
                general,
                variants,
                orders(tasks),
                seeds(),
                training,
                pool,
                device(),
                memory(),
                equal,
                merges(variants, tasks),
                new ProtectReader(tasks, variants, probes, pool).protections(recipe),
                probes,
                ProbeReader.risk(recipe),
                recipe.whole("scoring-batch", SCORING_BATCH, 1));
    }

    private String source() {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new LotaException(Text.format("%s: cannot be read: %s", file, e.getMessage()), e);
        }
    }

    private Device device() {
        String name = recipe.text("device", Device.CPU.toString());
        try {
            return Device.of(name);
        } catch (LotaException e) {
            recipe.value("device").ifPresent(at -> recipe.keys().error(at, "device: " + e.getMessage()));
            return Device.CPU;
        }
    }

    private MemoryPolicy memory() {
        return new MemoryPolicy(
                recipe.flag("activation-checkpointing") ? ActivationPolicy.RECOMPUTE : ActivationPolicy.KEEP,
                recipe.flag("mapped-base") ? BaseWeights.MAPPED : BaseWeights.LOADED);
    }

    private List<Long> seeds() {
        return recipe.wholes("seeds", List.of(0), 0).stream()
                .map(Integer::longValue)
                .distinct()
                .toList();
    }

    private List<List<String>> orders(List<Task> tasks) {
        List<String> names = tasks.stream().map(Task::name).toList();
        if (names.isEmpty()) {
            recipe.keys().error(recipe.mapping(), "tasks is missing or empty");
        }
        List<List<String>> orders =
                recipe.keys().items(recipe.mapping(), "", "orders", (item, place) -> order(item, place, names));
        return orders.isEmpty() ? List.of(names) : orders.stream().distinct().toList();
    }

    private Optional<List<String>> order(Yaml item, String place, List<String> known) {
        if (!(item instanceof Yaml.Items list)) {
            recipe.keys().error(item, Text.format("%s must be a list of tasks, found %s", place, item.kind()));
            return Optional.empty();
        }
        List<String> order = new ArrayList<>();
        for (Yaml task : list.items()) {
            String name = task instanceof Yaml.Text text ? text.text() : task.kind();
            if (!known.contains(name)) {
                recipe.keys()
                        .error(task, Text.format("%s: no task '%s'; %s", place, name, RecipeKeys.hint(name, known)));
            } else if (order.contains(name)) {
                recipe.keys().error(task, Text.format("%s: task '%s' is there twice", place, name));
            } else {
                order.add(name);
            }
        }
        return order.isEmpty() ? Optional.empty() : Optional.of(order);
    }

    private Set<Equal> equal() {
        Set<Equal> equal = EnumSet.noneOf(Equal.class);
        List<String> words = Arrays.stream(Equal.values()).map(Fields::word).toList();
        for (String text : recipe.texts("equal")) {
            if (words.contains(text)) {
                equal.add(Equal.values()[words.indexOf(text)]);
            } else {
                recipe.value("equal")
                        .ifPresent(at -> recipe.keys()
                                .error(at, Text.format("equal is '%s'; %s", text, RecipeKeys.hint(text, words))));
            }
        }
        return equal;
    }

    /// An adapter of rank r has r * (in + out) weights in each matrix.
    private static MethodReader.Ranks ranks(Path base, Pool pool) {
        if (!Files.isDirectory(base)) {
            return sparsity -> 1;
        }
        try (Checkpoint checkpoint = Checkpoint.open(base)) {
            var shapes = pool.select(checkpoint.tensors()).values();
            long weights = shapes.stream().mapToLong(Shape::numel).sum();
            long perRank = shapes.stream()
                    .filter(shape -> shape.rank() == 2)
                    .mapToLong(shape -> shape.dim(0) + shape.dim(1))
                    .sum();
            return sparsity -> (int) Math.max(1, Math.round((1 - sparsity) * weights / perRank));
        }
    }

    private List<MergeSettings> merges(List<Variant> variants, List<Task> tasks) {
        return recipe.keys()
                .items(
                        recipe.mapping(),
                        "",
                        "merge",
                        (item, place) -> recipe.keys()
                                .mapping(item, place)
                                .map(mapping -> merge(new Fields(recipe.keys(), mapping, place), variants, tasks)));
    }

    private MergeSettings merge(Fields fields, List<Variant> variants, List<Task> tasks) {
        boolean fits = MergeSettings.FIT.equals(fields.text("method"));
        if (fits) {
            fields.only("method", "of", "parameters", "prompts", "steps", "rate", "batch");
        } else {
            fields.only("method", "of", "parameters", "tune", "rows");
        }
        List<String> of = MethodReader.among(variants, fields, "of");
        if (fits) {
            return new MergeSettings(of, MergeSettings.FIT, Map.of(), fit(fields), 0);
        }
        Map<String, List<Double>> parameters = new HashMap<>();
        fields.within("parameters")
                .ifPresent(inner ->
                        inner.mapping().entries().keySet().forEach(key -> parameters.put(key, inner.numbers(key))));
        return new MergeSettings(of, method(fields), parameters, null, tunedRows(fields, tasks));
    }

    /// Rows that choose a factor, 0 where none is chosen.
    private static int tunedRows(Fields fields, List<Task> tasks) {
        if (fields.one("tune", List.of("factor"), "").isEmpty()) {
            if (fields.has("rows")) {
                fields.keys()
                        .error(
                                fields.mapping(),
                                Text.format(
                                        "%s: rows choose a factor, and none is chosen; add 'tune: factor'",
                                        fields.place("rows")));
            }
            return 0;
        }
        fields.requireValidation(tasks);
        return fields.whole("rows", MergeSettings.TUNED_ROWS, 1);
    }

    private static FitConfig fit(Fields fields) {
        FitConfig usual = FitConfig.DEFAULT;
        Optional<Fields> parameters = fields.within("parameters");
        parameters.ifPresent(inner -> inner.only("per", "answers"));
        return usual.per(
                        parameters.map(inner -> word(inner, "per", usual.per())).orElse(usual.per()))
                .answers(parameters
                        .map(inner -> word(inner, "answers", usual.answers()))
                        .orElse(usual.answers()))
                .rows(fields.whole("prompts", usual.rows(), 1))
                .steps(fields.whole("steps", Math.toIntExact(usual.steps()), 1))
                .rate(fields.positive("rate", usual.rate()))
                .batch(fields.whole("batch", usual.batch(), 1));
    }

    private static <E extends Enum<E>> E word(Fields fields, String key, E usual) {
        List<E> all = List.of(usual.getDeclaringClass().getEnumConstants());
        List<String> words = all.stream().map(Fields::word).toList();
        return all.get(words.indexOf(fields.one(key, words, Fields.word(usual))));
    }

    private static String method(Fields fields) {
        String name = fields.required("method");
        @Nullable String problem = null;
        try {
            MergeMethods.of(name);
        } catch (LotaException e) {
            problem = e.getMessage();
        }
        if (problem != null && fields.has("method")) {
            fields.keys().error(fields.mapping(), Text.format("%s: %s", fields.place("method"), problem));
        }
        return name;
    }
}
