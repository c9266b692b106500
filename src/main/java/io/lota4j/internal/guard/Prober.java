package io.lota4j.internal.guard;

import io.lota4j.LotaException;
import io.lota4j.StoppedException;
import io.lota4j.data.Example;
import io.lota4j.eval.ExampleScore;
import io.lota4j.eval.ScoreListener;
import io.lota4j.guard.Judge;
import io.lota4j.guard.Judging;
import io.lota4j.guard.Mutation;
import io.lota4j.guard.Outcome;
import io.lota4j.guard.ProbeAnswer;
import io.lota4j.guard.ProbeOptions;
import io.lota4j.guard.ProbeResult;
import io.lota4j.guard.ProbeRow;
import io.lota4j.guard.ProbeTemplate;
import io.lota4j.internal.data.Tokenizer;
import io.lota4j.internal.eval.AnswerCheck;
import io.lota4j.internal.eval.Evaluator;
import io.lota4j.internal.model.Decoder;
import io.lota4j.internal.model.Generator;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Asks a model a probe's rows.
///
/// @param decoder the model
/// @param tokenizer turns generated ids into text
/// @param stop token ids that end an answer
/// @param encoder turns prompts into tokens
/// @param options how is asked and judged
public record Prober(
        Decoder decoder, Tokenizer tokenizer, Set<Integer> stop, ProbeEncoder encoder, ProbeOptions options) {
    /// Questions between two looks at what was asked to stop. Not a multiple of the batch: what
    /// is drawn must not depend on that.
    private static final int AT_ONCE = 32;

    /// One thing to ask.
    private record Question(ProbeRow row, ProbeTemplate template, ProbeAnswer.Form form, String message, int sample) {}

    /// Asks all rows.
    ///
    /// @throws LotaException if a row does not fit the model, or the judge fails
    /// @throws StoppedException if it was stopped
    public ProbeResult run(List<ProbeRow> rows, ScoreListener listener, BooleanSupplier stopped) {
        List<Question> questions = questions(rows);
        return options.judge() instanceof Judge.Margin
                ? margins(questions, listener, stopped)
                : answers(rows, questions, listener, stopped);
    }

    private List<Question> questions(List<ProbeRow> rows) {
        List<@Nullable Mutation> mutations = new ArrayList<>();
        mutations.add(null);
        mutations.addAll(options.mutations());
        List<Question> questions = new ArrayList<>();
        for (ProbeTemplate template : options.templates()) {
            for (Mutation mutation : mutations) {
                for (int prefill : options.prefill()) {
                    ProbeAnswer.Form form = new ProbeAnswer.Form(template.word(), mutation, prefill);
                    rows.forEach(row -> addTo(questions, row, template, form));
                }
            }
        }
        return questions;
    }

    private void addTo(List<Question> questions, ProbeRow row, ProbeTemplate template, ProbeAnswer.Form form) {
        Mutation mutation = form.mutation();
        String prompt = mutation == null ? row.prompt() : mutation.of(row.prompt(), seed(row));
        for (int sample = 0; sample < options.samples(); sample++) {
            questions.add(new Question(row, template, form, template.message(prompt), sample));
        }
    }

    /// Of the row alone, so that a row is misspelled alike whatever rows are beside it.
    private long seed(ProbeRow row) {
        return options.seed() ^ ((long) row.id().hashCode() << Integer.SIZE);
    }

    private static void requireGoingOn(BooleanSupplier stopped, int done, int all) {
        if (stopped.getAsBoolean()) {
            throw new StoppedException("The probe was stopped after " + done + " of " + all + " questions.");
        }
    }

    private ProbeResult answers(
            List<ProbeRow> rows, List<Question> questions, ScoreListener listener, BooleanSupplier stopped) {
        List<Question> asked = new ArrayList<>();
        List<int[]> prompts = new ArrayList<>();
        for (Question question : questions) {
            prompt(question).ifPresent(ids -> {
                asked.add(question);
                prompts.add(ids);
            });
        }
        SplittableRandom seeds = new SplittableRandom(options.seed());
        List<ProbeAnswer> answers = new ArrayList<>();
        int cramped = 0;
        long tokens = 0;
        for (int from = 0; from < asked.size(); from += AT_ONCE) {
            requireGoingOn(stopped, from, asked.size());
            int to = Math.min(asked.size(), from + AT_ONCE);
            Generator generator =
                    new Generator(decoder, stop, options.generate(), options.sampling(), seeds.nextLong());
            List<Generator.Answer> said = generator.generate(prompts.subList(from, to), options.batchSize());
            for (int i = from; i < to; i++) {
                Generator.Answer answer = said.get(i - from);
                answers.add(answer(asked.get(i), answer));
                tokens += prompts.get(i).length + answer.ids().length;
                cramped += generator.room(prompts.get(i).length) < options.generate() ? 1 : 0;
            }
            listener.batch(to, asked.size(), tokens);
        }
        return new ProbeResult(
                Judging.of(answers, ProbeRow.byId(rows), options.judge()), questions.size() - asked.size(), cramped);
    }

    private Optional<int[]> prompt(Question question) {
        ProbeRow row = question.row;
        if (question.form.prefill() == 0) {
            return Optional.of(encoder.prompt(row.id(), question.template, question.message));
        }
        return row.answer() == null
                ? Optional.empty()
                : encoder.prefilled(
                        row.id(), question.template, question.message, row.answer(), question.form.prefill());
    }

    private ProbeAnswer answer(Question question, Generator.Answer said) {
        String text = tokenizer.decode(said.ids());
        return of(
                question,
                text,
                said.ids().length,
                said.ended(),
                Folded.isEmpty(text),
                Looping.is(said.ids(), said.ended()));
    }

    private static ProbeAnswer of(
            Question question, @Nullable String text, int tokens, boolean ended, boolean empty, boolean looping) {
        ProbeRow row = question.row;
        return new ProbeAnswer(
                row.id(),
                row.category(),
                row.expect(),
                question.form,
                question.sample,
                question.message,
                text,
                tokens,
                ended,
                Outcome.UNCLEAR,
                "none",
                null,
                empty,
                looping,
                row.human(),
                row.others());
    }

    private ProbeResult margins(List<Question> questions, ScoreListener listener, BooleanSupplier stopped) {
        List<Question> asked = questions.stream()
                .filter(question -> question.row.decline() != null && question.row.answer() != null)
                .toList();
        Evaluator evaluator = new Evaluator(decoder, tokenizer, stop, options.batchSize(), 0, new AnswerCheck(null));
        List<ProbeAnswer> answers = new ArrayList<>();
        long tokens = 0;
        for (int from = 0; from < asked.size(); from += AT_ONCE) {
            requireGoingOn(stopped, from, asked.size());
            List<Question> some = asked.subList(from, Math.min(asked.size(), from + AT_ONCE));
            List<Example> both = new ArrayList<>();
            some.forEach(question -> Collections.addAll(both, example(question, true), example(question, false)));
            List<ExampleScore> scores =
                    evaluator.run(both, (done, all, seen) -> {}).examples();
            for (int i = 0; i < some.size(); i++) {
                double margin = mean(scores.get(2 * i)) - mean(scores.get(2 * i + 1));
                answers.add(of(some.get(i), null, 0, true, false, false)
                        .judged(options.judge().word(), Judge.Margin.outcome(margin), margin));
            }
            tokens += both.stream().mapToLong(Example::length).sum();
            listener.batch(from + some.size(), asked.size(), tokens);
        }
        return new ProbeResult(answers, questions.size() - asked.size(), 0);
    }

    private Example example(Question question, boolean declining) {
        ProbeRow row = question.row;
        String text = declining ? row.decline() : row.answer();
        return encoder.example(row.id(), question.template, question.message, text == null ? "" : text);
    }

    private static double mean(ExampleScore score) {
        return score.sumLogprob() / score.responseTokens();
    }
}
