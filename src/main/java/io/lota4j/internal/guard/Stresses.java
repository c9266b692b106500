package io.lota4j.internal.guard;

import io.lota4j.LotaException;
import io.lota4j.data.Example;
import io.lota4j.eval.ExampleScore;
import io.lota4j.guard.Expectation;
import io.lota4j.guard.Judge;
import io.lota4j.guard.ProbeOptions;
import io.lota4j.guard.ProbeRow;
import io.lota4j.guard.ProbeStoppedException;
import io.lota4j.guard.Rates;
import io.lota4j.guard.Stress;
import io.lota4j.guard.StressOptions;
import io.lota4j.internal.SplitMix64;
import io.lota4j.internal.Text;
import io.lota4j.internal.data.BatchOrder;
import io.lota4j.internal.data.Tokenizer;
import io.lota4j.internal.eval.AnswerCheck;
import io.lota4j.internal.eval.Evaluator;
import io.lota4j.internal.guard.ProbeQuestions.Asked;
import io.lota4j.internal.guard.ProbeQuestions.Asking;
import io.lota4j.internal.model.Decoder;
import io.lota4j.internal.model.SoftGradient;
import io.lota4j.internal.train.MicroBatch;
import io.lota4j.internal.train.Sample;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;

/// Moves soft inputs so that a model complies, within growing bounds, and sees how often it does
/// on other rows. Weights stay as they are.
public final class Stresses {
    /// Rows of the embedding that are read at once.
    private static final int BLOCK = 1024;

    private final Decoder decoder;
    private final ProbeEncoder encoder;
    private final StressOptions how;
    private final Slots slots;
    private final int width;
    private final Prober prober;
    private final Evaluator evaluator;
    private final String neutralText;

    /// @throws LotaException if the tokenizer has no neutral token
    public Stresses(Decoder decoder, Tokenizer tokenizer, Set<Integer> stop, ProbeEncoder encoder, StressOptions how) {
        this.decoder = decoder;
        this.encoder = encoder;
        this.how = how;
        int positions = decoder.config().maxPositions();
        this.slots = Slots.of(tokenizer, how.slots(), decoder.config().vocabSize(), positions);
        this.width = decoder.config().hiddenSize();
        ProbeOptions options = ProbeOptions.of(new Judge.Margin(), 1).templates(Slots.TEMPLATE);
        this.prober = new Prober(decoder, tokenizer, stop, encoder, options);
        this.evaluator = new Evaluator(decoder, tokenizer, stop, options.batchSize(), 0, new AnswerCheck(null));
        this.neutralText = tokenizer.piece(slots.neutral());
    }

    /// Moves soft inputs within every radius.
    ///
    /// @param train rows by which the inputs are moved: those that expect to decline and have a
    ///     complying text
    /// @param test rows that are judged: those with both texts
    /// @return with fewer points than asked for if it was stopped; empty if nothing was seen by
    ///     then
    /// @throws LotaException if a row does not fit, or none of either has its texts
    public Optional<Stress> run(
            List<ProbeRow> train, List<ProbeRow> test, StressOptions.Listener listener, BooleanSupplier stop) {
        List<Example> moving = complying(train);
        Asking asking = slotted(prober.asking(test));
        if (asking.asked().isEmpty()) {
            throw new LotaException(
                    "No row of the probe has both texts, 'decline' and 'answer', by whose margin it is" + " judged.");
        }
        long declining = train.stream()
                .filter(row -> row.expect() == Expectation.DECLINE)
                .count();
        Geometry geometry = geometry();
        List<Stress.Point> points = new ArrayList<>();
        Optional<Rates> none = Optional.empty();
        try {
            double[][] change = new double[how.slots()][width];
            none = Optional.of(rates(asking, test, geometry, change, stop));
            for (int r = 0; r < how.radii().size(); r++) {
                double radius = how.radii().get(r);
                SlotSteps steps = new SlotSteps(how.norm(), geometry.bound(radius, how.norm(), width));
                Best best = moved(change, steps, moving, geometry, r, listener, stop);
                change = best.change;
                Rates rates = rates(asking, test, geometry, change, stop);
                List<Rates> random = new ArrayList<>();
                for (int draw = 0; draw < StressOptions.DRAWS; draw++) {
                    SplittableRandom draws = new SplittableRandom(stream("chance " + radius + " " + draw));
                    random.add(rates(asking, test, geometry, steps.random(how.slots(), width, draws), stop));
                }
                points.add(new Stress.Point(radius, best.loss, rates, random));
            }
        } catch (ProbeStoppedException stopped) {
            // What was seen by then stands.
        } finally {
            decoder.weights().read(new float[0]);
        }
        return none.map(rates -> new Stress(
                neutralText,
                how.slots(),
                geometry.meanNorm,
                geometry.nearest,
                moving.size(),
                asking.leftOut() + Math.toIntExact(declining - moving.size()),
                rates,
                points));
    }

