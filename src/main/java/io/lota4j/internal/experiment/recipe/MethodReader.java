package io.lota4j.internal.experiment.recipe;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import io.lota4j.internal.experiment.Method;
import io.lota4j.internal.experiment.Method.Effort;
import io.lota4j.internal.experiment.Task;
import io.lota4j.internal.experiment.Training;
import io.lota4j.internal.experiment.Variant;
import io.lota4j.internal.yaml.RecipeKeys;
import io.lota4j.mask.Pool;
import io.lota4j.mask.Scope;
import io.lota4j.train.Optimizer;
import io.lota4j.train.RateSearch;
import io.lota4j.train.attribution.Attribution;
import io.lota4j.train.attribution.Attributions;
import io.lota4j.train.attribution.Delta;
import io.lota4j.train.attribution.Fisher;
import io.lota4j.train.objective.Objective;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Reads the methods of a recipe; each list of values makes as many variants.
///
/// @param pool that masks choose from
/// @param training of the experiment, which a method may override
/// @param ranks of adapters that have about as many weights as the recipe's masks, by sparsity; empty: adapters have
///     the rank they say
record MethodReader(Pool pool, Training training, Optional<Ranks> ranks) {
    /// What a method's mask is chosen by: the attribution of its name, or a brief fine-tune.
    private static final Map<String, Attribution> CHOICES = new TreeMap<>();

    /// What a brief fine-tune says of weights, by name.
    private static final Map<String, Attribution> OF_TRAINING = new TreeMap<>();

    static {
        for (Attribution attribution : Attributions.all()) {
            boolean trains = attribution instanceof Attribution.OfTraining;
            (trains ? OF_TRAINING : CHOICES).put(attribution.name(), attribution);
        }
        CHOICES.put("lota", new Delta());
        CHOICES.put("lotto", new Delta());
    }

    private static final String SCORE = "calibration-score";
    private static final String OPTIMIZER = "calibration-optimizer";
    private static final String FULL = "full";
    private static final String FREEZE = "freeze";
    private static final String LORA = "lora";
    private static final int ROWS = 64;
    private static final String RATE = "lr";
    private static final String AUTO = "auto";

    /// The rank of an adapter with as many weights as a mask.
    interface Ranks {
        int of(double sparsity);
    }

    /// Every variant behind a key, in the file's order; none where it is not there.
    List<Variant> variants(Fields fields, String key) {
        List<Variant> variants = new ArrayList<>();
        List<Double> sparsities = sparsities(fields, key);
        for (Fields entry : entries(fields, key)) {
            variants(entry, sparsities).forEach(variant -> {
                refuseTwins(variant, variants, entry);
                variants.add(variant);
            });
        }
        return variants;
    }

    private List<Variant> variants(Fields fields, List<Double> sparsities) {
        String kind = kind(fields);
        Objective objective = ObjectiveReader.objective(fields);
        String usual = objective == null ? kind : kind + " " + objective.name();
        List<TrainingReader.Way> ways = TrainingReader.ways(fields, training);
        List<Variant> variants = new ArrayList<>();
        for (Named named : named(kind, fields.text("name", usual), fields, sparsities)) {
            for (TrainingReader.Way way : ways) {
                for (double lr : rates(fields)) {
                    boolean auto = lr == Variant.AUTO;
                    if (auto) {
                        requireFit(fields, Optional.ofNullable(way.training()).orElse(training), objective);
                    }
                    // Beside a fixed rate it is another method: what it is compared at is not chosen by anybody.
                    String label = named.label() + way.label() + (auto ? " lr auto" : "");
                    variants.add(new Variant(label, kind, named.method(), lr, objective, way.training()));
                }
            }
        }
        return variants;
    }

    /// Refuses rates that are to be found where none can be: on tasks without validation rows, or with an objective
    /// whose loss compares with a start.
    ///
    /// @param tasks that the methods behind the key learn
    void requireFound(Fields fields, String key, List<Task> tasks) {
        for (Fields entry : entries(fields, key)) {
            if (entry.texts(RATE).contains(AUTO)) {
                entry.requireValidation(tasks);
                if (!entry.has(ObjectiveReader.KEY)) {
                    tasks.stream()
                            .map(Task::objective)
                            .filter(Objects::nonNull)
                            .distinct()
                            .forEach(objective -> requireFit(entry, training, objective));
                }
            }
        }
    }

