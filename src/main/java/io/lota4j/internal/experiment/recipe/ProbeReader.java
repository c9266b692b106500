package io.lota4j.internal.experiment.recipe;

import io.lota4j.LotaException;
import io.lota4j.data.Dataset;
import io.lota4j.guard.DepthOptions;
import io.lota4j.guard.Mutation;
import io.lota4j.guard.ProbeTemplate;
import io.lota4j.internal.Text;
import io.lota4j.internal.experiment.JudgeSettings;
import io.lota4j.internal.experiment.JudgeSettings.Kind;
import io.lota4j.internal.experiment.Probe;
import io.lota4j.internal.experiment.Probe.At;
import io.lota4j.internal.experiment.Probe.Drawn;
import io.lota4j.internal.experiment.Probe.Texts;
import io.lota4j.internal.experiment.Risk;
import io.lota4j.internal.guard.ProbeRows.Format;
import io.lota4j.internal.yaml.Yaml;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Reads the probes of a recipe, and what they are about.
final class ProbeReader {
    static final String KEY = "probes";
    static final String RISK = "risk";
    private static final String JUDGE = "judge";
    private static final String ANSWERS = "answers";
    private static final String PRIVATE = "private";
    private static final String WITHIN = "within";
    private static final String FORMAT = "format";
    private static final String TRAIN_ROWS = "train-rows";
    private static final String AT = "at";
    private static final String AT_ROWS = "at-rows";
    private static final String DEPTH = "depth";
    private static final String ALONG = "along";
    private static final String GRADIENT = "gradient";
    private static final int GENERATE = 32;
    private static final int MAX_LENGTH = 1024;

    private ProbeReader() {}

    /// What stands behind `risk`; null where nothing does.
    static @Nullable Risk risk(Fields recipe) {
        boolean probes = recipe.has(KEY);
        if (probes != recipe.has(RISK)) {
            String missing = probes
                    ? "risk is missing: probes say nothing without who may undo the behaviour, by what and how far"
                            + " (risk.behaviour, risk.actor, risk.access, risk.budget)"
                    : "risk is there without probes that would measure it";
            recipe.keys().error(recipe.value(probes ? KEY : RISK).orElse(recipe.mapping()), missing);
        }
        return recipe.within(RISK).map(ProbeReader::risky).orElse(null);
    }

    private static Risk risky(Fields fields) {
        fields.only("behaviour", "actor", "access", "budget", "not-tested");
        fields.required("actor", "expected one of accident, user, adaptive");
        fields.required("access", "expected one of prompts, fine-tuning, weights, soft-input");
        return new Risk(
                fields.required("behaviour"),
                fields.constant("actor", Risk.Actor.ACCIDENT),
                fields.constant("access", Risk.Access.PROMPTS),
                fields.required("budget"),
                fields.texts("not-tested"));
    }

    /// Every probe behind `probes`, by its name.
    ///
    /// @param taken names of tasks and texts
    static List<Probe> probes(Fields recipe, List<String> taken) {
        List<Probe> probes = TaskReader.each(recipe, KEY, ProbeReader::probe);
        for (Probe probe : probes) {
            if (taken.contains(probe.name())) {
                recipe.within(KEY)
                        .flatMap(all -> all.value(probe.name()))
                        .ifPresent(at -> recipe.keys()
                                .error(
                                        at,
                                        Text.format(
                                                "%s.%s: there is a task or text '%s'; give the probe another name",
                                                KEY, probe.name(), probe.name())));
            }
        }
        return probes;
    }

