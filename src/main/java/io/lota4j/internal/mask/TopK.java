package io.lota4j.internal.mask;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.Text;
import io.lota4j.mask.Mask;
import io.lota4j.mask.MaskInfo;
import io.lota4j.mask.MaskTensor;
import io.lota4j.mask.Scope;
import io.lota4j.mask.Sparsity;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.roaringbitmap.RoaringBitmap;
import org.roaringbitmap.RoaringBitmapWriter;

/// Chooses the weights with the largest absolute deltas, or other scores, exactly as many as the sparsity says.
///
/// Of equal magnitudes those in the tensor whose name sorts first, and there those at the lowest indices, are chosen.
/// Deltas are read in parts, three times at most: memory is a part, a histogram and the result, whatever the size
/// of the model. The result takes at most a bit a weight.
public final class TopK {
    private static final int INFINITE = Float.floatToIntBits(Float.POSITIVE_INFINITY);

    /// Values that are read at once, 16 MiB of them.
    private static final int PART = 4 << 20;

    private final TensorValues deltas;
    private final MemorySegment buffer;
    private final int part;
    private final SequencedMap<String, Shape> pool;
    private final double sparsity;
    private final Scope scope;
    private final boolean nonZero;
    private long shortGroups;
    private long smallGroups;

    /// A mask of weights whose values are not zero.
    ///
    /// @param shortGroups groups that have fewer such weights than they should give, and give
    ///     those only
    /// @param smallGroups groups with so few weights that their share is less than one
    public record Chosen(Mask mask, long shortGroups, long smallGroups) {}

    /// Values in their order, a part at a time.
    private interface Values {
        /// @param reader gets memory that is valid until it returns
        void forEachPart(Reader reader);
    }

    private interface Reader {
        /// @param first index of the part's first value
        void accept(long first, MemorySegment part);
    }

    private TopK(TensorValues deltas, Mask among, double sparsity, Scope scope, int part, boolean nonZero) {
        this.nonZero = nonZero;
        this.deltas = new MaskedValues(deltas, among);
        this.pool = new TreeMap<>(deltas.tensors());
        this.part = part;
        long largest = pool.values().stream().mapToLong(Shape::numel).max().orElse(0);
        this.buffer = MemorySegment.ofArray(new float[(int) Math.min(part, largest)]);
        this.sparsity = sparsity;
        this.scope = scope;
    }

    /// Chooses floor((1 - sparsity) * n) weights of the pool, of each tensor or of each row, as the scope says.
    ///
    /// At sparsity 0 there is nothing to choose: all weights become trainable, also those with a zero delta.
    ///
    /// @param sparsity frozen share, in [0, 1]
    /// @param base fingerprint of the base in hexadecimal
    /// @param pool the pool's text
    /// @param origin how the deltas were made
    /// @throws LotaException when a delta is NaN or infinite, or when fewer deltas than are to be chosen are not
    ///     zero
    public static Mask select(
            TensorValues deltas, double sparsity, Scope scope, String base, String pool, Map<String, String> origin) {
        return select(deltas, sparsity, scope, Mask.full(base, pool, deltas.tensors()), origin);
    }

    /// As the other `select`, but chooses only weights that a mask trains. The sparsity is still a share of the
    /// whole pool, tensor or row.
    ///
    /// @param among the weights to choose from, with the base and the pool
    /// @throws LotaException as the other, and when fewer than are to be chosen are in `among`
    public static Mask select(
            TensorValues deltas, double sparsity, Scope scope, Mask among, Map<String, String> origin) {
        return select(deltas, sparsity, scope, among, origin, PART);
    }

    /// @param part values that are read at once
    static Mask select(
            TensorValues deltas, double sparsity, Scope scope, Mask among, Map<String, String> origin, int part) {
        EnoughWeights.requireLeft(among, Sparsity.check(sparsity, "The sparsity"), scope);
        return new TopK(deltas, among, sparsity, scope, part, false).select(among, origin);
    }

    /// As [#select(TensorValues, double, Scope, Mask, Map)], but never chooses a zero: where the
    /// pool, a tensor or a row has fewer others than it should give, it gives those.
    ///
    /// @throws LotaException when the sparsity is not within [0, 1], or a value is NaN or
    ///     infinite
    public static Chosen selectNonZero(
            TensorValues values, double sparsity, Scope scope, Mask among, Map<String, String> origin) {
        TopK topK = new TopK(values, among, Sparsity.check(sparsity, "The sparsity"), scope, PART, true);
        Mask mask = topK.select(among, origin);
        return new Chosen(mask, topK.shortGroups, topK.smallGroups);
    }

