package io.lota4j.internal.experiment;

import io.lota4j.LotaException;
import io.lota4j.data.Dataset;
import io.lota4j.internal.Text;
import io.lota4j.internal.train.Mix;
import io.lota4j.internal.train.Mix.Answers;
import io.lota4j.internal.train.Mix.Loss;
import io.lota4j.internal.train.Ranges;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.Set;

/// Rows beside those of a stage's task, so that what was known stays.
///
/// @param of where they come from, at least one, each once
/// @param answers which answers count
/// @param loss what is minimised on them
/// @param rows the first so many of each source, at least 1
/// @param perBatch rows of a step, at least 1; empty: an eighth of its examples, at least 1
/// @param generate most new tokens of an own answer, at least 1; empty: the longest that the tasks generate, or 64
public record Mixing(List<From> of, Answers answers, Loss loss, int rows, OptionalInt perBatch, OptionalInt generate)
        implements Safeguard {
    /// Rows of each source where nobody says how many.
    public static final int ROWS = 128;

    private static final int EIGHTH = 8;
    private static final int GENERATE = 64;

    /// Where rows come from.
    public enum From {
        /// Training rows of each earlier stage's task; the first stage has none.
        EARLIER,
        /// The experiment's general texts behind the rows that are scored.
        GENERAL
    }

    /// @throws LotaException if a number is out of its range, or the loss does not go with the answers
    public Mixing {
        of = List.copyOf(of);
        Ranges ranges = new Ranges()
                .atLeast(1, of.size(), "sources of what is mixed in")
                .atLeast(1, rows, "rows of each source of what is mixed in")
                .atLeast(1, perBatch.orElse(1), "rows of a step that are mixed in")
                .atLeast(1, generate.orElse(1), "most new tokens of an answer");
        Mix.problem(answers, loss).forEach(ranges::problem);
        ranges.requireNone();
    }

    @Override
    public boolean isMerged() {
        return true;
    }

    /// Rows of a step that are mixed in.
    ///
    /// @param examples of the step
    public int perBatch(long examples) {
        return perBatch.orElse((int) Math.clamp(examples / EIGHTH, 1, Integer.MAX_VALUE));
    }

    /// The most new tokens of an own answer.
    public int generate(List<Task> tasks) {
        return generate.orElseGet(() -> tasks.stream()
                .mapToInt(Task::generate)
                .filter(most -> most > 0)
                .max()
                .orElse(GENERATE));
    }

    /// What a stage's training mixes in.
    ///
    /// @param examples of one step
    /// @param tasks of the experiment
    /// @param sources at least one
    /// @param stop token ids that end an own answer
    public Mix mix(long examples, List<Task> tasks, List<Dataset> sources, Set<Integer> stop) {
        return new Mix(sources, answers, loss, perBatch(examples), generate(tasks), stop);
    }

    @Override
    public String text() {
        String sources = String.join(" and ", of.stream().map(Mixing::word).toList());
        String most = perBatch.isPresent() ? Text.format(" per batch %d", perBatch.getAsInt()) : "";
        String tokens = generate.isPresent() ? Text.format(" generate %d", generate.getAsInt()) : "";
        return Text.format(
                "mix of %s answers %s loss %s rows %d%s%s", sources, word(answers), word(loss), rows, most, tokens);
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