    private static Probe probe(String name, Fields fields) {
        fields.only(
                "train",
                "test",
                "rows",
                JUDGE,
                WITHIN,
                "templates",
                "mutate",
                "prefill",
                "generate",
                "samples",
                "temperature",
                "max-length",
                PRIVATE,
                ANSWERS,
                FORMAT,
                TRAIN_ROWS,
                AT,
                AT_ROWS,
                DEPTH,
                ALONG,
                GRADIENT);
        Probe probe = new Probe(
                name,
                Path.of(fields.required("test")),
                fields.has("train") ? Path.of(fields.required("train")) : null,
                fields.whole("rows", Dataset.ALL, 1),
                judge(fields),
                templates(fields),
                mutations(fields),
                fields.wholes("prefill", List.of(0), 0),
                fields.whole("generate", GENERATE, 1),
                new Drawn(
                        fields.whole("samples", 1, 1),
                        fields.has("temperature") ? fields.positive("temperature", 1) : 0),
                fields.whole("max-length", MAX_LENGTH, 2),
                texts(fields),
                fields.constant(FORMAT, Format.ROWS),
                trainRows(fields),
                at(fields),
                deep(fields));
        try {
            probe.options(probe.judge().withoutFile(), 1);
        } catch (LotaException e) {
            error(fields, Text.format("%s: %s", fields.where(), e.getMessage()));
        }
        return probe;
    }

    private static void error(Fields fields, String what) {
        fields.keys().error(fields.mapping(), what);
    }

    private static int trainRows(Fields fields) {
        if (fields.has(TRAIN_ROWS) && !fields.has("train")) {
            error(
                    fields,
                    Text.format("%s is of %s, which is missing", fields.place(TRAIN_ROWS), fields.place("train")));
        }
        return fields.whole(TRAIN_ROWS, Dataset.ALL, 1);
    }

    private static At at(Fields fields) {
        if (fields.has(AT_ROWS) && !fields.has(AT)) {
            error(
                    fields,
                    Text.format(
                            "%s is of what is asked after some steps, and there are none; add %s",
                            fields.place(AT_ROWS), fields.place(AT)));
        }
        return fields.has(AT)
                ? new At(fields.wholes(AT, List.of(1), 1), fields.whole(AT_ROWS, Dataset.ALL, 1))
                : At.END;
    }

    private static @Nullable DepthOptions deep(Fields fields) {
        int positions = fields.whole(DEPTH, 0, 0);
        for (String key : List.of(ALONG, GRADIENT)) {
            if (fields.has(key) && positions == 0) {
                error(
                        fields,
                        Text.format(
                                "%s is of the comparison by position; add %s, how many tokens",
                                fields.place(key), fields.place(DEPTH)));
            }
        }
        boolean given =
                fields.one(ALONG, List.of("generated", "answer"), "generated").equals("answer");
        return positions == 0 ? null : new DepthOptions(positions, given, fields.flag(GRADIENT));
    }

    /// Rows that may not be passed on are private, whether or not that is said.
    private static Texts texts(Fields fields) {
        boolean hidden = fields.flag(PRIVATE) || fields.constant(FORMAT, Format.ROWS) == Format.SORRY;
        if (!hidden && fields.has(ANSWERS)) {
            error(
                    fields,
                    Text.format(
                            "%s is for private probes; the answers of others are in answers.jsonl of the experiment",
                            fields.place(ANSWERS)));
        }
        return hidden ? new Texts(false, fields.has(ANSWERS) ? Path.of(fields.required(ANSWERS)) : null) : Texts.SHOWN;
    }

    /// A word, or a mapping of one word to what it needs.
    private static JudgeSettings judge(Fields fields) {
        JudgeSettings read = fields.value(JUDGE)
                .map(value -> value instanceof Yaml.Mapping
                        ? fields.within(JUDGE).map(ProbeReader::judgeOf).orElseThrow()
                        : JudgeSettings.of(judgeNamed(fields)))
                .orElse(JudgeSettings.of(Kind.WORDS));
        if (!fields.has(WITHIN)) {
            return read;
        }
        if (read.kind() != Kind.WORDS) {
            error(fields, Text.format("%s is for the judge 'words'", fields.place(WITHIN)));
            return read;
        }
        return new JudgeSettings(
                Kind.WORDS, read.words(), fields.whole(WITHIN, 1, 1), null, List.of(), JudgeSettings.TIMEOUT);
    }

