package io.lota4j.internal.mask;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.Text;
import io.lota4j.mask.Mask;
import io.lota4j.mask.MaskTensor;
import java.util.Map;

/// Whether two masks are for the same weights.
public final class Compatibility {
    private Compatibility() {}

    /// @throws LotaException when the masks differ in base, tensors or shapes, with both
    public static void require(Mask first, Mask second) {
        if (!first.info().base().equals(second.info().base())) {
            throw new LotaException(Text.format(
                    "The masks are for two bases: the first for %s, the second for %s.",
                    first.info().base(), second.info().base()));
        }
        requireAll(first.tensors(), "first", second.tensors(), "second");
        requireAll(second.tensors(), "second", first.tensors(), "first");
    }

    private static void requireAll(
            Map<String, MaskTensor> here, String hereName, Map<String, MaskTensor> there, String thereName) {
        here.forEach((name, tensor) -> {
            MaskTensor other = there.get(name);
            if (other == null) {
                throw new LotaException(Text.format(
                        "The masks are for two pools: tensor '%s' is in the %s only (%d tensors, the %s has %d).",
                        name, hereName, here.size(), thereName, there.size()));
            }
            Shape shape = tensor.shape();
            if (!shape.equals(other.shape())) {
                throw new LotaException(Text.format(
                        "Tensor '%s' has shape %s in the %s mask, but %s in the %s.",
                        name, shape, hereName, other.shape(), thereName));
            }
        });
    }
}