    private List<Example> complying(List<ProbeRow> rows) {
        List<Example> examples = rows.stream()
                .filter(row -> row.expect() == Expectation.DECLINE && row.answer() != null)
                .map(row -> slots.in(
                        encoder.example(
                                row.id(),
                                Slots.TEMPLATE,
                                Slots.TEMPLATE.message(row.prompt()),
                                Objects.requireNonNull(row.answer())),
                        row.id()))
                .toList();
        if (examples.isEmpty()) {
            throw new LotaException(Text.format(
                    "None of the %d rows to move soft inputs by expects to decline and has a text 'answer' that"
                            + " complies.",
                    rows.size()));
        }
        return examples;
    }

    private Asking slotted(Asking asking) {
        return new Asking(
                asking.asked().stream()
                        .map(one -> new Asked(
                                one.question(),
                                one.prompt(),
                                one.compared().stream()
                                        .map(example -> slots.in(
                                                example, one.question().row().id()))
                                        .toList()))
                        .toList(),
                asking.leftOut());
    }

    /// A stream of random numbers of its own, of the seed and a name.
    private long stream(String name) {
        return SplitMix64.mix(how.seed() ^ SplitMix64.mix(name.hashCode()));
    }

    /// The embedding as radii are counted in it.
    ///
    /// @param neutral the neutral token's row
    @SuppressWarnings("ArrayRecordComponent") // made once, never written
    private record Geometry(float[] neutral, double meanNorm, double nearest) {
        double bound(double radius, StressOptions.Norm norm, int width) {
            return radius * meanNorm / (norm == StressOptions.Norm.L2 ? 1 : Math.sqrt(width));
        }

        float[] moved(double[][] change) {
            float[] rows = new float[change.length * neutral.length];
            for (int slot = 0; slot < change.length; slot++) {
                for (int i = 0; i < neutral.length; i++) {
                    rows[slot * neutral.length + i] = (float) (neutral[i] + change[slot][i]);
                }
            }
            return rows;
        }
    }

    private Geometry geometry() {
        int vocabulary = decoder.config().vocabSize();
        String embedding = decoder.config().blocks().embedding();
        float[] neutral = new float[width];
        decoder.weights().read(embedding, (long) slots.neutral() * width, MemorySegment.ofArray(neutral));
        double norms = 0;
        double nearest = Double.POSITIVE_INFINITY;
        for (int from = 0; from < vocabulary; from += BLOCK) {
            float[] rows = new float[Math.min(BLOCK, vocabulary - from) * width];
            decoder.weights().read(embedding, (long) from * width, MemorySegment.ofArray(rows));
            for (int row = 0; row * width < rows.length; row++) {
                double norm = 0;
                double distance = 0;
                for (int i = 0; i < width; i++) {
                    double value = rows[row * width + i];
                    norm += value * value;
                    distance += (value - neutral[i]) * (value - neutral[i]);
                }
                norms += Math.sqrt(norm);
                if (from + row != slots.neutral()) {
                    nearest = Math.min(nearest, Math.sqrt(distance));
                }
            }
        }
        return new Geometry(neutral, norms / vocabulary, nearest);
    }

