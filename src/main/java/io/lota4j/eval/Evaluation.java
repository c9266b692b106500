package io.lota4j.eval;

import io.lota4j.internal.Text;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/// The scores of a data set.
///
/// @param examples in the file's order
/// @param tokens that went through the model for scoring, prompts included
/// @param seconds that scoring took, generation not counted
/// @param generatedTokens that were generated
/// @param generationSeconds that generation took
public record Evaluation(
        List<ExampleScore> examples, long tokens, double seconds, long generatedTokens, double generationSeconds) {
    public Evaluation {
        examples = List.copyOf(examples);
    }

    public long responseTokens() {
        return examples.stream().mapToLong(ExampleScore::responseTokens).sum();
    }

    /// Mean negative log-probability per response token, nats.
    public double loss() {
        return -examples.stream().mapToDouble(ExampleScore::sumLogprob).sum() / responseTokens();
    }

    /// Share of right answers among all examples, or empty if no answers were generated.
    public OptionalDouble accuracy() {
        return generated()
                ? OptionalDouble.of((double) count(Verdict.CORRECT) / examples.size())
                : OptionalDouble.empty();
    }

    /// How many answers were right.
    public long correct() {
        return count(Verdict.CORRECT);
    }

    /// How many answers had not the asked-for form. They count as not right.
    public long unparsed() {
        return count(Verdict.UNPARSED);
    }

    /// How many answers had room for fewer tokens than were asked for, since the model's positions end before.
    public long cramped() {
        return examples.stream().filter(ExampleScore::cramped).count();
    }

    /// One sentence about answers that had too little room, empty if none had.
    ///
    /// @param generate the most tokens that were asked for
    public Optional<String> roomNotice(int generate) {
        return cramped() == 0
                ? Optional.empty()
                : Optional.of(Text.format(
                        "%d of %d rows had room for fewer than %d new tokens: the model's positions end before.",
                        cramped(), examples.size(), generate));
    }

    /// Whether answers were generated.
    public boolean generated() {
        return examples.stream().allMatch(e -> e.verdict() != null);
    }

    private long count(Verdict verdict) {
        return examples.stream().filter(e -> e.verdict() == verdict).count();
    }
}