    private static void requireFit(Fields fields, Training training, @Nullable Objective objective) {
        Objective minimised = objective == null ? training.objective() : objective;
        try {
            RateSearch.requireFit(training.config(1, RateSearch.RATES.getFirst(), 0, minimised));
        } catch (LotaException refusal) {
            fields.value(RATE)
                    .ifPresent(at ->
                            fields.keys().error(at, Text.format("%s: %s", fields.place(RATE), refusal.getMessage())));
        }
    }

    /// Which of an experiment's methods something is for, by labels or kinds; none named: all of them.
    static List<String> among(List<Variant> variants, Fields fields, String key) {
        List<String> known = variants.stream()
                .flatMap(variant -> Stream.of(variant.kind(), variant.label()))
                .distinct()
                .toList();
        List<String> names = fields.texts(key);
        for (String name : names) {
            if (!known.contains(name)) {
                fields.value(key)
                        .ifPresent(at -> fields.keys()
                                .error(
                                        at,
                                        Text.format(
                                                "%s: no method '%s'; %s",
                                                fields.place(key), name, RecipeKeys.hint(name, known))));
            }
        }
        return names;
    }

    private record Named(String label, Method method) {}

    /// A label and a rate name a run, so they must be those of one method.
    private static void refuseTwins(Variant twin, List<Variant> earlier, Fields fields) {
        boolean taken = earlier.stream()
                .filter(variant -> variant.label().equals(twin.label()))
                .anyMatch(variant -> variant.lr() == twin.lr()
                        || !variant.method().equals(twin.method())
                        || !Objects.equals(variant.objective(), twin.objective())
                        || !Objects.equals(variant.training(), twin.training()));
        if (taken) {
            fields.keys()
                    .error(
                            fields.mapping(),
                            Text.format(
                                    "%s: there is a method '%s' already; tell them apart with %s",
                                    fields.where(), twin.label(), fields.place("name")));
        }
    }

    private static List<Fields> entries(Fields fields, String key) {
        return fields.keys()
                .items(
                        fields.mapping(),
                        fields.where(),
                        key,
                        (item, place) -> fields.keys()
                                .mapping(item, place)
                                .map(mapping -> new Fields(fields.keys(), mapping, place)));
    }

    /// Those of all masks, which adapters are held against.
    private static List<Double> sparsities(Fields fields, String key) {
        return entries(fields, key).stream()
                .filter(entry -> entry.has("sparsity"))
                .flatMap(entry -> entry.fractions("sparsity").stream())
                .distinct()
                .toList();
    }

    private static String kind(Fields fields) {
        List<String> kinds = new ArrayList<>(List.of(FULL, FREEZE, LORA));
        kinds.addAll(CHOICES.keySet());
        if (!fields.has("method")) {
            fields.keys().error(fields.mapping(), Text.format("%s is missing", fields.place("method")));
        }
        return fields.one("method", kinds, FULL);
    }

    /// Refuses keys that are none of every method, of its training or of its own.
    private static void only(Fields fields, String... own) {
        List<String> known = new ArrayList<>(List.of("method", "name", RATE, ObjectiveReader.KEY));
        known.addAll(List.of(own));
        known.addAll(TrainingReader.OVERRIDES);
        fields.only(known.toArray(String[]::new));
    }

    private static List<Double> rates(Fields fields) {
        if (!fields.has(RATE)) {
            fields.keys().error(fields.mapping(), Text.format("%s is missing", fields.place(RATE)));
        }
        return fields.positivesOr(AUTO, Variant.AUTO, RATE, List.of(1.0));
    }

    private List<Named> named(String kind, String name, Fields fields, List<Double> sparsities) {
        return switch (kind) {
            case FULL -> {
                only(fields);
                yield List.of(new Named(name, new Method.Full(pool)));
            }
            case FREEZE -> {
                only(fields, "layers");
                yield List.of(new Named(name, new Method.Full(frozen(fields))));
            }
            case LORA -> adapters(name, fields, sparsities);
            default -> masks(kind, name, fields);
        };
    }

