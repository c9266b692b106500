package io.lota4j.internal.guard;

import io.lota4j.LotaException;
import io.lota4j.StoppedException;
import io.lota4j.data.Dataset;
import io.lota4j.data.Example;
import io.lota4j.eval.Evaluation;
import io.lota4j.eval.Verdict;
import io.lota4j.guard.Detector;
import io.lota4j.guard.DetectorOptions;
import io.lota4j.guard.DetectorRows;
import io.lota4j.internal.Text;
import io.lota4j.internal.data.Tokenizer;
import io.lota4j.internal.eval.AnswerCheck;
import io.lota4j.internal.eval.Evaluator;
import io.lota4j.internal.mask.TensorValues;
import io.lota4j.internal.train.AdaptedModel;
import io.lota4j.internal.train.Job;
import io.lota4j.internal.train.StartingWeights;
import io.lota4j.internal.train.Trainer;
import io.lota4j.internal.train.distill.OwnAnswers;
import io.lota4j.mask.Mask;
import io.lota4j.mask.MaskInfo;
import io.lota4j.mask.MaskTensor;
import io.lota4j.ticket.Ticket;
import io.lota4j.train.RunState;
import io.lota4j.train.TrainConfig;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.RoaringBitmap;

/// Makes a detector: an expert that forgets what the suspect does on clean rows, an auxiliary
/// model that does not, and a threshold.
///
/// @param models opens the base with tickets on it
/// @param tokenizer turns answers into text
/// @param stopTokens token ids that end an answer
/// @param jobs makes runs
/// @param suspect the ticket that is suspected, or null where the base is
/// @param mask which weights expert and auxiliary model may change
/// @param check how an answer is held against the row's
public record Detection(
        Models models,
        Tokenizer tokenizer,
        Set<Integer> stopTokens,
        Jobs jobs,
        @Nullable Ticket suspect,
        Mask mask,
        DetectorOptions how,
        AnswerCheck check) {
    /// Opens the base with tickets on it for some work.
    @FunctionalInterface
    public interface Models {
        <T> T with(List<Ticket> tickets, Function<AdaptedModel, T> work);
    }

    /// Makes a run of a model that trains a mask's weights.
    @FunctionalInterface
    public interface Jobs {
        Job of(AdaptedModel model, Mask mask, Dataset data, TrainConfig config, StartingWeights start);
    }

    /// The weights that a ticket changes.
    public static Mask of(Ticket ticket) {
        Map<String, MaskTensor> tensors = new TreeMap<>();
        ticket.tensors().forEach((name, tensor) -> {
            RoaringBitmap index = tensor.index().clone();
            if (tensor.exact() != null) {
                index.or(tensor.exact().index());
            }
            tensors.put(name, new MaskTensor(tensor.shape(), index));
        });
        Map<String, String> origin = new LinkedHashMap<>();
        origin.put(MaskInfo.SOURCE, "ticket");
        return new Mask(
                new MaskInfo(
                        ticket.info().base(),
                        ticket.info().pool(),
                        ticket.info().scope(),
                        1 - ticket.density(),
                        OptionalDouble.empty(),
                        origin),
                tensors);
    }

    /// Refuses rows that cannot make a detector, before any work.
    ///
    /// @throws LotaException if there are too few calibration rows, or rows stand in two sets
    public static void requireFit(DetectorRows rows, DetectorOptions how) {
        requireEnough(rows.calibrate().examples().size(), how, "calibration rows");
        requireApart(rows.clean(), rows.calibrate());
        requireApart(rows.clean(), rows.test());
        requireApart(rows.calibrate(), rows.test());
    }

    private static void requireEnough(int rows, DetectorOptions how, String what) {
        if (rows < how.least()) {
            throw new LotaException(Text.format(
                    "A rate of %s false alarms needs at least %d %s, found %d: with fewer no input could be an alert."
                            + " Give more rows, or a larger rate.",
                    how.rate(), how.least(), what, rows));
        }
    }

    private static void requireApart(Dataset one, Dataset other) {
        Map<String, Integer> prompts = new LinkedHashMap<>();
        one.examples().forEach(row -> prompts.putIfAbsent(row.prompt(), row.row()));
        for (Example row : other.examples()) {
            Integer twin = prompts.get(row.prompt());
            if (twin != null) {
                throw new LotaException(Text.format(
                        "%s and %s have the same prompt. Clean rows, calibration rows and test rows must be others.",
                        one.place(twin), other.place(row.row())));
            }
        }
    }

    /// What is scored: rows with the suspect's own answers.
    ///
    /// @param rows calibration rows, then those of each use
    private record Asked(List<Example> rows, List<@Nullable String> answers, List<Boolean> right) {}

    /// Makes it, and asks it.
    ///
    /// @throws LotaException if no rate makes an expert that forgets, or too few calibration rows
    ///     are answered right
    /// @throws StoppedException if it was stopped
    public Detector run(DetectorRows rows, DetectorOptions.Listener listener, BooleanSupplier stop) {
        requireFit(rows, how);
        int heldOut = Math.min(
                DetectorOptions.HELD_OUT, Math.max(1, rows.clean().examples().size() / 5));
        int learned = rows.clean().examples().size() - heldOut;
        if (learned < 2) {
            throw new LotaException("A detector needs at least 3 clean rows, found "
                    + rows.clean().examples().size() + ".");
        }
        Dataset right = rows.clean().part(0, learned);
        Dataset held = rows.clean().part(learned, learned + heldOut);
        Dataset wrong = right.withExamples(OtherAnswers.of(right.examples(), how.seed()));
        List<Example> all = new ArrayList<>(rows.calibrate().examples());
        for (DetectorRows.Use use : DetectorRows.Use.values()) {
            all.addAll(rows.of(use));
        }
        Asked asked = models.with(onBase(), model -> asked(model, all, listener, stop));
        int calibrate = rows.calibrate().examples().size();
        List<Integer> answered = new ArrayList<>();
        for (int row = 0; row < calibrate; row++) {
            if (asked.right.get(row)) {
                answered.add(row);
            }
        }
        requireEnough(answered.size(), how, "calibration rows that the suspect answers right");
        double suspectRight = models.with(onBase(), model -> right(model, held));
        Model expert = expert(wrong, held, asked, listener, stop);
        Model auxiliary = auxiliary(right, held, asked, expert.tried.getLast().lr(), listener, stop);
        double[] scores = new double[all.size()];
        Arrays.setAll(scores, row -> Suspicion.score(expert.confidences[row], auxiliary.confidences[row]));
        List<Double> calibration =
                answered.stream().map(row -> scores[row]).sorted().toList();
        List<Detector.Scored> scored = new ArrayList<>();
        int at = calibrate;
        for (DetectorRows.Use use : DetectorRows.Use.values()) {
            for (Example row : rows.of(use)) {
                double p = Suspicion.p(calibration, scores[at]);
                scored.add(new Detector.Scored(
                        use,
                        row.row(),
                        String.valueOf(asked.answers.get(at)),
                        asked.right.get(at),
                        expert.confidences[at],
                        auxiliary.confidences[at],
                        scores[at],
                        p,
                        p <= how.rate()));
                at++;
            }
        }
        return new Detector(
                expert.ticket,
                auxiliary.ticket,
                expert.tried,
                heldOut,
                suspectRight,
                auxiliary.tried.getLast().right(),
                answered.size(),
                calibrate,
                how.rate(),
                calibration,
                scored);
    }

    private List<Ticket> onBase() {
        return suspect == null ? List.of() : List.of(suspect);
    }

    private Evaluator evaluator(AdaptedModel model, int generate) {
        return new Evaluator(model.decoder(), tokenizer, stopTokens, how.batchSize(), generate, check);
    }

    private Asked asked(
            AdaptedModel model, List<Example> all, DetectorOptions.Listener listener, BooleanSupplier stop) {
        List<Example> own = new OwnAnswers(model.decoder(), stopTokens, how.generate())
                .to(all, done -> listener.at("answers", done, all.size()), stop)
                .orElseThrow(Detection::stopped);
        List<@Nullable String> answers = new ArrayList<>();
        List<Boolean> right = new ArrayList<>();
        for (int row = 0; row < all.size(); row++) {
            Example one = own.get(row);
            if (one.labelledTokens() == 0) {
                throw new LotaException(Text.format(
                        "Row %d (from 0) leaves the model no room for an answer; give shorter rows.", one.row()));
            }
            int last = one.length() - (stopTokens.contains(one.ids()[one.length() - 1]) ? 1 : 0);
            String text = tokenizer.decode(Arrays.copyOfRange(one.ids(), one.promptLength(), last));
            answers.add(text);
            right.add(check.check(text, all.get(row).answer()) == Verdict.CORRECT);
        }
        requireGoingOn(stop);
        return new Asked(own, answers, right);
    }

    private double right(AdaptedModel model, Dataset rows) {
        Evaluation found = evaluator(model, how.generate()).run(rows.examples(), (done, all, tokens) -> {});
        return found.examples().stream()
                .mapToDouble(row -> row.verdict() == Verdict.CORRECT ? 1 : 0)
                .average()
                .orElseThrow();
    }

    /// Confidence in the suspect's answers.
    private double[] confidences(AdaptedModel model, Asked asked, BooleanSupplier stop) {
        Evaluation found = evaluator(model, 0).run(asked.rows, (done, all, tokens) -> {}, stop);
        requireGoingOn(stop);
        return found.examples().stream()
                .mapToDouble(row -> Suspicion.confidence(row.sumLogprob(), row.responseTokens()))
                .toArray();
    }

    /// A model that was trained.
    @SuppressWarnings("ArrayRecordComponent") // made once, never written
    private record Model(Ticket ticket, List<Detector.Tried> tried, double[] confidences) {}

    private Model expert(
            Dataset wrong, Dataset held, Asked asked, DetectorOptions.Listener listener, BooleanSupplier stop) {
        List<Detector.Tried> tried = new ArrayList<>();
        for (double lr : how.lr()) {
            String what = Text.format("expert at %s", lr);
            Optional<Model> found = models.with(onBase(), model -> {
                Trained end = trained(model, suspect, wrong, lr, held, what, listener, stop);
                tried.add(end.tried);
                return end.tried.right() <= how.stop()
                        ? Optional.of(new Model(
                                ticket(model, end, "expert"), List.copyOf(tried), confidences(model, asked, stop)))
                        : Optional.<Model>empty();
            });
            if (found.isPresent()) {
                return found.get();
            }
        }
        throw new LotaException(Text.format(
                "No expert forgets enough: of %d held-out rows %s are still answered right after an epoch of wrong"
                        + " answers, at the rates %s, and %s are to be at most. Give more clean rows or a higher rate.",
                held.examples().size(),
                tried.stream()
                        .map(one -> Text.format("%.0f%%", 100 * one.right()))
                        .toList(),
                how.lr(),
                Text.format("%.0f%%", 100 * how.stop())));
    }

    private Model auxiliary(
            Dataset right,
            Dataset held,
            Asked asked,
            double lr,
            DetectorOptions.Listener listener,
            BooleanSupplier stop) {
        Ticket start = how.auxiliary() == DetectorOptions.Auxiliary.TUNED ? suspect : null;
        return models.with(start == null ? List.of() : List.of(start), model -> {
            Trained end = trained(model, start, right, lr, null, "auxiliary", listener, stop);
            Detector.Tried tried = new Detector.Tried(lr, end.tried.steps(), right(model, held), end.tried.norm());
            return new Model(ticket(model, end, "auxiliary"), List.of(tried), confidences(model, asked, stop));
        });
    }

    private record Trained(Job job, RunState end, Detector.Tried tried) {}

    /// Trains a model in place for an epoch.
    ///
    /// @param start what is on the base
    /// @param until rows whose right answers end it, or null
    private Trained trained(
            AdaptedModel model,
            @Nullable Ticket start,
            Dataset data,
            double lr,
            @Nullable Dataset until,
            String what,
            DetectorOptions.Listener listener,
            BooleanSupplier stop) {
        TrainConfig config = TrainConfig.of(TrainConfig.steps(1, data.examples().size(), how.batchSize(), 1), lr)
                .batchSize(how.batchSize())
                .seed(how.seed())
                .build();
        Job job = jobs.of(model, mask, data, config, new StartingWeights(model.base(), start));
        Forgetting forgetting = new Forgetting(until == null ? () -> 1.0 : () -> right(model, until), how.stop());
        try (Trainer trainer = job.trainer()) {
            RunState end = trainer.run(
                    progress -> {
                        listener.at(what, progress.step(), config.steps());
                        forgetting.after(progress.step(), config.steps());
                    },
                    () -> forgetting.enough() || stop.getAsBoolean());
            requireGoingOn(stop);
            return new Trained(job, end, new Detector.Tried(lr, end.step(), forgetting.right, norm(job.deltas())));
        }
    }

    /// Asks every few steps how much is still known.
    private static final class Forgetting {
        private final DoubleSupplier asks;
        private final double most;
        private double right = 1;

        Forgetting(DoubleSupplier asks, double most) {
            this.asks = asks;
            this.most = most;
        }

        void after(long step, long steps) {
            if (step % DetectorOptions.EVERY == 0 || step == steps) {
                right = asks.getAsDouble();
            }
        }

        boolean enough() {
            return right <= most;
        }
    }

    private Ticket ticket(AdaptedModel model, Trained trained, String source) {
        Map<String, String> provenance = trained.job.provenance("detect", trained.end);
        provenance.put("detector", source);
        return model.ticket(mask, provenance);
    }

    private double norm(TensorValues deltas) {
        double squares = 0;
        for (Map.Entry<String, MaskTensor> tensor : mask.tensors().entrySet()) {
            if (tensor.getValue().count() == 0) {
                continue;
            }
            long all = tensor.getValue().shape().numel();
            int part = 1 << 20;
            for (long from = 0; from < all; from += part) {
                int count = (int) Math.min(part, all - from);
                MemorySegment values = MemorySegment.ofArray(new float[count]);
                deltas.read(tensor.getKey(), from, values);
                for (int i = 0; i < count; i++) {
                    double value = values.getAtIndex(ValueLayout.JAVA_FLOAT, i);
                    squares += value * value;
                }
            }
        }
        return Math.sqrt(squares);
    }

    private static void requireGoingOn(BooleanSupplier stop) {
        if (stop.getAsBoolean()) {
            throw stopped();
        }
    }

    private static StoppedException stopped() {
        return new StoppedException("The making of a detector was stopped; nothing was written.");
    }
}
