package io.lota4j.internal.merge.method;

import io.lota4j.internal.merge.TensorPieces;
import java.util.stream.IntStream;

/// The quartiles of a tensor's values, none of which is negative: in ascending order those at the places
/// floor(q (n - 1)) for q of 1/4, 1/2 and 3/4.
final class Quartiles {
    private Quartiles() {}

    static float[] of(TensorPieces tensor, Trim.Kept values) {
        long[] fromTop = IntStream.rangeClosed(1, 3)
                .mapToLong(quarter -> tensor.numel() - (tensor.numel() - 1) * quarter / 4)
                .toArray();
        CutSearch search = CutSearch.of(tensor, values, new int[3], fromTop);
        float[] quartiles = new float[3];
        for (int i = 0; i < quartiles.length; i++) {
            // The search leaves open what the smallest of all is.
            quartiles[i] = fromTop[i] == tensor.numel()
                    ? least(tensor, values)
                    : Float.intBitsToFloat(search.cut(tensor.task().name(), i).magnitude());
        }
        return quartiles;
    }

    private static float least(TensorPieces tensor, Trim.Kept values) {
        return tensor.fold(
                        () -> new float[] {Float.POSITIVE_INFINITY},
                        (least, piece) -> {
                            float[] scores = values.of(piece, 0);
                            for (int i = 0; i < piece.size(); i++) {
                                least[0] = Math.min(least[0], scores[i]);
                            }
                        },
                        (least, next) -> least[0] = Math.min(least[0], next[0]))[0];
    }
}
