package io.lota4j.internal.merge.method;

import io.lota4j.internal.merge.Merger;
import io.lota4j.internal.merge.Parameter;
import io.lota4j.internal.merge.Settings;
import io.lota4j.internal.merge.TensorPieces;
import io.lota4j.merge.Compat;
import java.util.List;

/// [Ram] with what a model touches alone made larger: times `1 + r min(shared / alone, alpha)` of the numbers
/// of elements it touches. "tl" is tensor-local: mergekit counts each tensor by itself.
final class RamPlus extends AbstractMethod {
    private static final String R = "r";
    private static final String ALPHA = "alpha";

    RamPlus() {
        super("ramplus_tl");
    }

    @Override
    public List<Parameter> parameters(Compat compat) {
        require(compat);
        return List.of(
                MethodParameters.number(R, 0.1, -MethodParameters.ANY, MethodParameters.ANY),
                MethodParameters.number(ALPHA, 0.2, 0, MethodParameters.ANY),
                Ram.epsilon());
    }

    private void require(Compat compat) {
        Readings.refusePeft(name(), compat);
        if (compat == Compat.PAPER) {
            throw Readings.missing(name(), compat, "counting each tensor by itself is mergekit's; use 'mergekit'");
        }
    }

    @Override
    public Merger merger(Compat compat) {
        require(compat);
        return tensor -> {
            Settings settings = tensor.task().settings();
            Touches touches = new Touches(tensor.models(), (float) settings.number(Ram.EPSILON));
            float[] factors = factors(tensor, touches);
            return (piece, merged) -> touches.merge(piece, factors, merged);
        };
    }

    private static float[] factors(TensorPieces tensor, Touches touches) {
        int models = tensor.models();
        long[] counts = tensor.fold(() -> new long[2 * models], touches::count, RamPlus::add);
        Settings settings = tensor.task().settings();
        float[] factors = new float[models];
        for (int m = 0; m < models; m++) {
            // Also where it touches none alone, and then without effect.
            float ratio = (float) counts[models + m] / Math.max(counts[m], 1);
            factors[m] = 1 + (float) settings.number(R) * Math.min(ratio, (float) settings.number(ALPHA));
        }
        return factors;
    }

    private static void add(long[] counts, long[] next) {
        for (int i = 0; i < counts.length; i++) {
            counts[i] += next[i];
        }
    }
}
