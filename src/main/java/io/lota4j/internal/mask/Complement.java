package io.lota4j.internal.mask;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import io.lota4j.mask.Avoided;
import io.lota4j.mask.Mask;
import io.lota4j.mask.MaskInfo;
import io.lota4j.mask.MaskTensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.roaringbitmap.RoaringBitmap;

/// What is left of a pool without the weights of other masks: where LoTTO (arXiv 2406.16797) calibrates a task,
/// so that its mask has no weight in common with those of the tasks before it.
public final class Complement {
    /// The key of [MaskInfo#origin()] that names the avoided masks.
    public static final String AVOIDED = "avoided";
    /// The key of [MaskInfo#origin()] for how many weights of the pool they took.
    public static final String AVOIDED_WEIGHTS = "avoided_weights";

    private Complement() {}

    /// The weights of a pool that no other mask trains.
    ///
    /// The other masks may be for another base and another pool: a task's base is often the one before with a
    /// ticket on it, and only the places of weights matter here.
    ///
    /// @param pool usually the whole of it
    /// @return the pool itself when nothing is avoided
    /// @throws LotaException when a mask has no tensor in common with the pool, or one of another shape
    public static Mask of(Mask pool, List<Avoided> avoided) {
        if (avoided.isEmpty()) {
            return pool;
        }
        Map<String, MaskTensor> left = new TreeMap<>(pool.tensors());
        avoided.forEach(other -> remove(left, other, pool.info().pool()));
        long trainable = left.values().stream().mapToLong(MaskTensor::count).sum();
        Map<String, String> origin = new LinkedHashMap<>(pool.info().origin());
        origin.put(AVOIDED, avoided.stream().map(Avoided::origin).collect(Collectors.joining(", ")));
        origin.put(AVOIDED_WEIGHTS, Long.toString(pool.trainable() - trainable));
        MaskInfo info = pool.info();
        double sparsity = pool.poolSize() == 0 ? 1 : 1 - (double) trainable / pool.poolSize();
        return new Mask(
                new MaskInfo(info.base(), info.pool(), info.scope(), sparsity, OptionalDouble.empty(), origin), left);
    }

    /// What provenance says of the masks that one made among these weights avoids; empty when it avoids none.
    public static Map<String, String> origin(Mask among) {
        Map<String, String> origin = new LinkedHashMap<>(among.info().origin());
        origin.keySet().retainAll(List.of(AVOIDED, AVOIDED_WEIGHTS));
        return origin;
    }

    private static void remove(Map<String, MaskTensor> left, Avoided other, String pool) {
        boolean shared = false;
        for (Map.Entry<String, MaskTensor> entry : left.entrySet()) {
            MaskTensor taken = other.mask().tensors().get(entry.getKey());
            if (taken != null) {
                entry.setValue(without(entry.getKey(), entry.getValue(), taken, other.name()));
                shared = true;
            }
        }
        if (!shared) {
            throw new LotaException(Text.format(
                    "%s has no tensor in common with the pool '%s': it cannot be avoided there. Is it "
                            + "a mask of another model?",
                    other.name(), pool));
        }
    }

    private static MaskTensor without(String name, MaskTensor tensor, MaskTensor taken, String other) {
        if (!tensor.shape().equals(taken.shape())) {
            throw new LotaException(Text.format(
                    "Tensor '%s' has shape %s, but %s in %s: it cannot be avoided here.",
                    name, tensor.shape(), taken.shape(), other));
        }
        RoaringBitmap set = RoaringBitmap.andNot(tensor.trainable(), taken.trainable());
        return new MaskTensor(tensor.shape(), IndexSets.optimized(set));
    }
}
