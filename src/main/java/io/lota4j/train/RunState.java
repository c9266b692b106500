package io.lota4j.train;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.DType;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.SafetensorsFile;
import io.lota4j.internal.checkpoint.SafetensorsWriter;
import io.lota4j.internal.checkpoint.TensorSource;
import io.lota4j.internal.memory.Buffer;
import io.lota4j.internal.memory.HostBuffer;
import io.lota4j.internal.model.ValueStore;
import io.lota4j.internal.train.BestValues;
import io.lota4j.internal.train.KeptInState;
import io.lota4j.internal.train.Trainable;
import io.lota4j.internal.train.Updates;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A run's state on disk: trained values and optimizer state of length nnz, the step, and what the run was
/// started with.
/// A run that is resumed from it goes on bit for bit as if it had never stopped.
///
/// @param step the last step done
/// @param losses one a step so far
/// @param tokens processed so far
/// @param scoredTokens of them, those that carried loss
/// @param seconds that the steps took so far; NaN if it goes back to a state of an earlier version, which did not say
/// @param heldOut the losses of the held-out rows so far, by step; empty for a run without such rows
/// @param figures what the objective told of each step beside the loss, by name; NaN for steps of
///     which it told nothing
public record RunState(
        long step,
        List<Double> losses,
        long tokens,
        long scoredTokens,
        double seconds,
        List<HeldOutLoss> heldOut,
        Map<String, List<Double>> figures) {
    private static final String VERSION = "1";
    /// How the settings of an earlier version's runs begin.
    private static final String EARLIER_SETTINGS = "TrainConfig[";
    private static final String VALUES = ".values";
    private static final String FIRST = ".first";
    private static final String SECOND = ".second";
    private static final String UPDATES = ".updates";
    private static final String BEST = ".best";
    private static final String FIGURE = "figure.";

    public static final RunState START = new RunState(0, List.of(), 0, 0, 0, List.of(), Map.of());

    public RunState {
        losses = List.copyOf(losses);
        heldOut = List.copyOf(heldOut);
        Map<String, List<Double>> copied = new TreeMap<>();
        figures.forEach((name, values) -> copied.put(name, List.copyOf(values)));
        figures = Collections.unmodifiableMap(copied);
    }

    /// About what a state takes on the disk.
    ///
    /// @param trained weights
    public static long bytes(Optimizer optimizer, long trained) {
        return Float.BYTES * trained * (1 + optimizer.moments());
    }

    /// The lowest loss of the held-out rows, the first of equals; empty before they were scored.
    public Optional<HeldOutLoss> best() {
        return heldOut.stream().min(Comparator.comparingDouble(HeldOutLoss::loss));
    }

    /// Scores of the held-out rows after the best one.
    long scoresSinceBest() {
        return best().map(best ->
                        heldOut.stream().filter(s -> s.step() > best.step()).count())
                .orElse(0L);
    }

    /// The same with one more loss of the held-out rows, at the step that was reached.
    public RunState scored(HeldOutLoss loss) {
        List<HeldOutLoss> all = new ArrayList<>(heldOut);
        all.add(loss);
        return new RunState(step, losses, tokens, scoredTokens, seconds, all, figures);
    }

    /// @param identity what the run was started with (model, mask, data, settings): a state is only resumed by
    /// the same
    /// @param best written with it once the held-out rows were scored, if there is one
    /// @param kept written with it once it is there
    public void write(
            Path file,
            Map<String, String> identity,
            List<Trainable> trainables,
            @Nullable BestValues best,
            List<? extends KeptInState> kept) {
        List<TensorSource> tensors = new ArrayList<>();
        for (Trainable t : trainables) {
            Shape shape = Shape.of(t.entries().count());
            tensors.add(new TensorSource(t.name() + VALUES, DType.F32, shape, t::copyTo));
            addMoment(tensors, t.name() + FIRST, shape, t.moments().first());
            addMoment(tensors, t.name() + SECOND, shape, t.moments().second());
            addUpdates(tensors, t);
        }
        if (best != null && !heldOut.isEmpty()) {
            for (int t = 0; t < trainables.size(); t++) {
                Shape shape = Shape.of(trainables.get(t).entries().count());
                addMoment(
                        tensors,
                        trainables.get(t).name() + BEST,
                        shape,
                        new HostBuffer(best.copies().get(t)));
            }
        }
        kept.forEach(one -> one.addTo(tensors));
        SafetensorsWriter.write(file, metadata(identity), tensors);
    }

    private static void addMoment(List<TensorSource> tensors, String name, Shape shape, @Nullable Buffer moment) {
        if (moment != null) {
            tensors.add(new TensorSource(name, DType.F32, shape, target -> {
                moment.copyTo(target);
                ValueStore.rest(moment);
            }));
        }
    }

    /// Written where they are not one a step: of experts.
    private void addUpdates(List<TensorSource> tensors, Trainable t) {
        if (!t.updates().areAll(step)) {
            tensors.add(Updates.source(t.name() + UPDATES, t.updates().counts()));
        }
    }

    private static void loadUpdates(SafetensorsFile state, Trainable t, long step) {
        String name = t.name() + UPDATES;
        if (state.tensors().containsKey(name)) {
            t.updates().set(Updates.read(state, name, t.elements(), step));
        } else {
            t.updates().set(step);
        }
    }

    private Map<String, String> metadata(Map<String, String> identity) {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("format", "lota4j run state " + VERSION);
        metadata.put("step", Long.toString(step));
        metadata.put("tokens", Long.toString(tokens));
        metadata.put("scored_tokens", Long.toString(scoredTokens));
        if (!Double.isNaN(seconds)) {
            metadata.put("seconds", Double.toString(seconds));
        }
        metadata.put("losses", text(losses));
        if (!heldOut.isEmpty()) {
            metadata.put(
                    "held_out",
                    heldOut.stream().map(s -> s.step() + ":" + s.loss()).collect(Collectors.joining(",")));
        }
        figures.forEach((name, values) -> metadata.put(FIGURE + name, text(values)));
        identity.forEach((key, value) -> metadata.put("run." + key, value));
        return metadata;
    }

    private static String text(List<Double> values) {
        return values.stream().map(Object::toString).collect(Collectors.joining(","));
    }

    /// Loads a state into the trained values and the optimizer.
    ///
    /// @throws LotaException if the state belongs to another run, naming what differs
    /// @param best set to what the state has of it, if there is one
    /// @param kept likewise
    public static RunState read(
            Path file,
            Map<String, String> identity,
            List<Trainable> trainables,
            @Nullable BestValues best,
            List<? extends KeptInState> kept) {
        try (SafetensorsFile state = SafetensorsFile.open(file)) {
            Map<String, String> metadata = state.metadata();
            if (!("lota4j run state " + VERSION).equals(metadata.get("format"))) {
                throw new LotaException(file + ": expected a run state (format \"lota4j run state " + VERSION
                        + "\"), found format \"" + metadata.get("format") + "\".");
            }
            requireThisVersion(file, metadata.getOrDefault("run.settings", ""));
            requireSame(file, identity, metadata);
            RunState reached = of(file, metadata);
            for (Trainable t : trainables) {
                MemorySegment values = tensor(state, t.name() + VALUES, t);
                t.copyFrom(values);
                ValueStore.rest(values);
                load(state, t.name() + FIRST, t, t.moments().first());
                load(state, t.name() + SECOND, t, t.moments().second());
                loadUpdates(state, t, reached.step());
            }
            if (best != null && !reached.heldOut().isEmpty()) {
                for (int t = 0; t < trainables.size(); t++) {
                    Trainable trainable = trainables.get(t);
                    load(
                            state,
                            trainable.name() + BEST,
                            trainable,
                            new HostBuffer(best.copies().get(t)));
                }
            }
            kept.forEach(one -> one.read(state, reached.step()));
            return reached;
        }
    }

    private static void requireThisVersion(Path file, String settings) {
        if (settings.startsWith(EARLIER_SETTINGS)) {
            throw new LotaException(file + ": this state was written by an earlier version of lota4j, and this version "
                    + "cannot go on from it. Finish the run with the version that started it, or remove the file to "
                    + "start again.");
        }
    }

    private static RunState of(Path file, Map<String, String> metadata) {
        long step = number(file, metadata, "step");
        return new RunState(
                step,
                numbers(file, metadata, "losses", step),
                number(file, metadata, "tokens"),
                number(file, metadata, "scored_tokens"),
                seconds(file, metadata),
                heldOut(file, metadata, step),
                figures(file, metadata, step));
    }

    private static Map<String, List<Double>> figures(Path file, Map<String, String> metadata, long step) {
        Map<String, List<Double>> figures = new TreeMap<>();
        metadata.keySet().stream()
                .filter(key -> key.startsWith(FIGURE))
                .forEach(key -> figures.put(key.substring(FIGURE.length()), numbers(file, metadata, key, step)));
        return figures;
    }

    private static List<HeldOutLoss> heldOut(Path file, Map<String, String> metadata, long reached) {
        String text = metadata.get("held_out");
        if (text == null) {
            return List.of();
        }
        List<HeldOutLoss> scores = new ArrayList<>();
        for (String score : text.split(",", -1)) {
            HeldOutLoss read = heldOut(file, text, score.split(":", -1));
            long before = scores.isEmpty() ? 0 : scores.getLast().step();
            if (read.step() <= before || read.step() > reached || !Double.isFinite(read.loss())) {
                throw malformed(file, "held_out", text, "losses of steps that were done, in their order", null);
            }
            scores.add(read);
        }
        return scores;
    }

    private static HeldOutLoss heldOut(Path file, String all, String[] parts) {
        try {
            if (parts.length == 2) {
                return new HeldOutLoss(Long.parseLong(parts[0]), Double.parseDouble(parts[1]));
            }
        } catch (NumberFormatException e) {
            throw malformed(file, "held_out", all, "a step and a loss each", e);
        }
        throw malformed(file, "held_out", all, "a step and a loss each", null);
    }

    private static double seconds(Path file, Map<String, String> metadata) {
        String text = metadata.get("seconds");
        if (text == null) {
            return Double.NaN;
        }
        try {
            double seconds = Double.parseDouble(text);
            if (seconds >= 0 && Double.isFinite(seconds)) {
                return seconds;
            }
        } catch (NumberFormatException e) {
            throw malformed(file, "seconds", text, "a number of at least 0", e);
        }
        throw malformed(file, "seconds", text, "a number of at least 0", null);
    }

    private static List<Double> numbers(Path file, Map<String, String> metadata, String key, long step) {
        String text = text(file, metadata, key);
        if (step == 0 && text.isEmpty()) {
            return List.of();
        }
        try {
            List<Double> losses =
                    Arrays.stream(text.split(",", -1)).map(Double::valueOf).toList();
            if (losses.size() == step) {
                return losses;
            }
        } catch (NumberFormatException e) {
            throw malformed(file, key, text, step + " numbers", e);
        }
        throw malformed(file, key, text, step + " numbers", null);
    }

    private static long number(Path file, Map<String, String> metadata, String key) {
        String text = text(file, metadata, key);
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw malformed(file, key, text, "a whole number", e);
        }
    }

    private static String text(Path file, Map<String, String> metadata, String key) {
        String text = metadata.get(key);
        if (text == null) {
            throw new LotaException(Text.format("%s: the run state's %s is missing.", file, key));
        }
        return text;
    }

    private static LotaException malformed(
            Path file, String key, String found, String expected, @Nullable NumberFormatException cause) {
        return new LotaException(
                Text.format("%s: the run state's %s is \"%s\", expected %s.", file, key, found, expected), cause);
    }

    private static void requireSame(Path file, Map<String, String> identity, Map<String, String> metadata) {
        identity.forEach((key, value) -> {
            String found = metadata.get("run." + key);
            if (!value.equals(found)) {
                throw new LotaException(Text.format(
                        "%s: this state belongs to another run: its %s is %s, this run's is %s. "
                                + "Resume with the settings it was started with, or remove the file to start again.",
                        file, key, found == null ? "not said" : found, value));
            }
        });
    }

    private static void load(SafetensorsFile state, String name, Trainable t, @Nullable Buffer moment) {
        if (moment != null) {
            MemorySegment saved = tensor(state, name, t);
            moment.copyFrom(saved);
            ValueStore.rest(saved);
            ValueStore.rest(moment);
        }
    }

    private static MemorySegment tensor(SafetensorsFile state, String name, Trainable t) {
        var info = state.tensors().get(name);
        if (info == null
                || info.dtype() != DType.F32
                || info.shape().numel() != t.entries().count()) {
            throw new LotaException(Text.format(
                    "%s: expected the F32 tensor %s with %d values, found %s.",
                    state.path(), name, t.entries().count(), info == null ? "none" : info));
        }
        return state.bytes(name);
    }
}
