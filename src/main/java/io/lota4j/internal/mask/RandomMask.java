package io.lota4j.internal.mask;

import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.SplitMix64;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.mask.Mask;
import io.lota4j.mask.MaskInfo;
import io.lota4j.mask.MaskTensor;
import io.lota4j.mask.Pool;
import io.lota4j.mask.Scope;
import io.lota4j.mask.Sparsity;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SequencedMap;
import java.util.TreeMap;
import org.roaringbitmap.PeekableIntIterator;

/// Chooses weights at random: the control that a mask found by training must beat.
///
/// One seed gives one mask, on every machine and Java version, since the generator is [SplitMix64].
public final class RandomMask {
    private long state;
    private long left;
    private long toChoose;

    private RandomMask(long seed) {
        state = seed;
    }

    /// Chooses floor((1 - sparsity) * n) weights of the pool, of each tensor or of each row, as the scope says; every
    /// choice of so many is equally likely.
    ///
    /// @param pool shapes by tensor name
    /// @param sparsity frozen share, in [0, 1]
    /// @param base fingerprint of the base in hexadecimal
    /// @param poolText the pool's text
    /// @throws io.lota4j.LotaException when the sparsity is not within [0, 1]
    public static Mask of(
            Map<String, Shape> pool, double sparsity, Scope scope, long seed, String base, String poolText) {
        Sparsity.check(sparsity, "The sparsity");
        SequencedMap<String, Shape> sorted = new TreeMap<>(pool);
        RandomMask random = new RandomMask(seed);
        if (scope == Scope.GLOBAL) {
            random.begin(sorted.values().stream().mapToLong(Shape::numel).reduce(0, Math::addExact), sparsity);
        }
        Map<String, MaskTensor> tensors = new TreeMap<>();
        sorted.forEach((name, shape) -> tensors.put(name, random.tensor(shape, sparsity, scope)));
        Map<String, String> origin = new LinkedHashMap<>();
        origin.put(MaskInfo.SOURCE, "random");
        origin.put("seed", Long.toString(seed));
        return new Mask(
                new MaskInfo(base, poolText, scope.toString(), sparsity, OptionalDouble.empty(), origin), tensors);
    }

    /// As the other `of`, for a pool of a base.
    ///
    /// @throws io.lota4j.LotaException when the sparsity is not within [0, 1], or leaves no weight trainable
    public static Mask of(Checkpoint base, Pool pool, double sparsity, Scope scope, long seed) {
        SequencedMap<String, Shape> shapes = pool.select(base.tensors());
        Sparsity.requireSome(shapes, Sparsity.check(sparsity, "The sparsity"), scope);
        return of(shapes, sparsity, scope, seed, base.fingerprint().hex(), pool.toString());
    }

    /// As the other `of`, among some weights of a pool: the sparsity is of all of it.
    ///
    /// @param among the weights that may be chosen
    /// @throws io.lota4j.LotaException when they are too few
    public static Mask of(Mask among, double sparsity, Scope scope, long seed) {
        EnoughWeights.require(among, sparsity, scope);
        RandomMask random = new RandomMask(seed);
        if (scope == Scope.GLOBAL) {
            random.begin(among.trainable(), among.poolSize(), sparsity);
        }
        Map<String, MaskTensor> tensors = new TreeMap<>();
        among.tensors().forEach((name, tensor) -> tensors.put(name, random.among(tensor, sparsity, scope)));
        Map<String, String> origin = new LinkedHashMap<>();
        origin.put(MaskInfo.SOURCE, "random");
        origin.put("seed", Long.toString(seed));
        origin.putAll(Complement.origin(among));
        MaskInfo info = among.info();
        return new Mask(
                new MaskInfo(info.base(), info.pool(), scope.toString(), sparsity, OptionalDouble.empty(), origin),
                tensors);
    }

    private MaskTensor among(MaskTensor some, double sparsity, Scope scope) {
        var chosen = IndexSets.writer();
        long length = scope.groupLength(some.shape());
        long end = 0;
        PeekableIntIterator indices = some.trainable().getIntIterator();
        while (indices.hasNext()) {
            long index = Integer.toUnsignedLong(indices.peekNext());
            if (scope != Scope.GLOBAL && index >= end) {
                long first = index / length * length;
                end = first + length;
                begin(some.trainable().rangeCardinality(first, end), length, sparsity);
            }
            if (chooseNext()) {
                chosen.add((int) index);
            }
            indices.next();
        }
        return new MaskTensor(some.shape(), IndexSets.optimized(chosen.get()));
    }

    /// Chooses in every tensor as many weights as another mask trains there: its control.
    public static Mask like(Mask other, long seed) {
        RandomMask random = new RandomMask(seed);
        Map<String, MaskTensor> tensors = new TreeMap<>();
        other.tensors().forEach((name, tensor) -> tensors.put(name, random.as(tensor)));
        Map<String, String> origin = new LinkedHashMap<>();
        origin.put(MaskInfo.SOURCE, "random");
        origin.put("seed", Long.toString(seed));
        origin.put("like", "sha256:" + other.sha256());
        MaskInfo info = other.info();
        return new Mask(
                new MaskInfo(
                        info.base(),
                        info.pool(),
                        Scope.TENSOR.toString(),
                        info.requestedSparsity(),
                        OptionalDouble.empty(),
                        origin),
                tensors);
    }

    private MaskTensor as(MaskTensor other) {
        var chosen = IndexSets.writer();
        left = other.shape().numel();
        toChoose = other.count();
        for (long index = 0; index < other.shape().numel(); index++) {
            if (chooseNext()) {
                chosen.add((int) index);
            }
        }
        return new MaskTensor(other.shape(), IndexSets.optimized(chosen.get()));
    }

    private MaskTensor tensor(Shape shape, double sparsity, Scope scope) {
        var chosen = IndexSets.writer();
        long length = scope.groupLength(shape);
        for (long first = 0; first < shape.numel(); first += length) {
            if (scope != Scope.GLOBAL) {
                begin(length, sparsity);
            }
            for (long index = first; index < first + length; index++) {
                if (chooseNext()) {
                    chosen.add((int) index);
                }
            }
        }
        return new MaskTensor(shape, IndexSets.optimized(chosen.get()));
    }

    private void begin(long weights, double sparsity) {
        begin(weights, weights, sparsity);
    }

    private void begin(long some, long weights, double sparsity) {
        left = some;
        toChoose = Sparsity.trainable(weights, sparsity);
    }

    /// Selection sampling: the next weight is chosen with probability toChoose / left, which ends with the
    /// exact count.
    private boolean chooseNext() {
        boolean choose = Math.unsignedMultiplyHigh(nextLong(), left) < toChoose;
        left--;
        if (choose) {
            toChoose--;
        }
        return choose;
    }

    private long nextLong() {
        state += SplitMix64.GOLDEN_GAMMA;
        return SplitMix64.mix(state);
    }
}
