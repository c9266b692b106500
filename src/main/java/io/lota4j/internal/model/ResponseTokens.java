package io.lota4j.internal.model;

import ai.djl.pytorch.engine.PtNDArray;
import java.util.Arrays;
import java.util.stream.IntStream;

/// Where the tokens of responses stand in a batch.
public final class ResponseTokens {
    private final int[] tokens;

    private ResponseTokens(int[] tokens) {
        this.tokens = tokens;
    }

    /// A batch's rows are the tokens that predict a response's token: each stands before it.
    public static ResponseTokens of(PackedBatch batch) {
        return new ResponseTokens(Arrays.stream(batch.targetPositions())
                .mapToInt(row -> (int) row + 1)
                .toArray());
    }

    /// Where they are among the inputs of a matrix: an expert's are of some tokens only.
    public int[] rows(Activation x) {
        PtNDArray places = x.places();
        if (places == null) {
            return tokens.clone();
        }
        long[] all = places.toLongArray();
        return IntStream.range(0, all.length)
                .filter(row -> Arrays.binarySearch(tokens, (int) all[row]) >= 0)
                .toArray();
    }
}