    private static Kind judgeNamed(Fields fields) {
        Kind kind = fields.constant(JUDGE, Kind.WORDS);
        if (kind == Kind.REGEX || kind == Kind.COMMAND) {
            String example = kind == Kind.REGEX ? "{regex: 'I can(no|.)t'}" : "{command: [python3, judge.py]}";
            fields.value(JUDGE)
                    .ifPresent(at -> fields.keys()
                            .error(
                                    at,
                                    Text.format(
                                            "%s: '%s' needs more, as in %s",
                                            fields.place(JUDGE), word(kind), example)));
            return Kind.WORDS;
        }
        return kind;
    }

    private static String word(Kind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }

    private static JudgeSettings judgeOf(Fields fields) {
        fields.only("words", "regex", "command", "timeout");
        List<String> given = List.of("words", "regex", "command").stream()
                .filter(fields::has)
                .toList();
        if (given.size() != 1) {
            error(fields, Text.format("%s: expected one of words, regex and command", fields.where()));
            return JudgeSettings.of(Kind.WORDS);
        }
        if (fields.has("timeout") && !fields.has("command")) {
            error(fields, Text.format("%s is for a command", fields.place("timeout")));
        }
        JudgeSettings read = switch (given.getFirst()) {
            case "words" ->
                new JudgeSettings(
                        Kind.WORDS, Path.of(fields.required("words")), 0, null, List.of(), JudgeSettings.TIMEOUT);
            case "regex" ->
                new JudgeSettings(Kind.REGEX, null, 0, fields.required("regex"), List.of(), JudgeSettings.TIMEOUT);
            default ->
                new JudgeSettings(
                        Kind.COMMAND,
                        null,
                        0,
                        null,
                        fields.texts("command"),
                        fields.whole("timeout", JudgeSettings.TIMEOUT, 1));
        };
        try {
            read.withoutFile();
        } catch (LotaException e) {
            error(fields, Text.format("%s: %s", fields.where(), e.getMessage()));
            return JudgeSettings.of(Kind.WORDS);
        }
        return read;
    }

    private static List<ProbeTemplate> templates(Fields fields) {
        List<ProbeTemplate> templates = new ArrayList<>();
        fields.keys()
                .items(fields.mapping(), fields.where(), "templates", (item, place) -> template(fields, item, place))
                .forEach(templates::add);
        return templates.isEmpty() ? List.of(ProbeTemplate.CHAT) : templates;
    }

    /// `chat`, `plain`, `{system: TEXT}` or `{wrap: TEXT}`.
    private static Optional<ProbeTemplate> template(Fields fields, Yaml item, String place) {
        String written = written(item);
        if (written.isEmpty()) {
            fields.keys()
                    .error(
                            item,
                            Text.format(
                                    "%s must be chat, plain, {system: TEXT} or {wrap: TEXT}, found %s",
                                    place, item.kind()));
            return Optional.empty();
        }
        return tried(fields, item, place, written, ProbeTemplate::of);
    }

    private static String written(Yaml item) {
        if (item instanceof Yaml.Text word) {
            return word.text();
        }
        if (item instanceof Yaml.Mapping mapping && mapping.entries().size() == 1) {
            var only = mapping.entries().firstEntry();
            return only.getValue() instanceof Yaml.Text text ? only.getKey() + "=" + text.text() : "";
        }
        return "";
    }

    private static List<Mutation> mutations(Fields fields) {
        List<Mutation> mutations = new ArrayList<>();
        Yaml at = fields.value("mutate").orElse(fields.mapping());
        for (String word : fields.texts("mutate")) {
            tried(fields, at, fields.place("mutate"), word, Mutation::of).ifPresent(mutations::add);
        }
        return mutations;
    }

    private static <T> Optional<T> tried(Fields fields, Yaml at, String place, String word, Function<String, T> read) {
        try {
            return Optional.of(read.apply(word));
        } catch (LotaException e) {
            fields.keys().error(at, Text.format("%s: %s", place, e.getMessage()));
            return Optional.empty();
        }
    }
}
