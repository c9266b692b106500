package io.lota4j.train;

import io.lota4j.LotaException;
import io.lota4j.Text;
import io.lota4j.checkpoint.DType;
import io.lota4j.checkpoint.SafetensorsFile;
import io.lota4j.checkpoint.SafetensorsWriter;
import io.lota4j.checkpoint.Shape;
import io.lota4j.checkpoint.TensorSource;
import io.lota4j.kernel.Entries;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
public record RunState(long step, List<Double> losses, long tokens, long scoredTokens, double seconds) {
    private static final String VERSION = "1";
    /// How the settings of an earlier version's runs begin.
    private static final String EARLIER_SETTINGS = "TrainConfig[";
    private static final String VALUES = ".values";
    private static final String FIRST = ".first";
    private static final String SECOND = ".second";

    static final RunState START = new RunState(0, List.of(), 0, 0, 0);

    public RunState {
        losses = List.copyOf(losses);
    }

    /// @param identity what the run was started with (model, mask, data, settings): a state is only resumed by
    /// the same
    void write(Path file, Map<String, String> identity, List<Trainable> trainables) {
        List<TensorSource> tensors = new ArrayList<>();
        for (Trainable t : trainables) {
            Shape shape = Shape.of(t.entries().count());
            tensors.add(new TensorSource(
                    t.name() + VALUES, DType.F32, shape, target -> gather(t.master(), t.inMaster(), target)));
            addMoment(tensors, t.name() + FIRST, shape, t.moments().first());
            addMoment(tensors, t.name() + SECOND, shape, t.moments().second());
        }
        SafetensorsWriter.write(file, metadata(identity), tensors);
    }

    private static void addMoment(
            List<TensorSource> tensors, String name, Shape shape, @Nullable MemorySegment moment) {
        if (moment != null) {
            tensors.add(new TensorSource(
                    name, DType.F32, shape, target -> MemorySegment.copy(moment, 0, target, 0, moment.byteSize())));
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
        metadata.put("losses", losses.stream().map(Object::toString).collect(Collectors.joining(",")));
        identity.forEach((key, value) -> metadata.put("run." + key, value));
        return metadata;
    }

    /// Loads a state into the trained values and the optimizer.
    ///
    /// @throws LotaException if the state belongs to another run, naming what differs
    static RunState read(Path file, Map<String, String> identity, List<Trainable> trainables) {
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
                scatter(tensor(state, t.name() + VALUES, t), t.inMaster(), t.master());
                load(state, t.name() + FIRST, t, t.moments().first());
                load(state, t.name() + SECOND, t, t.moments().second());
            }
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
                losses(file, metadata, step),
                number(file, metadata, "tokens"),
                number(file, metadata, "scored_tokens"),
                seconds(file, metadata));
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

    private static List<Double> losses(Path file, Map<String, String> metadata, long step) {
        String text = text(file, metadata, "losses");
        try {
            List<Double> losses =
                    Arrays.stream(text.split(",", -1)).map(Double::valueOf).toList();
            if (losses.size() == step) {
                return losses;
            }
        } catch (NumberFormatException e) {
            throw malformed(file, "losses", text, step + " numbers", e);
        }
        throw malformed(file, "losses", text, step + " numbers", null);
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

    private static void load(SafetensorsFile state, String name, Trainable t, @Nullable MemorySegment moment) {
        if (moment != null) {
            MemorySegment.copy(tensor(state, name, t), 0, moment, 0, moment.byteSize());
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

    private static void gather(MemorySegment master, Entries entries, MemorySegment target) {
        for (long e = 0; e < entries.count(); e++) {
            target.setAtIndex(
                    ValueLayout.JAVA_FLOAT_UNALIGNED, e, master.getAtIndex(ValueLayout.JAVA_FLOAT, entries.at(e)));
        }
    }

    private static void scatter(MemorySegment values, Entries entries, MemorySegment master) {
        for (long e = 0; e < entries.count(); e++) {
            master.setAtIndex(
                    ValueLayout.JAVA_FLOAT, entries.at(e), values.getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, e));
        }
    }
}
