package io.lota4j.internal.train.lora;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.SplitMix64;
import io.lota4j.internal.model.LowRank;
import io.lota4j.internal.model.Torch;
import io.lota4j.internal.peft.ParameterNames;
import io.lota4j.internal.peft.TargetModules;
import io.lota4j.train.lora.LoraConfig;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// The factors of one weight's change.
///
/// @param weight its name
/// @param values A and B
/// @param scale of their product
/// @param transposed whether the weight is stored `[in, out]`, and so is the change
record Factors(String weight, LowRank values, float scale, boolean transposed) {
    private static final double UNIT = 0x1p-53;

    /// Factors whose product is zero, as PEFT starts them: B is zero, A uniform in ±1/√in. An element of A depends on
    /// seed, tensor and place alone.
    ///
    /// @param scope owns them
    static Factors of(
            String weight,
            Shape shape,
            boolean transposed,
            LoraConfig config,
            long seed,
            Torch torch,
            PtNDManager scope) {
        int rank = config.rank(shape);
        long in = shape.dim(transposed ? 0 : 1);
        PtNDArray a = Torch.floats(scope, rank, in);
        PtNDArray b = Torch.floats(scope, shape.dim(transposed ? 1 : 0), rank);
        Factors factors = new Factors(weight, new LowRank(a, b), config.scale(rank), transposed);
        long key = key(seed, factors.nameOfA());
        torch.buffer(a).write(values -> fill(values, key, 1 / Math.sqrt((double) in)));
        torch.buffer(b).zero();
        return factors;
    }

    private static long key(long seed, String name) {
        long key = SplitMix64.mix(seed);
        for (int i = 0; i < name.length(); i++) {
            key = SplitMix64.mix(key + SplitMix64.GOLDEN_GAMMA + name.charAt(i));
        }
        return key;
    }

    private static void fill(MemorySegment values, long key, double bound) {
        long count = values.byteSize() / Float.BYTES;
        for (long i = 0; i < count; i++) {
            double unit = (SplitMix64.mix(key + SplitMix64.GOLDEN_GAMMA * (i + 1)) >>> 11) * UNIT;
            values.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) (bound * (2 * unit - 1)));
        }
    }

    String nameOfA() {
        return TargetModules.module(weight) + "." + ParameterNames.LORA_A;
    }

    String nameOfB() {
        return TargetModules.module(weight) + "." + ParameterNames.LORA_B;
    }
}
