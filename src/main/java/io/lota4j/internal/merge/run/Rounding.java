package io.lota4j.internal.merge.run;

import io.lota4j.checkpoint.DType;
import io.lota4j.internal.checkpoint.Floats;
import java.util.Collections;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;

/// What rounding to the stored type left of a merge's changes, in tensors that are merged with a base.
///
/// @param changed weights that have other bits than the base's weights in the same type
/// @param vanished those that the merge changes in F32 and that are the base's again when they are stored
/// @param inexact by tensor, how many weights got a ticket's delta, which the ticket itself keeps exactly, because
///     another model changes them too or the method scales the change; tensors without any are left out
public record Rounding(long changed, long vanished, SequencedMap<String, Long> inexact) {
    static final Rounding NONE = new Rounding(0, 0);

    public Rounding {
        inexact = Collections.unmodifiableSequencedMap(new TreeMap<>(inexact));
    }

    /// Where every weight that a ticket keeps exactly was handed through.
    Rounding(long changed, long vanished) {
        this(changed, vanished, new TreeMap<>());
    }

    Rounding plus(Rounding other) {
        SequencedMap<String, Long> all = new TreeMap<>(inexact);
        all.putAll(other.inexact);
        return new Rounding(changed + other.changed, vanished + other.vanished, all);
    }

    /// The same of one tensor, with its count of weights that are not exact.
    Rounding withInexact(String tensor, long count) {
        return count == 0 ? this : new Rounding(changed, vanished, new TreeMap<>(Map.of(tensor, count)));
    }

    /// Counts them, by several threads at once.
    static final class Tally {
        private final DType type;
        private final LongAdder changed = new LongAdder();
        private final LongAdder vanished = new LongAdder();

        /// @param type that the weights are stored as
        Tally(DType type) {
            this.type = type;
        }

        /// @param before the base's weights
        /// @param after what the merge made of them
        void add(float[] before, float[] after, int count) {
            switch (type) {
                case BF16 -> addBf16(before, after, count);
                case F16 -> addF16(before, after, count);
                default -> addWide(before, after, count);
            }
        }

        private void addBf16(float[] before, float[] after, int count) {
            int stored = 0;
            int all = 0;
            for (int i = 0; i < count; i++) {
                int one = Float.floatToRawIntBits(before[i]);
                int other = Float.floatToRawIntBits(after[i]);
                stored += differ(bf16(one), bf16(other));
                all += differ(one, other);
            }
            put(stored, all);
        }

        private void addF16(float[] before, float[] after, int count) {
            int stored = 0;
            int all = 0;
            for (int i = 0; i < count; i++) {
                int differ = differ(Float.floatToRawIntBits(before[i]), Float.floatToRawIntBits(after[i]));
                all += differ;
                stored += differ == 0 || Floats.floatToF16(before[i]) == Floats.floatToF16(after[i]) ? 0 : 1;
            }
            put(stored, all);
        }

        private void addWide(float[] before, float[] after, int count) {
            int all = 0;
            for (int i = 0; i < count; i++) {
                all += differ(Float.floatToRawIntBits(before[i]), Float.floatToRawIntBits(after[i]));
            }
            put(all, all);
        }

        /// 1 for different bits, without a branch.
        private static int differ(int one, int other) {
            int bits = one ^ other;
            return (bits | -bits) >>> 31;
        }

        /// As [Floats#floatToBf16(float)] rounds, but for NaN, of which it makes other bits.
        private static int bf16(int bits) {
            return (bits + 0x7FFF + (bits >>> 16 & 1)) >>> 16;
        }

        private void put(int stored, int all) {
            changed.add(stored);
            vanished.add(all - stored);
        }

        Rounding total() {
            return new Rounding(changed.sum(), vanished.sum());
        }
    }
}