    private Rates rates(
            Asking asking, List<ProbeRow> test, Geometry geometry, double[][] change, BooleanSupplier stop) {
        decoder.weights().read(geometry.moved(change));
        return new Rates(
                prober.run(test, asking, (done, all, tokens) -> {}, stop).answers());
    }

    /// @param loss of the deciding rows
    @SuppressWarnings("ArrayRecordComponent") // given away
    private record Best(double[][] change, double loss) {}

    /// The change with the least loss of the deciding rows, of those that a radius' steps come by.
    private Best moved(
            double[][] start,
            SlotSteps steps,
            List<Example> rows,
            Geometry geometry,
            int radius,
            StressOptions.Listener listener,
            BooleanSupplier stop) {
        List<Example> deciding = Arrays.stream(
                        new BatchOrder(rows.size(), StressOptions.DECIDING, stream("deciding rows"), true).step(0))
                .mapToObj(rows::get)
                .toList();
        BatchOrder order = new BatchOrder(rows.size(), StressOptions.ROWS, stream("rows " + radius), true);
        double[][] change = copy(start);
        Best best = new Best(copy(start), loss(deciding, geometry, change));
        long all = (long) how.steps() * how.radii().size();
        for (int step = 0; step < how.steps(); step++) {
            if (stop.getAsBoolean()) {
                throw new ProbeStoppedException("The stress was stopped.", List.of());
            }
            Slope slope =
                    slope(Arrays.stream(order.step(step)).mapToObj(rows::get).toList(), geometry, change);
            steps.step(change, slope.gradient, steps.bound() / 10);
            if ((step + 1) % StressOptions.EVERY == 0 || step == how.steps() - 1) {
                double loss = loss(deciding, geometry, change);
                best = loss < best.loss ? new Best(copy(change), loss) : best;
            }
            listener.at((long) radius * how.steps() + step + 1, all, slope.loss);
        }
        return best;
    }

    private static double[][] copy(double[][] change) {
        return Arrays.stream(change).map(double[]::clone).toArray(double[][]::new);
    }

    /// Loss of the complying answers, nats a token, mean over rows.
    private double loss(List<Example> rows, Geometry geometry, double[][] change) {
        decoder.weights().read(geometry.moved(change));
        List<ExampleScore> scores =
                evaluator.run(rows, (done, all, tokens) -> {}).examples();
        return scores.stream()
                .mapToDouble(score -> -score.sumLogprob() / score.responseTokens())
                .average()
                .orElseThrow();
    }

    @SuppressWarnings("ArrayRecordComponent") // given away
    private record Slope(double loss, double[][] gradient) {}

    /// Loss of some rows, as [#loss], and its gradient with respect to the slots.
    private Slope slope(List<Example> rows, Geometry geometry, double[][] change) {
        decoder.weights().read(geometry.moved(change));
        double loss = 0;
        SoftGradient sum = new SoftGradient(how.slots(), width);
        for (MicroBatch part :
                MicroBatch.passes(Sample.all(rows), decoder.device().chunk())) {
            float[] weights = new float[part.scored()];
            for (int sequence = 0; sequence < part.counts().length; sequence++) {
                int from = part.starts()[sequence];
                int count = part.counts()[sequence];
                Arrays.fill(weights, from, from + count, 1f / count / rows.size());
            }
            float[] losses = decoder.gradients(part.batch(), weights, sum).tokenLosses();
            for (int token = 0; token < losses.length; token++) {
                loss += losses[token] * weights[token];
            }
        }
        return new Slope(loss, sum.rows());
    }
}
