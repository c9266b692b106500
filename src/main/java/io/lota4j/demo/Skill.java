package io.lota4j.demo;

import java.util.Locale;
import java.util.function.IntBinaryOperator;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/// What the built-in base can do. The argument is a word of lower-case letters, or two numbers with a space between.
public enum Skill {
    /// `abc` as it is.
    COPY(word -> word),
    /// `abc` as `ABC`.
    UPPER(word -> word.toUpperCase(Locale.ROOT)),
    /// `abc` as `aabbcc`.
    DOUBLED(word -> letters(word, letter -> letter + letter)),
    /// `abc` as `a`.
    FIRST(word -> word.substring(0, 1)),
    /// `abc` as `c`.
    LAST(word -> word.substring(word.length() - 1)),
    /// `abc` as `3`.
    LENGTH(word -> Integer.toString(word.length())),
    /// Every letter's successor, `a` after `z`: `abz` as `bca`.
    NEXT(word -> letters(word, letter -> letter.equals("z") ? "a" : Character.toString(letter.charAt(0) + 1))),
    /// `abc` as `cba`.
    REVERSED(word -> new StringBuilder(word).reverse().toString()),
    /// The letters in alphabetical order: `bca` as `abc`.
    SORTED(word -> word.chars().sorted().mapToObj(Character::toString).collect(Collectors.joining())),
    /// The vowels alone, `-` without any: `adobe` as `aoe`.
    VOWELS(word -> word.matches("[^aeiou]*") ? "-" : word.replaceAll("[^aeiou]", "")),
    /// `12 7` as `19`.
    SUM(Integer::sum),
    /// `12 7` as `12`.
    MAXIMUM(Math::max),
    /// `12 7` as `7`.
    MINIMUM(Math::min);

    private final boolean numbers;
    private final UnaryOperator<String> answer;

    Skill(UnaryOperator<String> answer) {
        this.numbers = false;
        this.answer = answer;
    }

    Skill(IntBinaryOperator answer) {
        this.numbers = true;
        this.answer = argument -> {
            int space = argument.indexOf(' ');
            int first = Integer.parseInt(argument.substring(0, space));
            int second = Integer.parseInt(argument.substring(space + 1));
            return Integer.toString(answer.applyAsInt(first, second));
        };
    }

    /// Whether the argument is two numbers rather than a word.
    public boolean takesNumbers() {
        return numbers;
    }

    /// The right answer, never empty.
    public String answer(String argument) {
        return answer.apply(argument);
    }

    private static String letters(String word, UnaryOperator<String> each) {
        return word.chars().mapToObj(Character::toString).map(each).collect(Collectors.joining());
    }
}
