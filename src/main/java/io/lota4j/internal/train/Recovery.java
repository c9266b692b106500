package io.lota4j.internal.train;

import io.lota4j.data.Example;
import io.lota4j.internal.SplitMix64;
import io.lota4j.internal.Text;
import java.util.Arrays;
import java.util.List;

/// Makes rows whose answer begins with tokens of another one, without loss, so that a model
/// learns to come back from there: recovery rows of arXiv 2406.05946, section 3.
///
/// @param complying rows with the answers to begin with, one for each row of the source
/// @param most tokens of such a beginning, at least 1
/// @param none chance that a row begins with none, in [0, 1]
public record Recovery(List<Example> complying, int most, double none) {
    /// Of a run's seed, another stream than those that order rows.
    private static final long STREAM = 0x7265636f766572L;

    private static final double UNIT = 0x1p-53;

    /// Copies the list.
    ///
    /// @throws io.lota4j.LotaException if a number is out of its range
    public Recovery {
        complying = List.copyOf(complying);
        new Ranges().atLeast(1, most, "tokens that an answer begins with").requireNone();
        if (!(none >= 0 && none <= 1)) {
            throw new IllegalArgumentException("chance " + none);
        }
    }

    /// A row as one draw has it: a function of seed, row and epoch, so that a resumed run draws
    /// the same.
    ///
    /// @param row place in the source
    /// @param declining the source's row
    /// @param longest most tokens of all that a row may have
    Example drawn(long seed, int row, long epoch, Example declining, int longest) {
        long state =
                SplitMix64.mix(seed ^ STREAM) ^ SplitMix64.mix(SplitMix64.mix(epoch + SplitMix64.GOLDEN_GAMMA) + row);
        state += SplitMix64.GOLDEN_GAMMA;
        boolean begins = (SplitMix64.mix(state) >>> 11) * UNIT >= none;
        state += SplitMix64.GOLDEN_GAMMA;
        Example answer = complying.get(row);
        int limit = Math.min(Math.min(most, tokens(answer)), longest - declining.length());
        int count = begins && limit > 0 ? 1 + (int) Math.unsignedMultiplyHigh(SplitMix64.mix(state), limit) : 0;
        return begun(declining, answer, count);
    }

    /// Tokens of a row's answer, the one that ends it not counted.
    private static int tokens(Example answer) {
        return answer.length() - 1 - answer.promptLength();
    }

    /// The prompt, the first tokens of one answer, then the whole other, which alone has loss.
    static Example begun(Example declining, Example complying, int count) {
        int prompt = declining.promptLength();
        int all = declining.length() + count;
        int[] ids = Arrays.copyOf(declining.ids(), all);
        System.arraycopy(complying.ids(), prompt, ids, prompt, count);
        System.arraycopy(declining.ids(), prompt, ids, prompt + count, declining.length() - prompt);
        boolean[] labelled = new boolean[all];
        System.arraycopy(declining.labelled(), prompt, labelled, prompt + count, declining.length() - prompt);
        return new Example(
                declining.row(),
                ids,
                labelled,
                Arrays.copyOf(ids, prompt + count),
                declining.prompt(),
                declining.answer());
    }

    /// In words, for identities.
    String text() {
        return Text.format("recovery most %d none %s", most, none);
    }
}
