package io.lota4j.internal.jinja;

import java.math.BigInteger;

/// Bounds that no honest chat template comes near: a hostile one is refused instead of filling memory or time.
final class Limits {
    /// UTF-16 units of a text. The longest context windows hold some four million characters.
    static final int TEXT = 16 << 20;

    /// Values in a list, tuple or dict, with all that is in them, counted as often as it would be printed.
    static final long WEIGHT = 4_000_000;

    /// Lists within lists.
    static final int DEPTH = 100;

    /// Parentheses within parentheses, and blocks within blocks, of a template.
    static final int NESTING = 100;

    /// Evaluations within evaluations, macros that call macros among them.
    static final int EVALUATIONS = 400;

    /// Evaluations and items of one rendering; long texts count as several.
    static final long STEPS = 5_000_000;

    /// Units that take as long to look at as one evaluation.
    static final int UNITS_A_STEP = 64;

    /// Comparisons of units in one search for a text in a text.
    private static final long SEARCH = 1L << 32;

    /// Bits of a whole number.
    private static final int BITS = 1 << 14;

    /// As in jinja2's sandbox.
    static final int RANGE = 100_000;

    private Limits() {}

    static int text(long units) {
        if (units > TEXT) {
            throw new Refusal("a text of more than " + TEXT + " characters");
        }
        return (int) units;
    }

    static void search(int text, int sought) {
        if ((long) text * sought > SEARCH) {
            throw new Refusal("a search for a text of " + sought + " characters in one of " + text);
        }
    }

    static void bits(long bits) {
        if (bits > BITS) {
            throw new Refusal("a whole number of more than " + BITS + " bits");
        }
    }

    static int index(BigInteger number) {
        return number.bitLength() < 31 ? number.intValue() : number.signum() * (Integer.MAX_VALUE >> 1);
    }
}
