package io.lota4j.internal.mask;

import io.lota4j.checkpoint.Shape;
import io.lota4j.mask.Deltas;
import io.lota4j.mask.Mask;
import io.lota4j.mask.MaskTensor;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.roaringbitmap.RoaringBitmap;

/// Masks for tests in which every container of a RoaringBitmap occurs: sparse, dense, runs, empty, full.
public final class RandomMasks {
    private static final Map<String, Shape> POOL = Map.of(
            "layers.0.attn.weight", Shape.of(300, 301),
            "layers.0.mlp.weight", Shape.of(7, 9),
            "layers.1.mlp.weight", Shape.of(2, 70000),
            "layers.2.mlp.weight", Shape.of(0, 5));

    private RandomMasks() {}

    public static Mask of(long seed) {
        Random random = new Random(seed);
        Map<String, MaskTensor> tensors = new TreeMap<>();
        new TreeMap<>(POOL).forEach((name, shape) -> tensors.put(name, new MaskTensor(shape, set(random, shape))));
        Mask any = Mask.full(Deltas.BASE, "all", POOL);
        return new Mask(any.info(), tensors);
    }

    private static RoaringBitmap set(Random random, Shape shape) {
        int elements = Math.toIntExact(shape.numel());
        RoaringBitmap set = new RoaringBitmap();
        for (int from = 0; from < elements; ) {
            int to = Math.min(elements, from + 1 + random.nextInt(65536));
            switch (random.nextInt(5)) {
                case 0 -> set.add((long) from, to);
                case 1 -> addSome(set, random, from, to, 0.01);
                case 2 -> addSome(set, random, from, to, 0.3);
                case 3 -> addSome(set, random, from, to, 0.99);
                default -> set.remove((long) from, to);
            }
            from = to;
        }
        return set;
    }

    private static void addSome(RoaringBitmap set, Random random, int from, int to, double share) {
        for (int i = from; i < to; i++) {
            if (random.nextDouble() < share) {
                set.add(i);
            }
        }
    }
}
