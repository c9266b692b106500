package io.lota4j.internal.experiment.recipe;

import io.lota4j.LotaException;
import io.lota4j.guard.MixOptions;
import io.lota4j.guard.ProbeTemplate;
import io.lota4j.guard.RegionOptions;
import io.lota4j.internal.Text;
import io.lota4j.internal.experiment.Constraint;
import io.lota4j.internal.experiment.Method;
import io.lota4j.internal.experiment.Mixing;
import io.lota4j.internal.experiment.Mixing.From;
import io.lota4j.internal.experiment.Probe;
import io.lota4j.internal.experiment.ProbeMixing;
import io.lota4j.internal.experiment.ProbeMixing.Secrecy;
import io.lota4j.internal.experiment.Protection;
import io.lota4j.internal.experiment.RegionUse;
import io.lota4j.internal.experiment.RegionUse.Use;
import io.lota4j.internal.experiment.Safeguard;
import io.lota4j.internal.experiment.Shrink;
import io.lota4j.internal.experiment.Task;
import io.lota4j.internal.experiment.Variant;
import io.lota4j.internal.train.Mix.Answers;
import io.lota4j.internal.train.Mix.Loss;
import io.lota4j.internal.yaml.RecipeKeys;
import io.lota4j.mask.Pool;
import io.lota4j.mask.Scope;
import io.lota4j.ticket.ShrinkRule;
import io.lota4j.train.attribution.Attribution;
import io.lota4j.train.attribution.Attributions;
import io.lota4j.train.objective.ConstrainedSft;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Reads what is done so that what was known stays: each entry of `protect` makes runs of its own.
///
/// @param tasks of the experiment
/// @param variants that a protection may be limited to
/// @param probes whose training rows a protection may use
/// @param pool that regions are found in
record ProtectReader(List<Task> tasks, List<Variant> variants, List<Probe> probes, Pool pool) {
    static final String KEY = "protect";
    private static final String MIX = "mix";
    private static final String PER_BATCH = "per-batch";
    private static final String SHRINK = "shrink";
    private static final String CONSTRAINT = "constraint";
    private static final String REGION = "region";
    private static final String USE = "use";
    private static final String CONTROL = "control";
    private static final String RANDOM = "random";
    private static final String RECOVERY = "recovery";
    private static final String SECRET = "secret";
    private static final double TOP = 0.05;

    /// Every protection, in the file's order; without the key the methods alone.
    List<Protection> protections(Fields recipe) {
        List<Protection> protections = new ArrayList<>();
        for (Fields fields : entries(recipe)) {
            protection(fields, protections).ifPresent(made -> {
                protections.add(made);
                if (fields.has(CONTROL)) {
                    made.control().ifPresent(protections::add);
                }
            });
        }
        return protections.isEmpty() ? List.of(Protection.NONE) : List.copyOf(protections);
    }

    private static List<Fields> entries(Fields recipe) {
        return recipe.keys()
                .items(
                        recipe.mapping(),
                        "",
                        KEY,
                        (item, place) -> recipe.keys()
                                .mapping(item, place)
                                .map(mapping -> new Fields(recipe.keys(), mapping, place)));
    }

    private Optional<Protection> protection(Fields fields, List<Protection> earlier) {
        fields.only("name", "only", CONSTRAINT, MIX, REGION, USE, CONTROL, SHRINK);
        String name = fields.required("name");
        List<Safeguard> safeguards = new ArrayList<>();
        fields.within(CONSTRAINT).flatMap(ProtectReader::constraint).ifPresent(safeguards::add);
        fields.within(MIX).flatMap(this::mix).ifPresent(safeguards::add);
        regionUse(fields).ifPresent(safeguards::add);
        fields.within(SHRINK).flatMap(this::shrink).ifPresent(safeguards::add);
        String control = Protection.controlName(name);
        Protection made = new Protection(name, safeguards, MethodReader.among(variants, fields, "only"));
        if (earlier.stream()
                .anyMatch(other -> other.name().equals(name)
                        || (fields.has(CONTROL) && other.name().equals(control)))) {
            fields.keys()
                    .error(
                            fields.mapping(),
                            Text.format(
                                    "%s: there is a protection '%s' already; give it another name",
                                    fields.where(), name));
            return Optional.empty();
        }
        boolean idle = Stream.of(CONSTRAINT, MIX, REGION, SHRINK).noneMatch(fields::has);
        if (idle && earlier.stream().anyMatch(other -> other.safeguards().isEmpty())) {
            fields.keys()
                    .error(fields.mapping(), Text.format("%s does nothing, as another entry does", fields.where()));
            return Optional.empty();
        }
        made.frozen().ifPresent(region -> adapters(fields, made));
        return name.isEmpty() || (safeguards.isEmpty() && !idle) ? Optional.empty() : Optional.of(made);
    }

