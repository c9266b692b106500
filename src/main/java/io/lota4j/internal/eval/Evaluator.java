package io.lota4j.internal.eval;

import io.lota4j.data.Example;
import io.lota4j.eval.Evaluation;
import io.lota4j.eval.ExampleScore;
import io.lota4j.eval.ScoreListener;
import io.lota4j.internal.Text;
import io.lota4j.internal.data.Tokenizer;
import io.lota4j.internal.model.Decoder;
import io.lota4j.internal.model.Generator;
import io.lota4j.internal.model.PackedBatch;
import io.lota4j.internal.model.Scorer;
import io.lota4j.model.Sampling;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Scores examples with a decoder.
///
/// @param decoder the model
/// @param tokenizer turns generated ids into text
/// @param stop token ids that end an answer
/// @param batchSize examples per batch, and answers at a time; neither scores nor answers depend on it
/// @param generate most new tokens of an answer; 0: no answers are generated
/// @param check how an answer is held against the reference
public record Evaluator(
        Decoder decoder, Tokenizer tokenizer, Set<Integer> stop, int batchSize, int generate, AnswerCheck check) {

    /// Batches between two looks at the answers: while they are generated, waiting prompts take the places of those
    /// that have ended.
    private static final int ANSWERED = 4;

    /// The share of examples that one answer to all of them would have right; empty where no answers are
    /// generated.
    public OptionalDouble guess(List<Example> examples) {
        return generate == 0
                ? OptionalDouble.empty()
                : OptionalDouble.of(
                        check.guess(examples.stream().map(Example::answer).toList()));
    }

    /// Scores all examples.
    ///
    /// @throws io.lota4j.LotaException if a loss is NaN or infinite, with the row and the weight that is the reason
    public Evaluation run(List<Example> examples, ScoreListener listener) {
        return run(examples, listener, () -> false);
    }

    /// Scores examples until there are no more or `stop`, asked as often as the listener hears, says so: the scores are
    /// then those of the examples so far.
    public Evaluation run(List<Example> examples, ScoreListener listener, BooleanSupplier stop) {
        List<ExampleScore> scores = new ArrayList<>();
        Clock clock = new Clock();
        int step = Math.toIntExact(Math.min(examples.size(), (generate > 0 ? ANSWERED : 1L) * batchSize));
        try (Scorer scorer = new Scorer(decoder)) {
            for (int from = 0; from < examples.size() && !(from > 0 && stop.getAsBoolean()); from += step) {
                scores.addAll(scores(examples.subList(from, Math.min(examples.size(), from + step)), scorer, clock));
                listener.batch(scores.size(), examples.size(), clock.tokens + clock.newTokens);
            }
        }
        return new Evaluation(scores, clock.tokens, clock.nanos / 1e9, clock.newTokens, clock.newNanos / 1e9);
    }

    private static final class Clock {
        private long tokens;
        private long nanos;
        private long newTokens;
        private long newNanos;
    }

    private List<ExampleScore> scores(List<Example> some, Scorer scorer, Clock clock) {
        long start = System.nanoTime();
        List<Double> sums = new ArrayList<>();
        for (int from = 0; from < some.size(); from += batchSize) {
            List<Example> batch = some.subList(from, Math.min(some.size(), from + batchSize));
            Arrays.stream(sums(batch, scorer)).forEach(sums::add);
        }
        clock.nanos += System.nanoTime() - start;
        clock.tokens += some.stream().mapToLong(Example::length).sum();
        Generator generator = new Generator(decoder, stop, generate, new Sampling.Greedy(), 0);
        List<String> answers = generate > 0 ? answers(generator, some, clock) : List.of();
        List<ExampleScore> scores = new ArrayList<>();
        for (int i = 0; i < some.size(); i++) {
            Example example = some.get(i);
            @Nullable String answer = generate > 0 ? answers.get(i) : null;
            scores.add(new ExampleScore(
                    example.row(),
                    example.labelledTokens(),
                    sums.get(i),
                    answer,
                    answer == null ? null : check.check(answer, example.answer()),
                    answer != null && generator.room(example.promptIds().length) < generate));
        }
        return scores;
    }

    /// Sums of the log-probabilities of each example's scored tokens.
    private double[] sums(List<Example> batch, Scorer scorer) {
        double[] losses = scorer.losses(batch.stream()
                .map(e -> new PackedBatch.Sequence(e.ids(), e.labelled()))
                .toList());
        for (int i = 0; i < losses.length; i++) {
            if (!Double.isFinite(losses[i])) {
                throw decoder.notFinite(Text.format(
                        "The loss of data row %d (from 0) is %s", batch.get(i).row(), losses[i]));
            }
        }
        return Arrays.stream(losses).map(loss -> 0 - loss).toArray();
    }

    private List<String> answers(Generator generator, List<Example> some, Clock clock) {
        long start = System.nanoTime();
        List<Generator.Answer> answers =
                generator.generate(some.stream().map(Example::promptIds).toList(), batchSize);
        clock.newNanos += System.nanoTime() - start;
        clock.newTokens += answers.stream().mapToLong(a -> a.ids().length).sum();
        return answers.stream().map(a -> tokenizer.decode(a.ids())).toList();
    }
}
