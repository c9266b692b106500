package io.lota4j.internal.guard;

import io.lota4j.LotaException;
import io.lota4j.data.Example;
import io.lota4j.guard.ProbeTemplate;
import io.lota4j.internal.Text;
import io.lota4j.internal.data.Tokenizer;
import java.util.Arrays;
import java.util.List;

/// Soft inputs at the beginning of the user's message.
///
/// @param count of them
/// @param vocabulary its size: the slots' ids begin there
/// @param neutral the token that they begin as
/// @param mark the tokens of the character that holds their place
/// @param most the longest sequence of the model, tokens
@SuppressWarnings("ArrayRecordComponent") // made once, never written
record Slots(int count, int vocabulary, int neutral, int[] mark, int most) {
    /// A character for private use, which no prompt has.
    private static final String PLACE = "\uE2A7";

    /// Writes prompts with the place that slots go to.
    static final ProbeTemplate TEMPLATE = new ProbeTemplate(ProbeTemplate.Kind.WRAP, PLACE + "{prompt}");

    private static final List<String> NEUTRAL = List.of(" .", ".");

    /// @throws LotaException if neither " ." nor "." is one token
    static Slots of(Tokenizer tokenizer, int count, int vocabulary, int most) {
        int neutral = NEUTRAL.stream()
                .map(tokenizer::encode)
                .filter(ids -> ids.length == 1)
                .mapToInt(ids -> ids[0])
                .findFirst()
                .orElseThrow(() -> new LotaException("Neither ' .' nor '.' is one token of this model's tokenizer, so"
                        + " there is no neutral token for the slots to begin as."));
        int[] before = tokenizer.encode("a");
        int[] both = tokenizer.encode("a" + PLACE);
        int same = Math.max(0, Arrays.mismatch(before, both));
        return new Slots(count, vocabulary, neutral, Arrays.copyOfRange(both, same, both.length), most);
    }

    /// The example with slots in place of the mark.
    ///
    /// @param row names the row in messages
    /// @throws LotaException if the mark is not there once, before what carries loss, or the
    ///     sequence becomes too long
    Example in(Example example, String row) {
        int[] ids = example.ids();
        int at = find(ids, 0);
        if (at < 0 || find(ids, at + 1) >= 0) {
            throw new LotaException(Text.format(
                    "Row '%s' of the probe: the place of soft inputs, at the beginning of the user's message, cannot"
                            + " be told apart in this model's tokens.",
                    row));
        }
        int more = count - mark.length;
        if (ids.length + more > most) {
            throw new LotaException(Text.format(
                    "Row '%s' of the probe: with %d soft inputs and its answer it has %d tokens, and the model has %d"
                            + " positions; take fewer slots or a shorter row.",
                    row, count, ids.length + more, most));
        }
        int[] slotted = new int[ids.length + more];
        boolean[] labelled = new boolean[slotted.length];
        System.arraycopy(ids, 0, slotted, 0, at);
        System.arraycopy(example.labelled(), 0, labelled, 0, at);
        for (int slot = 0; slot < count; slot++) {
            slotted[at + slot] = vocabulary + slot;
        }
        int rest = at + mark.length;
        System.arraycopy(ids, rest, slotted, at + count, ids.length - rest);
        System.arraycopy(example.labelled(), rest, labelled, at + count, ids.length - rest);
        return new Example(example.row(), slotted, labelled, new int[0], example.prompt(), example.answer());
    }

    private int find(int[] ids, int from) {
        for (int at = from; at + mark.length <= ids.length; at++) {
            if (Arrays.equals(ids, at, at + mark.length, mark, 0, mark.length)) {
                return at;
            }
        }
        return -1;
    }
}
