package io.lota4j.internal.experiment.recipe;

import io.lota4j.internal.Text;
import io.lota4j.internal.experiment.Task;
import io.lota4j.internal.yaml.RecipeKeys;
import io.lota4j.internal.yaml.Yaml;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The keys of one mapping of a recipe. What is wrong becomes a problem, and a stand-in is read.
///
/// @param keys of the file
/// @param mapping what is read
/// @param where it stands, such as `tasks.sql`; empty for the whole file
record Fields(RecipeKeys keys, Yaml.Mapping mapping, String where) {
    /// Refuses keys that nobody reads.
    void only(String... known) {
        keys.refuseOthers(mapping, where, List.of(known), Set.of());
    }

    String place(String key) {
        return RecipeKeys.within(where, key);
    }

    Optional<Yaml> value(String key) {
        return RecipeKeys.value(mapping, key);
    }

    boolean has(String key) {
        return value(key).isPresent();
    }

    /// A mapping behind a key; empty when it is not there.
    Optional<Fields> within(String key) {
        return value(key)
                .flatMap(value -> keys.mapping(value, place(key)))
                .map(inner -> new Fields(keys, inner, place(key)));
    }

    @Nullable
    String text(String key) {
        return keys.text(mapping, where, key).map(Yaml.Text::text).orElse(null);
    }

    String text(String key, String absent) {
        String text = text(key);
        return text == null ? absent : text;
    }

    String required(String key) {
        if (!has(key)) {
            keys.error(mapping, Text.format("%s is missing", place(key)));
        }
        return text(key, "");
    }

    /// Says that a key is missing, and why it is needed.
    void required(String key, String why) {
        if (!has(key)) {
            keys.error(mapping, Text.format("%s is missing: %s", place(key), why));
        }
    }

    /// A whole number of at least `least`.
    int whole(String key, int absent, int least) {
        return single(key, wholes(key, List.of(absent), least));
    }

    /// One whole number, or a list.
    List<Integer> wholes(String key, List<Integer> absent, int least) {
        return some(
                key,
                absent,
                text -> {
                    int number = Integer.parseInt(text);
                    return number >= least ? Optional.of(number) : Optional.empty();
                },
                "a whole number of at least " + least);
    }

    /// One number over 0, or a list, in which a word may stand for a number.
    ///
    /// @param meant by the word
    List<Double> positivesOr(String word, double meant, String key, List<Double> absent) {
        return some(
                key,
                absent,
                text -> {
                    double number = text.equals(word) ? meant : Double.parseDouble(text);
                    return text.equals(word) || number > 0 && Double.isFinite(number)
                            ? Optional.of(number)
                            : Optional.empty();
                },
                "a number over 0 or " + word);
    }

    /// A number over 0.
    double positive(String key, double absent) {
        return single(key, positives(key, List.of(absent)));
    }

    /// One number over 0, or a list.
    List<Double> positives(String key, List<Double> absent) {
        return some(
                key,
                absent,
                text -> {
                    double number = Double.parseDouble(text);
                    return number > 0 && Double.isFinite(number) ? Optional.of(number) : Optional.empty();
                },
                "a number over 0");
    }

    /// One number in [0, 1), or a list.
    List<Double> fractions(String key) {
        return some(
                key,
                List.of(0.9),
                text -> {
                    double number = Double.parseDouble(text);
                    return number >= 0 && number < 1 ? Optional.of(number) : Optional.empty();
                },
                "a fraction from 0 to under 1");
    }

    /// A number in [0, 1).
    double fraction(String key, double absent) {
        List<Double> found = fractions(key);
        return single(key, found.isEmpty() ? List.of(absent) : found);
    }

    /// Any numbers: one, or a list.
    List<Double> numbers(String key) {
        return some(key, List.of(), text -> Optional.of(Double.valueOf(text)), "a number");
    }

    /// One number.
    double number(String key, double absent) {
        return single(key, some(key, List.of(absent), text -> Optional.of(Double.valueOf(text)), "a number"));
    }

    private <T> T single(String key, List<T> list) {
        if (list.size() != 1) {
            value(key)
                    .ifPresent(
                            value -> keys.error(value, Text.format("%s takes one number, found a list", place(key))));
        }
        return list.getFirst();
    }

    /// One text, or a list.
    List<String> texts(String key) {
        return some(key, List.of(), Optional::of, "a text");
    }

    /// `true` or `false`; absent: false.
    boolean flag(String key) {
        return one(key, List.of("false", "true"), "false").equals("true");
    }

    /// Refuses what chooses by validation rows where a task has none.
    void requireValidation(List<Task> tasks) {
        for (Task task : tasks) {
            if (task.validation() == null && task.rows().validation() == 0) {
                keys.error(
                        mapping,
                        Text.format(
                                "%s: task '%s' has no validation rows to choose by; give it validation or"
                                        + " validation-rows",
                                where, task.name()));
            }
        }
    }

    /// One of some words.
    String one(String key, List<String> words, String absent) {
        String text = text(key);
        if (text == null) {
            return absent;
        }
        if (!words.contains(text)) {
            value(key)
                    .ifPresent(value -> keys.error(
                            value, Text.format("%s is '%s'; %s", place(key), text, RecipeKeys.hint(text, words))));
            return absent;
        }
        return text;
    }

    /// One of an enum's constants, by its lower-case name.
    <E extends Enum<E>> E constant(String key, E absent) {
        E[] all = absent.getDeclaringClass().getEnumConstants();
        List<String> words = Arrays.stream(all).map(Fields::word).toList();
        return all[words.indexOf(one(key, words, word(absent)))];
    }

    static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private interface Reading<T> {
        /// @return empty when it does not fit
        Optional<T> of(String text);
    }

    private <T> List<T> some(String key, List<T> absent, Reading<T> reading, String expected) {
        Optional<Yaml> value = value(key);
        if (value.isEmpty()) {
            return absent;
        }
        List<Yaml> items = value.get() instanceof Yaml.Items list ? list.items() : List.of(value.get());
        List<T> read = new ArrayList<>();
        for (Yaml item : items) {
            Optional<T> one = item instanceof Yaml.Text text ? parsed(text.text(), reading) : Optional.empty();
            if (one.isEmpty()) {
                keys.error(item, Text.format("%s must be %s, found %s", place(key), expected, item.kind()));
            }
            one.ifPresent(read::add);
        }
        if (items.isEmpty()) {
            keys.error(value.get(), Text.format("%s is empty", place(key)));
        }
        return read.isEmpty() ? absent : read;
    }

    private static <T> Optional<T> parsed(String text, Reading<T> reading) {
        try {
            return reading.of(text);
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }
}