    /// Told with its line, before anything runs.
    private void adapters(Fields fields, Protection frozen) {
        List<String> labels = variants.stream()
                .filter(variant -> variant.method() instanceof Method.Lora && frozen.covers(variant))
                .map(Variant::label)
                .distinct()
                .toList();
        if (!labels.isEmpty()) {
            fields.keys()
                    .error(
                            fields.mapping(),
                            Text.format(
                                    "%s: '%s' cannot leave single weights alone: the product of LoRA's factors moves"
                                            + " all of a matrix. Name other methods with only, or rewind the region",
                                    fields.where(), String.join("', '", labels)));
        }
    }

    private static Optional<Constraint> constraint(Fields fields) {
        fields.only("first", "prefix", "length", "rest", "reference");
        ConstrainedSft usual = new ConstrainedSft();
        try {
            return Optional.of(new Constraint(
                    new ConstrainedSft(
                            fields.number("first", usual.first()),
                            fields.number("prefix", usual.prefix()),
                            fields.whole("length", usual.length(), 1),
                            fields.number("rest", usual.rest()),
                            usual.floor()),
                    fields.constant("reference", Constraint.Reference.START)));
        } catch (LotaException e) {
            fields.keys().error(fields.mapping(), Text.format("%s: %s", fields.where(), e.getMessage()));
            return Optional.empty();
        }
    }

    private Optional<RegionUse> regionUse(Fields fields) {
        if (!fields.has(REGION)) {
            for (String key : List.of(USE, CONTROL)) {
                fields.value(key)
                        .ifPresent(at -> fields.keys()
                                .error(at, Text.format("%s is of a region, and there is none", fields.place(key))));
            }
            return Optional.empty();
        }
        fields.required(USE, "a region is frozen or rewound (use: freeze, or use: rewind)");
        fields.one(CONTROL, List.of(RANDOM), RANDOM);
        Use use = fields.constant(USE, Use.FREEZE);
        return fields.within(REGION).flatMap(this::region).map(region -> new RegionUse(region, use, false));
    }

    private Optional<RegionUse.Region> region(Fields fields) {
        fields.only("safety", "utility", "score", "rows", "scope", "q", "p");
        fields.required("safety", "a probe whose training rows show the behaviour");
        fields.required("utility", "a task whose training rows show the usual abilities");
        Optional<Probe> safety = probe(fields, "safety");
        List<String> known = tasks.stream().map(Task::name).toList();
        String utility = known.isEmpty() ? "" : fields.one("utility", known, known.getFirst());
        String score = fields.one("score", List.of("snip", "wanda"), "snip");
        int rows = fields.whole("rows", RegionUse.Region.ROWS, 1);
        Scope scope = fields.constant("scope", Scope.ROW);
        try {
            RegionOptions how = new RegionOptions(fields.number("q", TOP), fields.number("p", TOP), scope, pool);
            return safety.map(probe -> new RegionUse.Region(
                    probe.name(), utility, (Attribution.OfRows) Attributions.of(score), rows, how));
        } catch (LotaException e) {
            fields.keys().error(fields.mapping(), Text.format("%s: %s", fields.where(), e.getMessage()));
            return Optional.empty();
        }
    }

    /// A probe by its name, which has rows to train on.
    private Optional<Probe> probe(Fields fields, String key) {
        if (!fields.has(key)) {
            return Optional.empty();
        }
        List<String> known = probes.stream().map(Probe::name).toList();
        String name = fields.required(key);
        Optional<Probe> found =
                probes.stream().filter(probe -> probe.name().equals(name)).findFirst();
        if (known.isEmpty()) {
            fields.keys().error(fields.mapping(), Text.format("%s: there are no probes", fields.place(key)));
        } else if (found.isEmpty()) {
            fields.keys()
                    .error(
                            fields.mapping(),
                            Text.format(
                                    "%s: no probe '%s'; %s", fields.place(key), name, RecipeKeys.hint(name, known)));
        } else if (found.get().train() == null) {
            fields.keys()
                    .error(
                            fields.mapping(),
                            Text.format(
                                    "%s: the probe '%s' has no rows to train on, and those that are asked are not"
                                            + " taken; name a file with probes.%s.train",
                                    fields.place(key), name, name));
        }
        return found;
    }

