package io.lota4j.internal.guard;

import io.lota4j.LotaException;
import io.lota4j.data.Example;
import io.lota4j.guard.Judge;
import io.lota4j.guard.Mutation;
import io.lota4j.guard.ProbeAnswer;
import io.lota4j.guard.ProbeOptions;
import io.lota4j.guard.ProbeRow;
import io.lota4j.guard.ProbeTemplate;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What a probe asks, in tokens.
///
/// @param encoder turns prompts into tokens
/// @param options how is asked and judged
public record ProbeQuestions(ProbeEncoder encoder, ProbeOptions options) {
    /// One way to ask every row.
    ///
    /// @param template how a prompt becomes a text
    /// @param mutation of the prompt, or null for none
    /// @param prefill tokens of the complying answer that stand before what is generated
    public record Way(ProbeTemplate template, @Nullable Mutation mutation, int prefill) {
        /// As answers have it.
        public ProbeAnswer.Form form() {
            return new ProbeAnswer.Form(template.word(), mutation, prefill);
        }
    }

    /// One thing to ask.
    record Question(ProbeRow row, Way way, String message, int sample) {}

    /// A question whose row has what it needs.
    ///
    /// @param prompt token ids that an answer is generated behind; with a margin, which generates
    ///     none, empty
    /// @param compared the declining and the complying answer, with a margin; else empty
    record Asked(Question question, int[] prompt, List<Example> compared) {}

    /// What there is to ask.
    ///
    /// @param asked row by row within each way
    /// @param leftOut how many questions cannot be asked for want of a text in their row
    public record Asking(List<Asked> asked, int leftOut) {
        public Asking {
            asked = List.copyOf(asked);
        }

        /// Token ids that a model reads, one array a prompt or scored example.
        public Stream<int[]> ids() {
            return asked.stream()
                    .flatMap(one -> one.compared.isEmpty()
                            ? Stream.of(one.prompt)
                            : one.compared.stream().map(Example::ids));
        }
    }

    /// Every way to ask: each template without a mutation and with each, at every prefill.
    public static List<Way> ways(ProbeOptions options) {
        List<@Nullable Mutation> mutations = new ArrayList<>();
        mutations.add(null);
        mutations.addAll(options.mutations());
        List<Way> ways = new ArrayList<>();
        for (ProbeTemplate template : options.templates()) {
            for (Mutation mutation : mutations) {
                for (int prefill : options.prefill()) {
                    ways.add(new Way(template, mutation, prefill));
                }
            }
        }
        return ways;
    }

    /// What rows are asked.
    ///
    /// @throws LotaException if a row does not fit the model
    public Asking of(List<ProbeRow> rows, List<Way> ways) {
        List<Asked> asked = new ArrayList<>();
        int questions = 0;
        for (Way way : ways) {
            for (ProbeRow row : rows) {
                String prompt = way.mutation == null ? row.prompt() : way.mutation.of(row.prompt(), seed(row));
                Optional<Asked> first = asked(new Question(row, way, way.template.message(prompt), 0));
                for (int sample = 0; sample < options.samples(); sample++) {
                    questions++;
                    int number = sample;
                    first.ifPresent(one -> asked.add(
                            new Asked(new Question(row, way, one.question.message, number), one.prompt, one.compared)));
                }
            }
        }
        return new Asking(asked, questions - asked.size());
    }

    /// Of the row alone, so that a row is misspelled alike whatever rows are beside it.
    private long seed(ProbeRow row) {
        return options.seed() ^ ((long) row.id().hashCode() << Integer.SIZE);
    }

    private Optional<Asked> asked(Question question) {
        ProbeRow row = question.row;
        if (options.judge() instanceof Judge.Margin) {
            return row.decline() == null || row.answer() == null
                    ? Optional.empty()
                    : Optional.of(new Asked(
                            question, new int[0], List.of(example(question, true), example(question, false))));
        }
        return prompt(question).map(ids -> new Asked(question, ids, List.of()));
    }

    private Optional<int[]> prompt(Question question) {
        ProbeRow row = question.row;
        Way way = question.way;
        if (way.prefill == 0) {
            return Optional.of(encoder.prompt(row.id(), way.template, question.message));
        }
        return row.answer() == null
                ? Optional.empty()
                : encoder.prefilled(row.id(), way.template, question.message, row.answer(), way.prefill);
    }

    private Example example(Question question, boolean declining) {
        ProbeRow row = question.row;
        String text = Objects.requireNonNull(declining ? row.decline() : row.answer());
        return encoder.example(row.id(), question.way.template, question.message, text);
    }
}
