package io.lota4j.guard;

import io.lota4j.LotaException;
import io.lota4j.internal.Suggestions;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.IntUnaryOperator;

/// A way to write a prompt otherwise that keeps what it asks (some of those of SORRY-Bench, arXiv
/// 2406.14598). Only ASCII letters turn.
public enum Mutation {
    /// Upper case.
    UPPER,
    /// Each letter three places on.
    CAESAR,
    /// The alphabet backwards.
    ATBASH,
    /// In words of four or more letters two inner neighbours are swapped, each word with
    /// probability 0.2.
    MISSPELL;

    private static final int SHIFT = 3;
    private static final int LETTERS = 26;
    private static final int SHORTEST = 4;
    private static final double SWAPPED = 0.2;

    /// The one of this name.
    ///
    /// @throws LotaException if there is none
    public static Mutation of(String name) {
        List<String> names = Arrays.stream(values()).map(Mutation::word).toList();
        if (!names.contains(name)) {
            throw new LotaException("There is no mutation '" + name + "'"
                    + Suggestions.nearest(name, names)
                            .map(near -> " (did you mean '" + near + "'?)")
                            .orElse("")
                    + ", expected one of " + String.join(", ", names) + ".");
        }
        return valueOf(name.toUpperCase(Locale.ROOT));
    }

    /// As files have it.
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// The text, mutated.
    ///
    /// @param seed of what is drawn; only `MISSPELL` draws
    public String of(String text, long seed) {
        return switch (this) {
            case UPPER -> text.toUpperCase(Locale.ROOT);
            case CAESAR -> turned(text, place -> (place + SHIFT) % LETTERS);
            case ATBASH -> turned(text, place -> LETTERS - 1 - place);
            case MISSPELL -> misspelled(text, new SplittableRandom(seed));
        };
    }

    /// Whether an answer may be in the prompt's code, so that it is judged decoded as well.
    public boolean encodes() {
        return this == CAESAR || this == ATBASH;
    }

    /// What stands in a text of this code; other mutations have none and leave it as it is.
    public String decoded(String text) {
        return switch (this) {
            case CAESAR -> turned(text, place -> (place + LETTERS - SHIFT) % LETTERS);
            case ATBASH -> of(text, 0);
            case UPPER, MISSPELL -> text;
        };
    }

    private static String turned(String text, IntUnaryOperator place) {
        StringBuilder turned = new StringBuilder();
        text.chars().forEach(c -> turned.append((char) turned(c, place)));
        return turned.toString();
    }

    private static int turned(int letter, IntUnaryOperator place) {
        if (letter >= 'a' && letter <= 'z') {
            return 'a' + place.applyAsInt(letter - 'a');
        }
        return letter >= 'A' && letter <= 'Z' ? 'A' + place.applyAsInt(letter - 'A') : letter;
    }

    private static String misspelled(String text, SplittableRandom random) {
        char[] letters = text.toCharArray();
        int start = 0;
        while (start < letters.length) {
            int end = start;
            while (end < letters.length && isLetter(letters[end])) {
                end++;
            }
            if (end - start >= SHORTEST && random.nextDouble() < SWAPPED) {
                int at = start + 1 + random.nextInt(end - start - SHORTEST + 1);
                char other = letters[at];
                letters[at] = letters[at + 1];
                letters[at + 1] = other;
            }
            start = end + 1;
        }
        return new String(letters);
    }

    private static boolean isLetter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }
}