    private Optional<? extends Safeguard> mix(Fields fields) {
        List<String> of = fields.texts("of");
        List<String> known = probes.stream().map(Probe::name).toList();
        if (of.stream().anyMatch(known::contains)) {
            if (of.size() == 1) {
                return probeMixing(fields);
            }
            fields.value("of")
                    .ifPresent(at -> fields.keys()
                            .error(at, Text.format("%s: rows of a probe are mixed in alone", fields.place("of"))));
            return Optional.empty();
        }
        return mixing(fields);
    }

    private Optional<ProbeMixing> probeMixing(Fields fields) {
        fields.only("of", "rows", PER_BATCH, "select", RECOVERY, SECRET);
        Optional<Probe> probe = probe(fields, "of");
        MixOptions how = MixOptions.of(fields.whole("rows", Mixing.ROWS, 1), fields.whole(PER_BATCH, 1, 1));
        how = fields.one("select", List.of("first", "category"), "first").equals("category") ? how.inTurn() : how;
        Optional<MixOptions.Recovery> recovery = fields.within(RECOVERY).map(ProtectReader::recovery);
        MixOptions begun = recovery.isPresent() ? how.recovering(recovery.get()) : how;
        return probe.map(found -> new ProbeMixing(found.name(), begun, secrecy(fields, found)));
    }

    private static MixOptions.Recovery recovery(Fields fields) {
        MixOptions.Recovery usual = MixOptions.Recovery.USUAL;
        fields.only("most", "none");
        try {
            return new MixOptions.Recovery(fields.whole("most", usual.most(), 1), fields.number("none", usual.none()));
        } catch (LotaException e) {
            fields.keys().error(fields.mapping(), Text.format("%s: %s", fields.where(), e.getMessage()));
            return usual;
        }
    }

    /// A number of tokens to draw, or a file.
    private static @Nullable Secrecy secrecy(Fields fields, Probe probe) {
        String text = fields.text(SECRET);
        if (text == null) {
            return null;
        }
        boolean asked = probe.templates().stream()
                .anyMatch(template ->
                        template.kind() == ProbeTemplate.Kind.CHAT || template.kind() == ProbeTemplate.Kind.SYSTEM);
        if (!asked) {
            fields.keys()
                    .error(
                            fields.mapping(),
                            Text.format(
                                    "%s stands in the system message, and probes.%s has no template chat or system to"
                                            + " ask with it",
                                    fields.place(SECRET), probe.name()));
        }
        return text.matches("-?[0-9]+") ? new Secrecy(fields.whole(SECRET, 1, 1), null) : new Secrecy(0, Path.of(text));
    }

    private Optional<Mixing> mixing(Fields fields) {
        fields.only("of", "answers", "loss", "rows", PER_BATCH, "generate");
        List<From> of = new ArrayList<>();
        List<String> words = Arrays.stream(From.values()).map(Fields::word).toList();
        List<String> known =
                Stream.concat(words.stream(), probes.stream().map(Probe::name)).toList();
        for (String text : fields.texts("of")) {
            if (!words.contains(text)) {
                fields.keys()
                        .error(
                                fields.mapping(),
                                Text.format("%s is '%s'; %s", fields.place("of"), text, RecipeKeys.hint(text, known)));
            } else if (!of.contains(From.values()[words.indexOf(text)])) {
                of.add(From.values()[words.indexOf(text)]);
            }
        }
        fields.required("of", "what is mixed in comes from somewhere");
        if (of.isEmpty()) {
            return Optional.empty();
        }
        Answers answers = fields.constant("answers", Answers.GIVEN);
        Loss loss = fields.constant("loss", answers == Answers.OWN ? Loss.KL : Loss.CE);
        try {
            return Optional.of(new Mixing(
                    of,
                    answers,
                    loss,
                    fields.whole("rows", Mixing.ROWS, 1),
                    whole(fields, PER_BATCH),
                    whole(fields, "generate")));
        } catch (LotaException e) {
            fields.keys().error(fields.mapping(), Text.format("%s: %s", fields.where(), e.getMessage()));
            return Optional.empty();
        }
    }

    private static OptionalInt whole(Fields fields, String key) {
        return fields.has(key) ? OptionalInt.of(fields.whole(key, 1, 1)) : OptionalInt.empty();
    }

    private Optional<Shrink> shrink(Fields fields) {
        fields.only("rows", "tolerance", "margin");
        fields.requireValidation(tasks);
        try {
            ShrinkRule rule = new ShrinkRule(
                    fields.number("tolerance", ShrinkRule.USUAL.tolerance()),
                    fields.number("margin", ShrinkRule.USUAL.margin()));
            return Optional.of(new Shrink(fields.whole("rows", Shrink.ROWS, 1), rule));
        } catch (LotaException e) {
            fields.keys().error(fields.mapping(), Text.format("%s: %s", fields.where(), e.getMessage()));
            return Optional.empty();
        }
    }
}
