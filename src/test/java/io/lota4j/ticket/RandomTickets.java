package io.lota4j.ticket;

import io.lota4j.checkpoint.DType;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.checkpoint.Floats;
import io.lota4j.mask.Pool;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import org.roaringbitmap.RoaringBitmap;

/// Tickets that laws are tested on.
public final class RandomTickets {
    private RandomTickets() {}

    /// Deltas of any magnitude at random places, for a few tensors at none.
    public static Ticket wild(Checkpoint base, long seed) {
        return ticket(
                base, seed, (random, weight) -> (float) (random.nextGaussian() * Math.scalb(1, -random.nextInt(24))));
    }

    /// Deltas of less than half the weight, so that tuned minus base is exact for F32.
    public static Ticket gentle(Checkpoint base, long seed) {
        return ticket(base, seed, (random, weight) -> (float) (weight * (random.nextDouble() - 0.5)));
    }

    private interface Delta {
        float of(SplittableRandom random, float weight);
    }

    private static Ticket ticket(Checkpoint base, long seed, Delta delta) {
        SplittableRandom random = new SplittableRandom(seed);
        Map<String, TicketTensor> tensors = new HashMap<>();
        Pool.standard().select(base.tensors()).forEach((name, shape) -> {
            double density = random.nextInt(4) / 3.0;
            RoaringBitmap index = new RoaringBitmap();
            for (int i = 0; i < shape.numel(); i++) {
                if (random.nextDouble() < density) {
                    index.add(i);
                }
            }
            DType baseType = base.info(name).dtype();
            float[] values = new float[index.getCardinality()];
            TicketTensor.forEach(
                    index,
                    (position, at) -> values[position] = delta.of(random, Floats.get(baseType, base.bytes(name), at)));
            tensors.put(name, new TicketTensor(shape, DType.F32, index, values, baseType));
        });
        return Tickets.withBaseBits(base, new Ticket(info(base, seed), tensors));
    }

    private static TicketInfo info(Checkpoint base, long seed) {
        Map<String, String> provenance = new LinkedHashMap<>();
        provenance.put("source", "random");
        provenance.put("seed", Long.toString(seed));
        return new TicketInfo(
                base.fingerprint().hex(), Pool.standard().toString(), "global", OptionalDouble.of(0.9), provenance);
    }
}
