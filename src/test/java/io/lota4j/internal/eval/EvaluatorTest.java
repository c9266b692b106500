package io.lota4j.internal.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lota4j.Golden;
import io.lota4j.LotaException;
import io.lota4j.data.Example;
import io.lota4j.eval.Evaluation;
import io.lota4j.eval.ExampleScore;
import io.lota4j.eval.Verdict;
import io.lota4j.internal.data.Tokenizer;
import io.lota4j.internal.model.Decoder;
import io.lota4j.internal.model.Generator;
import io.lota4j.internal.model.PackedBatch;
import io.lota4j.model.Sampling;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EvaluatorTest {
    private static final AnswerCheck WHOLE = new AnswerCheck(null);
    private static final int MAX_NEW = 5;

    private final List<Example> examples = examples(21, 7);

    @SuppressWarnings("NullAway.Init") // set before the tests
    private Decoder decoder;

    @SuppressWarnings("NullAway.Init") // set before the tests
    private Tokenizer tokenizer;

    @BeforeAll
    void open() {
        decoder = Decoder.open(Golden.path("models/llama-tied"));
        tokenizer = Tokenizer.of(Golden.path("tokenizer/byte-level"));
    }

    @AfterAll
    void close() {
        decoder.close();
        tokenizer.close();
    }

    @Test
    void sumsAreThoseOfTheLosses() {
        Evaluation scores = run(examples, 3, 0, WHOLE);
        double all = 0;
        long tokens = 0;
        for (int e = 0; e < examples.size(); e++) {
            Example example = examples.get(e);
            ExampleScore score = scores.examples().get(e);
            double sum = decoder.losses(
                            PackedBatch.of(List.of(new PackedBatch.Sequence(example.ids(), example.labelled()))))
                    .sum();
            assertThat(score.index()).isEqualTo(example.row());
            assertThat(score.responseTokens()).isEqualTo(example.labelledTokens());
            assertThat(-score.sumLogprob()).as("example %d", e).isCloseTo(sum, within(1e-5));
            assertThat(score.generated()).isNull();
            assertThat(score.correct()).isNull();
            all += sum;
            tokens += example.labelledTokens();
        }
        assertThat(scores.responseTokens()).isEqualTo(tokens);
        assertThat(scores.loss()).isCloseTo(all / tokens, within(1e-6));
        assertThat(scores.accuracy()).isEmpty();
        assertThat(scores.generated()).isFalse();
        assertThat(scores.tokens())
                .isEqualTo(examples.stream().mapToInt(Example::length).sum());
    }

    @Test
    void aLossThatIsNoNumberIsAnErrorWithItsRowAndTensor() {
        try (Decoder broken = Decoder.open(Golden.path("models/llama-tied"))) {
            broken.weights()
                    .memory("model.layers.1.mlp.up_proj.weight")
                    .update(values -> values.setAtIndex(ValueLayout.JAVA_FLOAT, 5, Float.NaN));
            Evaluator evaluator = new Evaluator(broken, tokenizer, Set.of(), 3, 0, WHOLE);
            assertThatThrownBy(() -> evaluator.run(examples, (done, all, tokens) -> {}))
                    .isInstanceOf(LotaException.class)
                    .hasMessage(
                            "The loss of data row %d (from 0) is NaN. Tensor 'model.layers.1.mlp.up_proj.weight' of"
                                + " the model has values that are NaN or infinite: the base is damaged, or a ticket on"
                                + " it is.",
                            examples.getFirst().row());
            assertThatThrownBy(() -> new Generator(broken, Set.of(), 2, new Sampling.Greedy(), 0)
                            .generate(List.of(new int[] {1, 2})))
                    .isInstanceOf(LotaException.class)
                    .hasMessageStartingWith(
                            "After 0 new tokens of answer 1 a token's logit is NaN. Tensor 'model.layers.1")
                    .hasMessageContaining("up_proj");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 5, 100})
    void scoresDoNotDependOnTheBatchSize(int batch) {
        Evaluation one = run(examples, 1, MAX_NEW, WHOLE);
        Evaluation many = run(examples, batch, MAX_NEW, WHOLE);
        assertThat(many.loss()).isCloseTo(one.loss(), within(1e-6));
        assertThat(many.generatedTokens()).isEqualTo(one.generatedTokens());
        for (int e = 0; e < examples.size(); e++) {
            ExampleScore found = many.examples().get(e);
            ExampleScore expected = one.examples().get(e);
            assertThat(found.generated()).isEqualTo(expected.generated());
            assertThat(found.sumLogprob()).isCloseTo(expected.sumLogprob(), within(1e-5));
        }
    }

    @Test
    void answersAreHeldAgainstTheReferences() {
        Evaluation first = run(examples, 4, MAX_NEW, WHOLE);
        assertThat(first.examples()).extracting(ExampleScore::verdict).doesNotContain(Verdict.UNPARSED);
        List<Example> known = new ArrayList<>(examples);
        Example last = examples.getLast();
        String answer = Objects.requireNonNull(first.examples().getLast().generated());
        known.set(
                known.size() - 1,
                new Example(last.row(), last.ids(), last.labelled(), last.promptLength(), "", answer));
        Evaluation scores = run(known, 4, MAX_NEW, WHOLE);
        assertThat(scores.examples().getLast().correct()).isTrue();
        assertThat(scores.correct()).isEqualTo(first.correct() + 1);
        assertThat(scores.accuracy()).hasValue((double) scores.correct() / examples.size());

        Evaluation unparsed = run(known, 4, MAX_NEW, new AnswerCheck(Pattern.compile("never (seen)")));
        assertThat(unparsed.unparsed()).isEqualTo(examples.size());
        assertThat(unparsed.accuracy()).hasValue(0);
    }

    /// A row without room for all that was asked for ends nothing: it gets what room there is, and is counted.
    @Test
    void answersHaveWhatRoomThereIs() {
        int positions = decoder.config().maxPositions();
        Evaluation most = run(examples, 3, positions, WHOLE);
        assertThat(most.cramped()).isEqualTo(examples.size());
        assertThat(most.loss()).isCloseTo(run(examples, 3, 0, WHOLE).loss(), within(1e-6));
        assertThat(most.roomNotice(positions))
                .hasValue("7 of 7 rows had room for fewer than 64 new tokens: the model's positions end before.");
        assertThat(run(examples, 3, 1, WHOLE).roomNotice(1)).isEmpty();
    }

    @Test
    void theListenerHearsOfEveryBatch() {
        List<String> heard = new ArrayList<>();
        evaluator(3, 0, WHOLE).run(examples, (done, all, tokens) -> heard.add(done + "/" + all));
        assertThat(heard).containsExactly("3/7", "6/7", "7/7");
    }

    private Evaluation run(List<Example> rows, int batch, int generate, AnswerCheck check) {
        return evaluator(batch, generate, check).run(rows, (done, all, tokens) -> {});
    }

    private Evaluator evaluator(int batch, int generate, AnswerCheck check) {
        return new Evaluator(decoder, tokenizer, Set.of(2), batch, generate, check);
    }

    /// A prompt of some tokens and an answer of some tokens; the references match nothing.
    private static List<Example> examples(long seed, int count) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Example> examples = new ArrayList<>();
        for (int row = 0; row < count; row++) {
            int prompt = 1 + random.nextInt(8);
            int length = prompt + 1 + random.nextInt(6);
            boolean[] scored = new boolean[length];
            for (int t = prompt; t < length; t++) {
                scored[t] = true;
            }
            examples.add(new Example(10 * row, random.ints(length, 0, 128).toArray(), scored, prompt, "", "none"));
        }
        return examples;
    }
}
