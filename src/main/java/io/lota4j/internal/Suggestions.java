package io.lota4j.internal;

import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/// "Did you mean …?" for names that a user mistyped.
public final class Suggestions {
    private Suggestions() {}

    /// The known name nearest to a wrong one, when it is close: at most one edit for every three characters
    /// of the wrong name (and at least one), upper and lower case counted as equal.
    ///
    /// An edit is an insertion, a deletion, a substitution or a swap of neighbours. Of equally near names
    /// the first one wins.
    ///
    /// @param wrong what the user wrote
    /// @param known the names that would have been right
    /// @return the nearest name, or empty when none is close
    public static Optional<String> nearest(String wrong, Collection<String> known) {
        String folded = wrong.toLowerCase(Locale.ROOT);
        int best = Math.max(1, wrong.length() / 3) + 1;
        String nearest = null;
        for (String candidate : known) {
            if (Math.abs(candidate.length() - wrong.length()) >= best) {
                continue;
            }
            int distance = distance(folded, candidate.toLowerCase(Locale.ROOT));
            if (distance < best) {
                best = distance;
                nearest = candidate;
            }
        }
        return Optional.ofNullable(nearest);
    }

    /// A sentence about the nearest name, with a blank before it, to stand behind another; empty when none is close.
    public static String hint(String wrong, Collection<String> known) {
        return nearest(wrong, known)
                .map(near -> " Did you mean '" + near + "'?")
                .orElse("");
    }

    /// Optimal string alignment: Damerau-Levenshtein in which no part is edited twice.
    static int distance(String a, String b) {
        int[] beforeLast = new int[b.length() + 1];
        int[] last = new int[b.length() + 1];
        Arrays.setAll(last, j -> j);
        for (int i = 1; i <= a.length(); i++) {
            int[] row = new int[b.length() + 1];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int substitution = last[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(substitution, Math.min(last[j], row[j - 1]) + 1);
                if (swapped(a, i, b, j)) {
                    row[j] = Math.min(row[j], beforeLast[j - 2] + 1);
                }
            }
            beforeLast = last;
            last = row;
        }
        return last[b.length()];
    }

    private static boolean swapped(String a, int i, String b, int j) {
        return i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
    }
}
