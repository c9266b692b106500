package io.lota4j.mask;

import io.lota4j.LotaException;
import io.lota4j.Text;
import io.lota4j.checkpoint.Shape;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
/// Memory is a histogram and the result, whatever the size of the model.
public final class TopK {
    private static final int INFINITE = Float.floatToIntBits(Float.POSITIVE_INFINITY);

    private final DeltaSource deltas;
    private final SequencedMap<String, Shape> pool;
    private final double sparsity;
    private final Scope scope;

    private TopK(DeltaSource deltas, Mask among, double sparsity, Scope scope) {
        this.deltas = new Within(deltas, among);
        this.pool = new TreeMap<>(deltas.tensors());
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
            DeltaSource deltas, double sparsity, Scope scope, String base, String pool, Map<String, String> origin) {
        return select(deltas, sparsity, scope, Mask.full(base, pool, deltas.tensors()), origin);
    }

    /// As the other `select`, but chooses only weights that a mask trains. The sparsity is still a share of the
    /// whole pool, tensor or row.
    ///
    /// @param among the weights to choose from, with the base and the pool
    /// @throws LotaException as the other, and when fewer than are to be chosen are in `among`
    public static Mask select(
            DeltaSource deltas, double sparsity, Scope scope, Mask among, Map<String, String> origin) {
        Room.requireLeft(among, Sparsity.check(sparsity, "The sparsity"), scope);
        TopK topK = new TopK(deltas, among, sparsity, scope);
        Optional<Cut> cut = scope == Scope.GLOBAL ? Optional.of(topK.poolCut()) : Optional.empty();
        OptionalDouble threshold = cut.map(Cut::threshold).orElse(OptionalDouble.empty());
        MaskInfo info =
                new MaskInfo(among.info().base(), among.info().pool(), scope.toString(), sparsity, threshold, origin);
        return new Mask(info, topK.choose(cut));
    }

    private Cut poolCut() {
        long weights = pool.values().stream().mapToLong(Shape::numel).reduce(0, Math::addExact);
        Iterable<MemorySegment> all =
                () -> pool.keySet().stream().map(this::delta).iterator();
        return cut(weights, all, () -> "the pool");
    }

    private SequencedMap<String, MaskTensor> choose(Optional<Cut> poolCut) {
        SequencedMap<String, MaskTensor> tensors = new TreeMap<>();
        pool.forEach((name, shape) -> tensors.put(name, new MaskTensor(shape, choose(name, shape, poolCut))));
        return tensors;
    }

    private RoaringBitmap choose(String name, Shape shape, Optional<Cut> poolCut) {
        MemorySegment values = delta(name);
        RoaringBitmapWriter<RoaringBitmap> chosen = IndexSets.writer();
        long groupLength = scope.groupLength(shape);
        long groupBytes = groupLength * Float.BYTES;
        for (long from = 0; from < values.byteSize(); from += groupBytes) {
            MemorySegment group = values.asSlice(from, groupBytes);
            long row = from / groupBytes;
            Supplier<String> where = () -> scope.where(name, shape, row);
            poolCut.orElseGet(() -> cut(groupLength, List.of(group), where)).write(group, from / Float.BYTES, chosen);
        }
        return IndexSets.optimized(chosen.get());
    }

    private Cut cut(long weights, Iterable<MemorySegment> values, Supplier<String> where) {
        long k = Sparsity.trainable(weights, sparsity);
        if (k == 0 || k == weights) {
            return k == 0 ? Cut.none() : Cut.all();
        }
        RadixSelect select = new RadixSelect(weights, k);
        while (!select.done()) {
            values.forEach(select::count);
            select.descend();
        }
        if (select.threshold() == 0) {
            throw tooFew(k - select.rankAmongEqual(), k, weights, where.get());
        }
        return new Cut(select.threshold(), select.rankAmongEqual());
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

    /// The checked deltas of a tensor. They are checked at each reading: that costs little beside counting them.
    private MemorySegment delta(String name) {
        MemorySegment values = deltas.delta(name);
        long expected = Objects.requireNonNull(pool.get(name)).numel();
        if (values.byteSize() != expected * Float.BYTES) {
            throw new IllegalArgumentException(
                    Text.format("tensor `%s`: %d bytes of deltas for %d elements", name, values.byteSize(), expected));
        }
        for (long i = 0; i < expected; i++) {
            if (RadixSelect.magnitude(values, i) >= INFINITE) {
                throw notFinite(name, i, values);
            }
        }
        return values;
    }

    private LotaException notFinite(String name, long index, MemorySegment values) {
        float value = Float.intBitsToFloat(RadixSelect.magnitude(values, index));
        Wording wording = deltas.wording();
        return new LotaException(Text.format(
                "tensor `%s`: the %s at index %d is %s, so the largest cannot be chosen. %s",
                name, wording.one(), index, Float.isNaN(value) ? "NaN" : "infinite", wording.notFinite()));
    }
}
