package io.lota4j.internal.experiment.recipe;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import io.lota4j.internal.experiment.Mixing;
import io.lota4j.internal.experiment.Mixing.From;
import io.lota4j.internal.experiment.Protection;
import io.lota4j.internal.experiment.Safeguard;
import io.lota4j.internal.experiment.Shrink;
import io.lota4j.internal.experiment.Task;
import io.lota4j.internal.experiment.Variant;
import io.lota4j.internal.train.Mix.Answers;
import io.lota4j.internal.train.Mix.Loss;
import io.lota4j.internal.yaml.RecipeKeys;
import io.lota4j.ticket.ShrinkRule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// Reads what is done so that what was known stays: each entry of `protect` makes runs of its own.
///
/// @param tasks of the experiment
/// @param variants that a protection may be limited to
record ProtectReader(List<Task> tasks, List<Variant> variants) {
    static final String KEY = "protect";
    private static final String MIX = "mix";
    private static final String PER_BATCH = "per-batch";
    private static final String SHRINK = "shrink";

    /// Every protection, in the file's order; without the key the methods alone.
    List<Protection> protections(Fields recipe) {
        List<Protection> protections = new ArrayList<>();
        for (Fields fields : entries(recipe)) {
            protection(fields, protections).ifPresent(protections::add);
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
        fields.only("name", "only", MIX, SHRINK);
        String name = fields.required("name");
        List<Safeguard> safeguards = new ArrayList<>();
        fields.within(MIX).flatMap(this::mixing).ifPresent(safeguards::add);
        fields.within(SHRINK).flatMap(this::shrink).ifPresent(safeguards::add);
        Protection made = new Protection(name, safeguards, MethodReader.among(variants, fields, "only"));
        if (earlier.stream().anyMatch(other -> other.name().equals(name))) {
            fields.keys()
                    .error(
                            fields.mapping(),
                            Text.format(
                                    "%s: there is a protection '%s' already; give it another name",
                                    fields.where(), name));
            return Optional.empty();
        }
        boolean idle = !fields.has(MIX) && !fields.has(SHRINK);
        if (idle && earlier.stream().anyMatch(other -> other.safeguards().isEmpty())) {
            fields.keys()
                    .error(fields.mapping(), Text.format("%s does nothing, as another entry does", fields.where()));
            return Optional.empty();
        }
        return name.isEmpty() || (safeguards.isEmpty() && !idle) ? Optional.empty() : Optional.of(made);
    }

    private Optional<Mixing> mixing(Fields fields) {
        fields.only("of", "answers", "loss", "rows", PER_BATCH, "generate");
        List<From> of = new ArrayList<>();
        List<String> words = Arrays.stream(From.values()).map(Fields::word).toList();
        for (String text : fields.texts("of")) {
            if (!words.contains(text)) {
                fields.keys()
                        .error(
                                fields.mapping(),
                                Text.format("%s is '%s'; %s", fields.place("of"), text, RecipeKeys.hint(text, words)));
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
