package io.lota4j.internal.guard;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.DType;
import io.lota4j.checkpoint.Shape;
import io.lota4j.data.Dataset;
import io.lota4j.data.Example;
import io.lota4j.guard.RankOptions;
import io.lota4j.guard.Ranks;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.model.ModelConfig;
import io.lota4j.internal.model.OutputSpaces;
import io.lota4j.internal.model.PackedBatch;
import io.lota4j.internal.model.SecondMoments;
import io.lota4j.internal.model.Weights;
import io.lota4j.internal.model.layer.Blocks;
import io.lota4j.internal.train.AdaptedModel;
import io.lota4j.model.MemoryPolicy;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.TicketInfo;
import io.lota4j.ticket.TicketTensor;
import io.lota4j.train.MemoryEstimate;
import io.lota4j.train.attribution.Scoring;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.ToIntFunction;
import org.roaringbitmap.RoaringBitmap;

/// Finds the ranks that carry a behaviour alone.
public final class ActSvd {
    /// Multiplications a second of the slowest part, eigenvectors, on two cores; fits what was measured.
    private static final double RATE = 5e9;

    /// F32 values for each weight of a ticket of all of them: values, indices, and what the heap has not let go of yet;
    /// fits what was measured.
    private static final long CHECKED = 3;

    private ActSvd() {}

    /// What it will take.
    ///
    /// @param matrices that are looked at
    /// @param largest side of the largest matrix whose eigenvectors are found
    /// @param seconds that eigenvectors take on two cores, without the passes over the rows
    public record Cost(int matrices, long largest, double seconds, MemoryEstimate memory) {}

    /// Goes through both sets of rows, and finds the directions of every matrix by both.
    ///
    /// @param safety rows of the behaviour, with loss on what shows it
    /// @param utility rows of the usual abilities
    /// @return empty if it was stopped
    /// @throws LotaException if something in the pool is no matrix of a layer
    public static Optional<Ranks> find(
            AdaptedModel model,
            Dataset safety,
            Dataset utility,
            RankOptions how,
            Scoring.Listener listener,
            BooleanSupplier stop) {
        Scoring.requireFit(safety);
        Scoring.requireFit(utility);
        SequencedMap<String, Shape> matrices = how.pool().select(model.base().tensors());
        long all = (long) utility.examples().size() + safety.examples().size();
        Passes passes = new Passes(model, matrices, all, listener, stop);
        Optional<OutputSpaces> others = passes.through(utility, how::utility);
        if (others.isEmpty()) {
            return Optional.empty();
        }
        try (OutputSpaces before = others.get()) {
            return passes.through(safety, how::safety).map(found -> {
                try (OutputSpaces own = found) {
                    return compared(matrices, before, own);
                }
            });
        }
    }

    /// Passes over rows, one set after the other.
    private static final class Passes {
        private final AdaptedModel model;
        private final SequencedMap<String, Shape> matrices;
        private final long all;
        private final Scoring.Listener listener;
        private final BooleanSupplier stop;
        private long done;
        private long tokens;

        private Passes(
                AdaptedModel model,
                SequencedMap<String, Shape> matrices,
                long all,
                Scoring.Listener listener,
                BooleanSupplier stop) {
            this.model = model;
            this.matrices = matrices;
            this.all = all;
            this.listener = listener;
            this.stop = stop;
        }

        private Optional<OutputSpaces> through(Dataset data, ToIntFunction<Shape> ranks) {
            try (SecondMoments moments = new SecondMoments(model.decoder(), matrices)) {
                for (Example example : data.examples()) {
                    PackedBatch batch =
                            PackedBatch.of(List.of(new PackedBatch.Sequence(example.ids(), example.labelled())));
                    moments.through(batch);
                    tokens += batch.tokens();
                    listener.at(++done, all, tokens);
                    if (stop.getAsBoolean()) {
                        return Optional.empty();
                    }
                }
                return OutputSpaces.of(moments, matrices, ranks, stop);
            }
        }
    }

    private static Ranks compared(SequencedMap<String, Shape> matrices, OutputSpaces utility, OutputSpaces safety) {
        SequencedMap<String, Ranks.Matrix> found = new LinkedHashMap<>();
        utility.cuts().forEach((name, cut) -> {
            OutputSpaces.Cut other = safety.cuts().get(name);
            Shape shape = matrices.get(name);
            if (other != null && shape != null) {
                found.put(name, new Ranks.Matrix(cut, other, utility.compared(name, shape, safety)));
            }
        });
        return new Ranks(found);
    }

    /// A ticket for memory only that takes out of the weights what the behaviour has alone, as
    /// [Erased] does.
    ///
    /// @param ranks of the weights that the model has, which must be those of its base
    public static Ticket without(AdaptedModel model, Ranks ranks) {
        Map<String, TicketTensor> tensors = new TreeMap<>();
        ranks.matrices()
                .forEach((name, matrix) ->
                        tensors.put(name, negated(model, name, matrix.compared().removed())));
        return new Ticket(
                new TicketInfo(model.base().fingerprint().hex(), "", "", OptionalDouble.empty(), Map.of()), tensors);
    }

    private static TicketTensor negated(AdaptedModel model, String name, OutputSpaces.Factors removed) {
        Shape shape = model.base().info(name).shape();
        DType type = model.base().info(name).dtype();
        int columns = Math.toIntExact(shape.dim(1));
        if (removed.rank() == 0) {
            return new TicketTensor(shape, DType.F32, new RoaringBitmap(), new float[0], type);
        }
        boolean transposed = model.decoder().config().blocks().isTransposed(name);
        float[] values = new float[Math.toIntExact(shape.numel())];
        for (int index = 0; index < values.length; index++) {
            int row = index / columns;
            int column = index % columns;
            values[index] = (float) -(transposed ? removed.at(column, row) : removed.at(row, column));
        }
        RoaringBitmap all = RoaringBitmap.bitmapOfRange(0, values.length);
        return new TicketTensor(shape, DType.F32, all, values, type);
    }

    /// What it will take, from headers alone.
    ///
    /// @param checked whether a model without the ranks is asked too
    public static Cost cost(Checkpoint base, MemoryPolicy memory, RankOptions how, boolean checked) {
        ModelConfig config = ModelConfig.of(base.directory());
        Blocks blocks = config.blocks();
        SequencedMap<String, Shape> matrices = how.pool().select(base.tensors());
        long largest = 0;
        double work = 0;
        long weights = 0;
        for (Shape shape : matrices.values()) {
            if (shape.rank() == 2) {
                double small = Math.min(shape.dim(0), shape.dim(1));
                largest = Math.max(largest, (long) small);
                // Eigenvectors of the matrix, by other rows and the behaviour's, and products with it.
                work += 2 * (10 * Math.pow(small, 3) + 4 * small * shape.numel());
                weights += shape.numel();
            }
        }
        long kept = SecondMoments.bytes(blocks, matrices) + OutputSpaces.bytes(blocks, matrices, how::utility);
        // The check comes when the sums are gone: a ticket of all weights, and packed weights that answer.
        long asking = checked ? Float.BYTES * (CHECKED * weights + Weights.inMemory(config, memory.base())) : 0;
        long state = Math.max(kept, asking);
        return new Cost(matrices.size(), largest, work / RATE, MemoryEstimate.of(config, memory, state / Float.BYTES));
    }
}