    private Mask select(Mask among, Map<String, String> origin) {
        Optional<Threshold> cut = scope == Scope.GLOBAL ? Optional.of(poolCut()) : Optional.empty();
        OptionalDouble threshold = cut.map(Threshold::threshold).orElse(OptionalDouble.empty());
        MaskInfo info =
                new MaskInfo(among.info().base(), among.info().pool(), scope.toString(), sparsity, threshold, origin);
        return new Mask(info, choose(cut));
    }

    private Threshold poolCut() {
        long weights = pool.values().stream().mapToLong(Shape::numel).reduce(0, Math::addExact);
        Values all = reader ->
                pool.forEach((name, shape) -> range(name, 0, shape.numel()).forEachPart(reader));
        return cut(weights, all, () -> "the pool");
    }

    /// The checked deltas of a range of a tensor.
    private Values range(String name, long first, long count) {
        return reader -> {
            for (long done = 0; done < count; done += part) {
                reader.accept(first + done, read(name, first + done, Math.min(part, count - done)));
            }
        };
    }

    private SequencedMap<String, MaskTensor> choose(Optional<Threshold> poolCut) {
        SequencedMap<String, MaskTensor> tensors = new TreeMap<>();
        pool.forEach((name, shape) -> tensors.put(name, new MaskTensor(shape, choose(name, shape, poolCut))));
        return tensors;
    }

    private RoaringBitmap choose(String name, Shape shape, Optional<Threshold> poolCut) {
        RoaringBitmapWriter<RoaringBitmap> chosen = IndexSets.writer();
        long weights = shape.numel();
        if (poolCut.isPresent()) {
            write(poolCut.get(), range(name, 0, weights), chosen);
            return IndexSets.optimized(chosen.get());
        }
        long group = scope.groupLength(shape);
        // Small groups are read many at a time, and are then in memory.
        long span = group == 0 ? 1 : Math.max(1, part / group) * group;
        for (long from = 0; from < weights; from += span) {
            long first = from;
            if (span == group) {
                Values values = range(name, first, group);
                write(cut(group, values, () -> scope.where(name, shape, first / group)), values, chosen);
                continue;
            }
            MemorySegment many = read(name, first, Math.min(span, weights - first));
            for (long at = first; at < first + many.byteSize() / Float.BYTES; at += group) {
                long start = at;
                MemorySegment one = many.asSlice((start - first) * Float.BYTES, group * Float.BYTES);
                Values values = reader -> reader.accept(start, one);
                write(cut(group, values, () -> scope.where(name, shape, start / group)), values, chosen);
            }
        }
        return IndexSets.optimized(chosen.get());
    }

    private static void write(Threshold cut, Values values, RoaringBitmapWriter<RoaringBitmap> chosen) {
        values.forEachPart((first, part) -> cut.write(part, first, chosen));
    }

    private Threshold cut(long weights, Values values, Supplier<String> where) {
        long k = Sparsity.trainable(weights, sparsity);
        if (k == 0) {
            smallGroups += weights > 0 && sparsity < 1 ? 1 : 0;
            return Threshold.none();
        }
        if (k == weights && !nonZero) {
            return Threshold.all();
        }
        RadixSelect select = new RadixSelect(weights, k);
        while (!select.done()) {
            values.forEachPart((first, part) -> select.count(part));
            select.descend();
        }
        if (select.threshold() == 0 && nonZero) {
            shortGroups++;
            return new Threshold(0, 0);
        }
        if (select.threshold() == 0) {
            throw tooFew(k - select.rankAmongEqual(), k, weights, where.get());
        }
        return new Threshold(select.threshold(), select.rankAmongEqual());
    }

    private LotaException tooFew(long nonZero, long k, long weights, String where) {
        String advice = nonZero == 0
                ? "."
                : Text.format(", or ask for a sparsity of at least %s.", Sparsity.leastFor(nonZero, weights));
        return new LotaException(Text.format(
                "A sparsity of %s makes %d of the %d weights of %s trainable, but only %d of their %s "
                        + "are not zero. %s%s",
                sparsity,
                k,
                weights,
                where,
                nonZero,
                deltas.wording().many(),
                deltas.wording().tooFew(),
                advice));
    }

    /// Checked at each reading: that costs little beside counting.
    private MemorySegment read(String name, long first, long count) {
        MemorySegment values = buffer.asSlice(0, count * Float.BYTES);
        deltas.read(name, first, values);
        for (long i = 0; i < count; i++) {
            int magnitude = RadixSelect.magnitude(values, i);
            if (magnitude >= INFINITE) {
                throw notFinite(name, first + i, Float.intBitsToFloat(magnitude));
            }
        }
        return values;
    }

    private LotaException notFinite(String name, long index, float value) {
        ScoreWords wording = deltas.wording();
        return new LotaException(Text.format(
                "Tensor '%s': the %s at index %d is %s, so the largest cannot be chosen. %s",
                name, wording.one(), index, Float.isNaN(value) ? "NaN" : "infinite", wording.notFinite()));
    }
}
