package io.lota4j.internal.train.distill;

import io.lota4j.data.Example;
import io.lota4j.internal.model.Decoder;
import io.lota4j.internal.model.Generator;
import io.lota4j.model.Sampling;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;

/// Has a model answer prompts by itself, greedily, with the weights that it has.
///
/// @param decoder the model
/// @param stop token ids that end an answer
/// @param most new tokens of an answer, at least 1
public record OwnAnswers(Decoder decoder, Set<Integer> stop, int most) {
    /// Prompts that are answered at a time; the answers do not depend on it.
    private static final int AT_ONCE = 16;

    /// Prompts between two looks at the answers.
    private static final int ANSWERED = 4 * AT_ONCE;

    /// The same prompts with the model's own answers: every token of an answer is scored, the one that
    /// ended it included.
    ///
    /// @param prompts rows, whose own answers are not looked at
    /// @param listener hears how many prompts are answered
    /// @param stopped asked between parts
    /// @return one row a prompt, in their order; a prompt that leaves the model no room has no scored
    ///     token. Empty if it was stopped
    /// @throws io.lota4j.LotaException if a logit is NaN or infinite
    public Optional<List<Example>> to(List<Example> prompts, IntConsumer listener, BooleanSupplier stopped) {
        Generator generator = new Generator(decoder, stop, most, new Sampling.Greedy(), 0);
        List<Example> answered = new ArrayList<>();
        for (int from = 0; from < prompts.size(); from += ANSWERED) {
            if (stopped.getAsBoolean()) {
                return Optional.empty();
            }
            List<Example> some = prompts.subList(from, Math.min(prompts.size(), from + ANSWERED));
            List<Generator.Answer> answers =
                    generator.generate(some.stream().map(Example::promptIds).toList(), AT_ONCE);
            for (int i = 0; i < some.size(); i++) {
                answered.add(example(some.get(i), answers.get(i)));
            }
            listener.accept(answered.size());
        }
        return Optional.of(answered);
    }

    private static Example example(Example row, Generator.Answer answer) {
        int[] own = answer.ids();
        int[] ids = Arrays.copyOf(own, own.length + (answer.ended() ? 1 : 0));
        answer.end().ifPresent(end -> ids[own.length] = end);
        return example(row, ids);
    }

    /// A prompt with an answer that was given before.
    ///
    /// @param answer all its tokens, the one that ended it included
    public static Example example(Example row, int[] answer) {
        int[] prompt = row.promptIds();
        int[] ids = Arrays.copyOf(prompt, prompt.length + answer.length);
        System.arraycopy(answer, 0, ids, prompt.length, answer.length);
        boolean[] scored = new boolean[ids.length];
        Arrays.fill(scored, prompt.length, ids.length, true);
        return new Example(row.row(), ids, scored, prompt, row.prompt(), "");
    }
}
