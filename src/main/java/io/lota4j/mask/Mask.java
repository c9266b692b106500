package io.lota4j.mask;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.Sha256;
import io.lota4j.internal.Suggestions;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.mask.Compatibility;
import io.lota4j.internal.mask.IndexSets;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.function.BinaryOperator;
import org.roaringbitmap.RoaringBitmap;

/// Which weights of a pool are trainable (1 = trainable, always); the others, and all weights outside the pool, are
/// frozen.
///
/// Immutable. Masks can be combined when they are for one base and one pool.
public final class Mask {
    private static final String MIXED = "mixed";

    private final MaskInfo info;
    private final SequencedMap<String, MaskTensor> tensors;
    private final long trainable;
    private final long poolSize;

    /// @param tensors every tensor of the pool by name, also those without a trainable weight
    public Mask(MaskInfo info, Map<String, MaskTensor> tensors) {
        this.info = info;
        this.tensors = Collections.unmodifiableSequencedMap(new TreeMap<>(tensors));
        this.trainable = tensors.values().stream().mapToLong(MaskTensor::count).sum();
        this.poolSize = tensors.values().stream()
                .mapToLong(tensor -> tensor.shape().numel())
                .reduce(0, Math::addExact);
    }

    /// The mask under which the whole pool is trainable.
    ///
    /// @param base fingerprint of the base in hexadecimal
    /// @param pool the pool's text
    /// @param shapes of the pool's tensors by name
    public static Mask full(String base, String pool, Map<String, Shape> shapes) {
        Map<String, MaskTensor> tensors = new TreeMap<>();
        shapes.forEach((name, shape) ->
                tensors.put(name, new MaskTensor(shape, RoaringBitmap.bitmapOfRange(0, shape.numel()))));
        var origin = Map.of(MaskInfo.SOURCE, "full");
        return new Mask(new MaskInfo(base, pool, Scope.GLOBAL.toString(), 0, OptionalDouble.empty(), origin), tensors);
    }

    /// What the mask is for and how it was made.
    public MaskInfo info() {
        return info;
    }

    /// Names and shapes of the pool's tensors, sorted by name.
    public SequencedMap<String, Shape> shapes() {
        SequencedMap<String, Shape> shapes = new TreeMap<>();
        tensors.forEach((name, tensor) -> shapes.put(name, tensor.shape()));
        return shapes;
    }

    /// Every tensor of the pool, sorted by name.
    public SequencedMap<String, MaskTensor> tensors() {
        return tensors;
    }

    /// The mask under which a whole pool of a base is trainable.
    public static Mask full(Checkpoint base, Pool pool) {
        return full(base.fingerprint().hex(), pool.toString(), pool.select(base.tensors()));
    }

    /// The trainable weights of one tensor of the pool.
    ///
    /// @throws LotaException when the tensor is not in the pool
    public MaskTensor tensor(String name) {
        MaskTensor tensor = tensors.get(name);
        if (tensor == null) {
            String hint = Suggestions.hint(name, tensors.keySet());
            throw new LotaException(
                    Text.format("Tensor '%s' is not in the mask's pool of %d tensors.%s", name, tensors.size(), hint));
        }
        return tensor;
    }

    /// How many weights are trainable.
    public long trainable() {
        return trainable;
    }

    /// How many weights the pool has.
    public long poolSize() {
        return poolSize;
    }

    /// Trainable share of the pool, in [0, 1]; 0 for an empty pool.
    public double density() {
        return poolSize == 0 ? 0 : (double) trainable / poolSize;
    }

    /// Frozen share of the pool, in [0, 1]; 1 for an empty pool.
    public double sparsity() {
        return 1 - density();
    }

    /// Weights trainable in both masks.
    ///
    /// @throws LotaException when the masks differ in base, tensors or shapes
    public Mask and(Mask other) {
        return combine("and", other, (a, b) -> RoaringBitmap.and(a, b));
    }

    /// Weights trainable in at least one of the masks.
    ///
    /// @throws LotaException when the masks differ in base, tensors or shapes
    public Mask or(Mask other) {
        return combine("or", other, (a, b) -> RoaringBitmap.or(a, b));
    }

    /// Weights trainable in this mask and not in the other.
    ///
    /// @throws LotaException when the masks differ in base, tensors or shapes
    public Mask minus(Mask other) {
        return combine("minus", other, (a, b) -> RoaringBitmap.andNot(a, b));
    }

    /// The pool's other weights.
    public Mask invert() {
        Map<String, MaskTensor> inverted = new TreeMap<>();
        tensors.forEach((name, tensor) -> inverted.put(name, tensor.invert()));
        Map<String, String> origin = new LinkedHashMap<>();
        origin.put(MaskInfo.SOURCE, "invert");
        info.origin().forEach((key, value) -> origin.put("of." + key, value));
        return derived(info.scope(), origin, inverted);
    }

    /// A digest of which weights are trainable, whatever the base and however the mask was made: SHA-256 in
    /// hexadecimal over every tensor's name and index set.
    public String sha256() {
        MessageDigest digest = Sha256.digest();
        tensors.forEach((name, tensor) -> {
            digest.update(name.getBytes(StandardCharsets.UTF_8));
            digest.update(IndexSets.toBytes(tensor.trainable()));
        });
        return HexFormat.of().formatHex(digest.digest());
    }

    /// How far the masks choose the same weights.
    ///
    /// @throws LotaException when the masks differ in base, tensors or shapes
    public Overlap overlap(Mask other) {
        Compatibility.require(this, other);
        SequencedMap<String, Overlap.Counts> counts = new TreeMap<>();
        tensors.forEach((name, tensor) -> counts.put(name, counts(tensor, other.tensor(name))));
        Overlap.Counts total = counts.values().stream().reduce(new Overlap.Counts(0, 0, 0), Overlap.Counts::plus);
        return new Overlap(total, Collections.unmodifiableSequencedMap(counts));
    }

    private static Overlap.Counts counts(MaskTensor first, MaskTensor second) {
        int intersection = RoaringBitmap.andCardinality(first.trainable(), second.trainable());
        return new Overlap.Counts(first.count(), second.count(), intersection);
    }

    private Mask combine(String source, Mask other, BinaryOperator<RoaringBitmap> operation) {
        Compatibility.require(this, other);
        Map<String, MaskTensor> combined = new TreeMap<>();
        tensors.forEach((name, tensor) -> {
            RoaringBitmap set =
                    operation.apply(tensor.trainable(), other.tensor(name).trainable());
            combined.put(name, new MaskTensor(tensor.shape(), IndexSets.optimized(set)));
        });
        Map<String, String> origin = new LinkedHashMap<>();
        origin.put(MaskInfo.SOURCE, source);
        info.origin().forEach((key, value) -> origin.put("first." + key, value));
        other.info.origin().forEach((key, value) -> origin.put("second." + key, value));
        String scope = info.scope().equals(other.info.scope()) ? info.scope() : MIXED;
        return derived(scope, origin, combined);
    }

    /// Nobody asked for a sparsity of a derived mask, so its real one stands for it.
    private Mask derived(String scope, Map<String, String> origin, Map<String, MaskTensor> derived) {
        long count = derived.values().stream().mapToLong(MaskTensor::count).sum();
        double sparsity = poolSize == 0 ? 1 : 1 - (double) count / poolSize;
        return new Mask(
                new MaskInfo(info.base(), info.pool(), scope, sparsity, OptionalDouble.empty(), origin), derived);
    }
}
