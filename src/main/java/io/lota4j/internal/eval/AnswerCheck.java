package io.lota4j.internal.eval;

import io.lota4j.eval.Verdict;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// How a generated answer is held against the reference: white space and case folded.
///
/// @param pattern picks the answer out of a longer text by its first group (or as a whole where it has none),
///     from its last match; null: the whole text is the answer
public record AnswerCheck(@Nullable Pattern pattern) {
    private static final Pattern SPACE = Pattern.compile("\\s+", Pattern.UNICODE_CHARACTER_CLASS);

    /// Compares a generated text with the reference answer.
    public Verdict check(String generated, String reference) {
        Optional<String> found = answer(generated);
        if (found.isEmpty()) {
            return Verdict.UNPARSED;
        }
        return found.get().equals(expected(reference)) ? Verdict.CORRECT : Verdict.WRONG;
    }

    /// The share of references that one answer to all would have right: the most frequent one.
    ///
    /// @return in [0, 1]; 0 where no two references are the same, since such an answer is no guess
    public double guess(List<String> references) {
        Map<String, Integer> counts = new HashMap<>();
        references.forEach(reference -> counts.merge(expected(reference), 1, Integer::sum));
        int most = counts.values().stream().mapToInt(count -> count).max().orElse(0);
        return most < 2 ? 0 : (double) most / references.size();
    }

    private String expected(String reference) {
        return answer(reference).orElse(folded(reference));
    }

    private Optional<String> answer(String text) {
        if (pattern == null) {
            return Optional.of(folded(text));
        }
        Optional<String> last = Optional.empty();
        Matcher matcher = pattern.matcher(text);
        while (matcher.find()) {
            last = Optional.ofNullable(matcher.group(Math.min(1, matcher.groupCount())));
        }
        return last.map(AnswerCheck::folded);
    }

    private static String folded(String text) {
        return SPACE.matcher(text).replaceAll(" ").strip().toLowerCase(Locale.ROOT);
    }
}