    private Pool frozen(Fields fields) {
        List<String> layers = fields.texts("layers");
        if (layers.isEmpty()) {
            fields.keys()
                    .error(
                            fields.mapping(),
                            Text.format(
                                    "%s is missing: parts of the names of tensors to freeze, such as layers.0.",
                                    fields.place("layers")));
        }
        List<String> exclude = new ArrayList<>(pool.exclude());
        exclude.addAll(layers);
        return new Pool(pool.include(), exclude);
    }

    private List<Named> adapters(String name, Fields fields, List<Double> sparsities) {
        only(fields, "rank", "alpha");
        List<Named> adapters = new ArrayList<>();
        if (ranks.isPresent()) {
            if (fields.has("rank")) {
                fields.value("rank")
                        .ifPresent(at -> fields.keys()
                                .error(at, Text.format("%s: equal parameters choose the rank", fields.place("rank"))));
            }
            for (double sparsity : sparsities) {
                int rank = ranks.get().of(sparsity);
                adapters.add(adapter(Text.format("%s r%d", name, rank), rank, fields));
            }
            if (sparsities.isEmpty()) {
                fields.keys()
                        .error(fields.mapping(), Text.format("%s: there is no mask to be equal to", fields.where()));
            }
            return adapters.stream().distinct().toList();
        }
        for (int rank : fields.wholes("rank", List.of(8), 1)) {
            adapters.add(adapter(Text.format("%s r%d", name, rank), rank, fields));
        }
        return adapters;
    }

    private static Named adapter(String label, int rank, Fields fields) {
        return new Named(label, new Method.Lora(rank, fields.positive("alpha", 2.0 * rank)));
    }

    private static List<Named> masks(String kind, String name, Fields fields) {
        Attribution by = by(kind, fields);
        List<Effort> efforts = efforts(by, fields);
        if (!fields.has("sparsity")) {
            fields.keys().error(fields.mapping(), Text.format("%s is missing", fields.place("sparsity")));
        }
        Scope scope = fields.constant("scope", Scope.GLOBAL);
        List<Named> masks = new ArrayList<>();
        for (double sparsity : fields.fractions("sparsity")) {
            for (Effort effort : efforts) {
                String more = efforts.size() > 1 ? Text.format(" c%d", effort.steps() + effort.rows()) : "";
                masks.add(new Named(
                        Text.format("%s %s%s", name, percent(sparsity), more),
                        new Method.Sparse(by, sparsity, scope, kind.equals("lotto"), effort)));
            }
        }
        return masks;
    }

    private static Attribution by(String kind, Fields fields) {
        Attribution by = CHOICES.getOrDefault(kind, new Delta());
        return switch (by) {
            case Fisher fisher -> new Fisher(fields.whole("group", 1, 1));
            case Attribution.OfTraining training ->
                OF_TRAINING.getOrDefault(fields.one(SCORE, List.copyOf(OF_TRAINING.keySet()), by.name()), by);
            default -> by;
        };
    }

    private static List<Effort> efforts(Attribution by, Fields fields) {
        return switch (by) {
            case Attribution.OfTraining training -> {
                only(fields, "sparsity", "scope", "calibration-steps", "calibration-lr", SCORE, OPTIMIZER);
                for (String key : List.of("calibration-steps", "calibration-lr")) {
                    fields.required(key, "a mask is found by a brief fine-tune");
                }
                double lr = fields.positive("calibration-lr", 1);
                Optimizer own = fields.has(OPTIMIZER) ? TrainingReader.optimizer(fields, OPTIMIZER) : null;
                yield fields.wholes("calibration-steps", List.of(1), 1).stream()
                        .map(steps -> new Effort(steps, lr, 0, own))
                        .toList();
            }
            case Attribution.OfRows rows -> {
                List<String> keys = new ArrayList<>(List.of("sparsity", "scope", "rows"));
                if (by instanceof Fisher) {
                    keys.add("group");
                }
                only(fields, keys.toArray(String[]::new));
                yield fields.wholes("rows", List.of(ROWS), 1).stream()
                        .map(count -> new Effort(0, 0, count))
                        .toList();
            }
            case Attribution.OfBase base -> {
                only(fields, "sparsity", "scope");
                yield List.of(Effort.NONE);
            }
        };
    }

    /// A fraction such as 0.999 as `99.9%`.
    private static String percent(double sparsity) {
        String text = Text.format("%.6f", sparsity * 100);
        return text.replaceFirst("\\.?0+$", "") + "%";
    }
}
