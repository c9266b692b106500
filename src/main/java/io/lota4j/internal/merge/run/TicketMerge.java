package io.lota4j.internal.merge.run;

import io.lota4j.checkpoint.DType;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.Claims;
import io.lota4j.internal.merge.MergeMethod;
import io.lota4j.internal.merge.Merger;
import io.lota4j.internal.merge.Settings;
import io.lota4j.internal.merge.TensorMerge;
import io.lota4j.internal.merge.TensorPieces;
import io.lota4j.internal.merge.TensorTask;
import io.lota4j.internal.merge.Workers;
import io.lota4j.internal.merge.method.MergeMethods;
import io.lota4j.internal.ticket.TicketWriter;
import io.lota4j.merge.Compat;
import io.lota4j.merge.run.MergeReport;
import io.lota4j.merge.run.Overlap;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.TicketInfo;
import io.lota4j.ticket.TicketTensor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import org.roaringbitmap.RoaringBitmap;

/// Merges tickets for one base into a ticket. Time and memory are those of their changed weights; the base is not
/// read.
///
/// @param method one that merges deltas
/// @param compat whose reading of it
/// @param settings with a model for each ticket, for every tensor that has none of its own
/// @param seed of random methods
/// @param ofTensors settings of single tensors, by name
/// @param factor of all merged changes, over 0
/// @param origin what more is said of how the merged ticket came about, also in place of what is said
///     otherwise
public record TicketMerge(
        MergeMethod method,
        Compat compat,
        Settings settings,
        long seed,
        Map<String, Settings> ofTensors,
        float factor,
        Map<String, String> origin) {
    /// Copies the maps.
    public TicketMerge {
        ofTensors = Map.copyOf(ofTensors);
        origin = Collections.unmodifiableMap(new LinkedHashMap<>(origin));
    }

    /// With the same settings for every tensor.
    public TicketMerge(MergeMethod method, Compat compat, Settings settings, long seed) {
        this(method, compat, settings, seed, Map.of(), 1, Map.of());
    }

    /// Tickets added, each with a weight of its own in every tensor.
    ///
    /// @param tickets how many there are
    /// @param weights by tensor, one a ticket; 1 in tensors that are not named
    /// @param origin of the weights, for the merged ticket
    public static TicketMerge added(int tickets, Map<String, List<Double>> weights, Map<String, String> origin) {
        MergeMethod add = MergeMethods.of("add");
        Map<String, Settings> ofTensors = new TreeMap<>();
        weights.forEach((name, own) ->
                ofTensors.put(name, TicketSettings.of(add, Compat.PAPER, tickets, Map.of("weight", own))));
        Settings settings = TicketSettings.of(add, Compat.PAPER, tickets, Map.of());
        return new TicketMerge(add, Compat.PAPER, settings, 0, ofTensors, 1, origin);
    }

    /// By a method's name.
    ///
    /// @param parameters each with one value for all tickets or one for each; a weight that is not given is 1
    /// @param tickets how many are merged
    /// @throws io.lota4j.LotaException when the method is unknown or does not merge tickets or so many, or when a
    ///     parameter is unknown, missing or out of its limits
    public static TicketMerge by(
            String method, Compat compat, Map<String, List<Double>> parameters, long seed, int tickets) {
        MergeMethod chosen = MergeMethods.of(method);
        return new TicketMerge(chosen, compat, TicketSettings.of(chosen, compat, tickets, parameters), seed);
    }

    /// The same with all merged changes times a factor, in F32.
    ///
    /// @param more what is said of the factor
    public TicketMerge times(double other, Map<String, String> more) {
        Map<String, String> all = new LinkedHashMap<>(origin);
        all.putAll(more);
        return new TicketMerge(method, compat, settings, seed, ofTensors, (float) other, all);
    }

    /// Merges.
    ///
    /// @param tickets files, one for each model of the settings
    /// @param threads which compute; the result does not depend on how many
    /// @param out the merged ticket's file, with F32 values; weights that are not changed are left out. An
    ///     older file is replaced as a whole or not at all
    /// @return what each ticket brought and kept
    /// @throws io.lota4j.LotaException when a file is no ticket, when they are for different bases or have a
    ///     tensor in different shapes, when a weight is to become a number to which no finite delta leads and is
    ///     not handed through, or when the merged ticket cannot be written
    public MergeReport merge(List<Path> tickets, int threads, Path out) {
        requireApart(tickets, out);
        try (TicketInputs inputs = TicketInputs.open(tickets);
                Workers workers = new Workers(threads)) {
            inputs.check(workers);
            AtomicReference<MergeReport> report = new AtomicReference<>();
            TicketWriter.write(
                    out,
                    inputs.info(this),
                    inputs.layouts(),
                    writer -> report.set(merge(inputs, workers, writer::put)));
            return report.get();
        }
    }

    /// Merges in memory.
    ///
    /// @throws io.lota4j.LotaException as [#merge(List, int, Path)] does
    public Ticket merge(List<Path> tickets, int threads) {
        try (TicketInputs inputs = TicketInputs.open(tickets);
                Workers workers = new Workers(threads)) {
            inputs.check(workers);
            Map<String, TicketTensor> tensors = new ConcurrentSkipListMap<>();
            merge(inputs, workers, tensors::put);
            return new Ticket(inputs.info(this), tensors);
        }
    }

    /// @param put takes each merged tensor, from several threads
    private MergeReport merge(TicketInputs inputs, Workers workers, BiConsumer<String, TicketTensor> put) {
        Merger merger = method.merger(compat);
        merger.survey(() -> inputs.shapes().entrySet().stream()
                .map(tensor -> pieces(inputs, tensor.getKey(), tensor.getValue(), workers)));
        SequencedMap<String, Overlap> overlaps = new ConcurrentSkipListMap<>();
        SequencedMap<String, Long> inexact = new ConcurrentSkipListMap<>();
        List<Map.Entry<String, Shape>> shapes = List.copyOf(inputs.shapes().entrySet());
        // What is done with one tensor is only in part done by several threads.
        workers.each(shapes.size(), number -> {
            String name = shapes.get(number).getKey();
            TensorPieces pieces = pieces(inputs, name, shapes.get(number).getValue(), workers);
            MergedEntries entries = new MergedEntries(pieces, inputs.baseBits(pieces.task()));
            TensorMerge merge = merger.prepare(pieces);
            ExactEntries exact = new ExactEntries(pieces, merge);
            overlaps.put(name, merge(pieces, merge, exact, entries));
            if (exact.lost() > 0) {
                inexact.put(name, exact.lost());
            }
            put.accept(name, tensor(inputs, pieces.task(), entries));
        });
        return new MergeReport(inputs.labels(), overlaps, inexact);
    }

    private static void requireApart(List<Path> tickets, Path out) {
        Claims claims = new Claims().writes("the merged ticket", out);
        tickets.forEach(ticket -> claims.reads("the merge", ticket));
        claims.check();
    }

    /// Refuses what [#merge] would refuse for the tickets' headers and places.
    ///
    /// @return what each ticket says of itself
    /// @throws io.lota4j.LotaException as [#merge] does
    public static List<TicketInfo> check(List<Path> tickets, Path out) {
        requireApart(tickets, out);
        try (TicketInputs inputs = TicketInputs.open(tickets)) {
            return inputs.infos();
        }
    }

    private TensorPieces pieces(TicketInputs inputs, String name, Shape shape, Workers workers) {
        TensorTask task = new TensorTask(
                name,
                shape,
                Optional.empty(),
                inputs.deltas(name, shape),
                ofTensors.getOrDefault(name, settings),
                seed);
        return new TensorPieces(task, method, workers);
    }

    /// Merges all pieces of a tensor.
    private Overlap merge(TensorPieces pieces, TensorMerge merge, ExactEntries exact, MergedEntries entries) {
        return pieces.fold(
                merge,
                () -> new Overlap(pieces.models()),
                (overlap, piece, found) -> {
                    float[] merged = times(found, piece.size());
                    entries.put(piece, merged, exact.kept(piece, merged));
                    overlap.add(piece, merged);
                },
                Overlap::append);
    }

    /// A copy where there is a factor: a method may hand on what it read.
    private float[] times(float[] merged, int size) {
        if (factor == 1) {
            return merged;
        }
        float[] scaled = Arrays.copyOf(merged, size);
        for (int i = 0; i < size; i++) {
            scaled[i] *= factor;
        }
        return scaled;
    }

    private static TicketTensor tensor(TicketInputs inputs, TensorTask task, MergedEntries entries) {
        RoaringBitmap index = entries.index();
        return new TicketTensor(
                task.shape(),
                DType.F32,
                index,
                entries.values(index),
                inputs.baseType(task.name()),
                entries.bits(),
                entries.exact());
    }

    /// How the merged ticket came about: the reading and each parameter's values.
    Map<String, String> provenance() {
        Map<String, String> provenance = new TreeMap<>();
        provenance.put("merge.method", method.name());
        provenance.put("merge.compat", compat.word());
        provenance.put("merge.seed", Long.toString(seed));
        settings.values().forEach((name, value) -> provenance.put("merge." + name, value.toString()));
        IntStream.range(0, settings.modelValues().size())
                .forEach(model -> settings.modelValues()
                        .get(model)
                        .forEach((name, value) ->
                                provenance.put(Text.format("merge.ticket%d.%s", model, name), value.toString())));
        provenance.putAll(origin);
        return provenance;
    }
}
