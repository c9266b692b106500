package io.lota4j.internal.train.fit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.DType;
import io.lota4j.data.Dataset;
import io.lota4j.data.Example;
import io.lota4j.internal.kernel.java.JavaKernel;
import io.lota4j.internal.train.AdaptedModel;
import io.lota4j.internal.train.Runs;
import io.lota4j.internal.train.Sample;
import io.lota4j.mask.Mask;
import io.lota4j.mask.Pool;
import io.lota4j.mask.Scope;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.TicketInfo;
import io.lota4j.ticket.TicketTensor;
import io.lota4j.train.StateFile;
import io.lota4j.train.fit.FitConfig;
import io.lota4j.train.fit.FitConfig.Answers;
import io.lota4j.train.fit.FitConfig.Per;
import io.lota4j.train.fit.Fitted;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class FitTest {
    private static final FitConfig GIVEN = FitConfig.DEFAULT.answers(Answers.GIVEN);
    private static final Set<Integer> STOP = Set.of(3);

    /// Random changes of so large a share of the weights.
    private static Ticket ticket(AdaptedModel model, double sparsity, long seed, double size) {
        Mask mask = Runs.random(model, sparsity, Scope.GLOBAL, seed, Pool.standard());
        SplittableRandom random = new SplittableRandom(seed);
        Map<String, TicketTensor> tensors = new TreeMap<>();
        mask.tensors().forEach((name, tensor) -> {
            float[] values = new float[(int) tensor.count()];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) (size * random.nextGaussian());
            }
            DType type = model.base().info(name).dtype();
            tensors.put(name, new TicketTensor(tensor.shape(), DType.F32, tensor.trainable(), values, type));
        });
        TicketInfo info = new TicketInfo(
                mask.info().base(), mask.info().pool(), "random", OptionalDouble.empty(), Map.of("source", "test"));
        return new Ticket(info, tensors);
    }

    private static Fitted fitted(List<Ticket> tickets, List<Dataset> prompts, FitConfig config) {
        try (AdaptedModel model = Runs.model();
                Fit fit = new Fit(model, tickets, prompts, STOP, new JavaKernel(), config)) {
            return fit.run((what, done, all, divergence) -> {}, () -> false).orElseThrow();
        }
    }

    private static List<Ticket> tickets(double size, int... seeds) {
        try (AdaptedModel model = Runs.model()) {
            return Arrays.stream(seeds)
                    .mapToObj(seed -> ticket(model, seed == 0 ? 0 : 0.8, seed, size))
                    .toList();
        }
    }

    private static List<Dataset> prompts(int... seeds) {
        return Arrays.stream(seeds).mapToObj(seed -> Runs.data(seed, 12)).toList();
    }

    private static Optional<Fitted> fitted(List<Ticket> tickets, FitConfig config, StateFile state, int parts) {
        AtomicInteger left = new AtomicInteger(parts);
        try (AdaptedModel model = Runs.model();
                Fit fit = new Fit(model, tickets, prompts(1, 2), STOP, new JavaKernel(), config)) {
            return fit.run((what, done, all, divergence) -> {}, () -> left.getAndDecrement() <= 0, state, "these");
        }
    }

    /// Stopped among the answers, before the first step, between steps and at the last score.
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 4, 6, 9, 12})
    void aStoppedFitGoesOnAsIfItHadNotBeenStopped(int parts, @TempDir Path folder) {
        FitConfig config = FitConfig.DEFAULT.steps(5).generate(4).batch(4);
        List<Ticket> tickets = tickets(0.1, 1, 2);
        Fitted whole =
                fitted(tickets, config, StateFile.NONE, Integer.MAX_VALUE).orElseThrow();
        Path file = folder.resolve("fit.state");

        Optional<Fitted> stopped = fitted(tickets, config, StateFile.at(file), parts);
        assertThat(stopped).isEmpty();
        assertThat(file).exists();
        Fitted resumed = fitted(tickets, config, StateFile.at(file).resumed(), Integer.MAX_VALUE)
                .orElseThrow();

        assertThat(resumed.coefficients()).isEqualTo(whole.coefficients());
        assertThat(resumed.before()).isEqualTo(whole.before());
        assertThat(resumed.after()).isEqualTo(whole.after());
        assertThat(resumed.rows()).isEqualTo(whole.rows());
    }

    @Test
    void theStateOfAnotherFitIsRefused(@TempDir Path folder) throws IOException {
        FitConfig config = GIVEN.steps(3);
        List<Ticket> tickets = tickets(0.1, 1, 2);
        Path file = folder.resolve("fit.state");
        assertThat(fitted(tickets, config, StateFile.at(file), 2)).isEmpty();

        assertThatThrownBy(() ->
                        fitted(tickets, config.rate(0.1), StateFile.at(file).resumed(), 9))
                .isInstanceOf(LotaException.class)
                .hasMessageContaining("state of another fit");
        assertThatThrownBy(() -> fitted(tickets, config, StateFile.at(file), 9))
                .isInstanceOf(LotaException.class)
                .hasMessageContaining("left its state");
        assertThatThrownBy(() -> fitted(
                        tickets, config, StateFile.at(folder.resolve("none")).resumed(), 9))
                .isInstanceOf(LotaException.class)
                .hasMessageContaining("no state of a stopped fit");
        Files.writeString(file, Files.readString(file).replace("\"before\":[]", "\"before\":[1.0]"));
        assertThatThrownBy(() -> fitted(tickets, config, StateFile.at(file).resumed(), 9))
                .isInstanceOf(LotaException.class)
                .hasMessageContaining("damaged");
        Files.writeString(file, "{\"identity\":");
        assertThatThrownBy(() -> fitted(tickets, config, StateFile.at(file).resumed(), 9))
                .isInstanceOf(LotaException.class)
                .hasMessageContaining("is not valid JSON");
        Files.writeString(file, "{\"step\":\"many\"}");
        assertThatThrownBy(() -> fitted(tickets, config, StateFile.at(file).resumed(), 9))
                .isInstanceOf(LotaException.class)
                .hasMessageContaining("damaged");
    }

    @ParameterizedTest
    @EnumSource(Answers.class)
    void oneTicketAndItsOwnTeacherStayAsTheyAre(Answers answers) {
        FitConfig config = GIVEN.answers(answers).steps(5).generate(4);
        Fitted fitted = fitted(tickets(0.1, 1), prompts(1), config);
        assertThat(fitted.coefficients().values())
                .allSatisfy(own -> assertThat(own.getFirst().orElseThrow()).isCloseTo(1, within(1e-3)));
        assertThat(fitted.before()).containsExactly(0.0);
        assertThat(fitted.after()).containsExactly(0.0);
        assertThat(fitted.rows().getFirst().count()).isEqualTo(12);
    }

    @ParameterizedTest
    @EnumSource(Per.class)
    void ofATicketGivenTwiceOneHalfIsTakenOfEach(Per per) {
        Fitted fitted =
                fitted(tickets(0.1, 1, 1), prompts(1, 2), GIVEN.per(per).rows(3).batch(3));
        double[] sums = fitted.coefficients().values().stream()
                .mapToDouble(own -> own.get(0).orElseThrow() + own.get(1).orElseThrow())
                .toArray();
        assertThat(Arrays.stream(sums).average().orElseThrow()).isCloseTo(1, within(0.1));
        assertThat(Arrays.stream(sums).distinct().count()).isEqualTo(per == Per.TASK ? 1 : sums.length);
        assertThat(fitted.after().getFirst()).isLessThan(fitted.before().getFirst() / 5);
        assertThat(fitted.after().getLast()).isLessThan(fitted.before().getLast() / 5);
    }

    @Test
    void theGradientOfACoefficientAgreesWithFiniteDifferences() {
        List<Ticket> tickets = tickets(0.1, 1, 0, 2);
        List<Dataset> prompts = List.of(Runs.data(1, 2), Runs.data(2, 2), Runs.data(3, 2));
        try (AdaptedModel model = Runs.model();
                Fit fit = new Fit(model, tickets, prompts, STOP, new JavaKernel(), GIVEN)) {
            List<List<Sample>> batches =
                    prompts.stream().map(data -> Sample.all(data.examples())).toList();
            Coefficients coefficients = fit.coefficients();
            SplittableRandom random = new SplittableRandom(4);
            List<String> names = List.copyOf(coefficients.all().keySet());
            names.forEach(name -> Arrays.setAll(coefficients.of(name), t -> 0.5 + random.nextDouble()));
            assertThat(fit.gradients(batches)).isGreaterThan(0.01);
            Map<String, double[]> gradients = new TreeMap<>();
            names.forEach(
                    name -> gradients.put(name, coefficients.gradient(name).clone()));
            double largest = gradients.values().stream()
                    .flatMapToDouble(Arrays::stream)
                    .map(Math::abs)
                    .max()
                    .orElseThrow();
            for (String name : List.of(names.getFirst(), names.getLast())) {
                for (int t = 0; t < 3; t++) {
                    double[] own = coefficients.of(name);
                    double before = own[t];
                    own[t] = before + 1e-2;
                    double up = fit.gradients(batches);
                    own[t] = before - 1e-2;
                    double difference = (up - fit.gradients(batches)) / 2e-2;
                    own[t] = before;
                    double[] gradient = gradients.getOrDefault(name, new double[3]);
                    assertThat(difference).as("%s %d", name, t).isCloseTo(gradient[t], within(3e-3 * largest));
                }
            }
        }
    }

    /// What a ticket alone is held to is bit for bit what the ticket makes of the base, however often
    /// others came between.
    @Test
    void ticketsArePutOnAndOffExactly() {
        List<Ticket> tickets = tickets(0.1, 1, 2);
        try (AdaptedModel model = Runs.model();
                AdaptedModel expected = Runs.model();
                Fit fit = new Fit(model, tickets, prompts(1, 2), STOP, new JavaKernel(), GIVEN.steps(2))) {
            assertThat(fit.run((what, done, all, divergence) -> {}, () -> false))
                    .isPresent();
            fit.putAlone(1);
            expected.add(tickets.get(1));
            Runs.assertBits(model, Runs.bits(expected));
        }
    }

    @Test
    void theSameSeedGivesTheSameNumbersAndAnotherOthers() {
        List<Ticket> tickets = tickets(0.1, 1, 2);
        FitConfig config = GIVEN.steps(4).batch(4);
        Fitted once = fitted(tickets, prompts(1, 2), config);
        Fitted again = fitted(tickets, prompts(1, 2), config);
        assertThat(again.weights()).isEqualTo(once.weights());
        assertThat(again.provenance()).isEqualTo(once.provenance());
        assertThat(fitted(tickets, prompts(1, 2), config.seed(1)).weights()).isNotEqualTo(once.weights());
    }

    @Test
    void ownAnswersAreThoseOfTheTicketAlone() {
        List<Ticket> tickets = tickets(0.1, 1, 2);
        Fitted own = fitted(
                tickets, prompts(1, 1), GIVEN.answers(Answers.OWN).generate(5).steps(1));
        // Each answers the same prompts otherwise.
        assertThat(own.rows().get(0).digest()).isNotEqualTo(own.rows().get(1).digest());
        assertThat(own.rows().get(0).tokens()).isBetween(12L, 60L);
        Fitted fewer = fitted(tickets, prompts(1, 1), GIVEN.rows(5).steps(1));
        assertThat(fewer.rows()).extracting(Fitted.Rows::count).containsExactly(5, 5);
    }

    @ParameterizedTest
    @ValueSource(strings = {"answers", "before", "fit", "after"})
    void itEndsWhereItIsStopped(String where) {
        List<String> heard = new ArrayList<>();
        try (AdaptedModel model = Runs.model();
                Fit fit = new Fit(
                        model,
                        tickets(0.1, 1, 2),
                        prompts(1, 2),
                        STOP,
                        new JavaKernel(),
                        GIVEN.answers(Answers.OWN).generate(2).steps(3))) {
            assertThat(fit.run((what, done, all, divergence) -> heard.add(what), () -> heard.contains(where)))
                    .isEmpty();
        }
        assertThat(heard.getLast()).isEqualTo(where);
        assertThat(new TreeSet<>(heard)).contains(where);
    }

    @Test
    void whatDoesNotBelongTogetherIsRefused() {
        List<Ticket> tickets = tickets(0.1, 1, 2);
        List<Dataset> prompts = prompts(1, 2);
        Dataset empty = Runs.data(List.of(new Example(0, new int[] {1, 2}, new boolean[] {false, true}, 0, "", "")));
        try (AdaptedModel model = Runs.model();
                AdaptedModel other = Runs.model("llama")) {
            assertThatThrownBy(() -> new Fit(other, tickets, prompts, STOP, new JavaKernel(), GIVEN))
                    .isInstanceOf(LotaException.class)
                    .hasMessageContaining("The ticket is for the base with fingerprint");
            assertThatThrownBy(() -> new Fit(
                            model,
                            tickets,
                            List.of(prompts.getFirst(), empty),
                            STOP,
                            new JavaKernel(),
                            FitConfig.DEFAULT))
                    .isInstanceOf(LotaException.class)
                    .hasMessageContaining("The prompt of row 0 (from 0)");
        }
        assertThatThrownBy(() -> FitConfig.DEFAULT.steps(0).rate(-1))
                .isInstanceOf(LotaException.class)
                .hasMessageContaining("The steps of a fit must be at least 1, found 0.");
    }
}
