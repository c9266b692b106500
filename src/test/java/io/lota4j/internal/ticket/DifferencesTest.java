package io.lota4j.internal.ticket;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.checkpoint.DType;
import io.lota4j.internal.checkpoint.Floats;
import io.lota4j.internal.mask.IndexSets;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

/// What differs, held against a comparison of each element: where bits differ and values do not, and the reverse, too.
class DifferencesTest {
    private static final List<Integer> COUNTS = List.of(0, 1, 63, 64, 65, 4095, 4160, (1 << 19) + 64 + 7);

    private static final float[] SPECIAL = {
        0f, -0f, 1f, -1f, Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 0x1p-133f, -0x1p-133f, 0x1p-24f
    };

    static Stream<Arguments> types() {
        List<DType> types = List.of(DType.BF16, DType.F16, DType.F32);
        return types.stream().flatMap(base -> types.stream().map(tuned -> Arguments.of(base, tuned)));
    }

    @ParameterizedTest
    @MethodSource("types")
    void marksAndGathersWhatDiffersBetweenTypes(DType base, DType tuned) {
        COUNTS.forEach(count -> check(base, tuned, count, 0.1, 0.01));
    }

    @ParameterizedTest
    @FieldSource("SHARES")
    void marksAndGathersAnyShare(double share) {
        check(DType.BF16, DType.BF16, 5000, share, 0);
        check(DType.F16, DType.F16, 5000, share, 1);
    }

    static final List<Double> SHARES = List.of(0.0, 0.001, 0.5, 1.0);

    private static void check(DType baseType, DType tunedType, int count, double changed, double special) {
        SplittableRandom random = new SplittableRandom(count);
        MemorySegment base = random(baseType, count, special, random);
        MemorySegment tuned = MemorySegment.ofArray(new byte[count * tunedType.size()]);
        for (int i = 0; i < count; i++) {
            boolean kept = random.nextDouble() >= changed;
            Floats.set(tunedType, tuned, i, kept ? Floats.get(baseType, base, i) : value(special, random));
        }
        Differences differences = new Differences(baseType, base, tunedType, tuned, count);
        int[] expected = new int[count];
        int found = 0;
        for (int i = 0; i < count; i++) {
            if (bits(Floats.get(tunedType, tuned, i)) != bits(Floats.get(baseType, base, i))) {
                expected[found++] = i;
            }
        }
        long[] marks = differences.marks();
        assertThat(BitSet.valueOf(marks).stream().toArray()).isEqualTo(Arrays.copyOf(expected, found));

        Differences.Gathered gathered = differences.gather(marks);
        float[] values = gathered.values();
        MemorySegment bits = MemorySegment.ofArray(gathered.baseBits());
        assertThat(values).hasSize(found);
        assertThat(bits.byteSize()).isEqualTo((long) found * baseType.size());
        Differences.Gathered again = differences.gather(IndexSets.ofRanges(marks, Long.SIZE));
        assertThat(Arrays.equals(again.values(), gathered.values())).isTrue();
        assertThat(Arrays.equals(again.baseBits(), gathered.baseBits())).isTrue();
        assertThat(again.exact()).isEqualTo(gathered.exact());
        ExactValues.Cursor exact = new ExactValues.Cursor(gathered.exact());
        for (int position = 0; position < found; position++) {
            int index = expected[position];
            float before = Floats.get(baseType, base, index);
            float after = exact.at(index) ? exact.value() : before + values[position];
            boolean gives = bits(after) == bits(Floats.get(tunedType, tuned, index));
            assertThat(gives && Float.isFinite(values[position])).isTrue();
            int size = baseType.size();
            assertThat(bits.asSlice((long) position * size, size).mismatch(base.asSlice((long) index * size, size)))
                    .isEqualTo(-1);
        }
    }

    private static int bits(float value) {
        return Float.floatToRawIntBits(value);
    }

    private static MemorySegment random(DType type, int count, double special, SplittableRandom random) {
        MemorySegment elements = MemorySegment.ofArray(new byte[count * type.size()]);
        for (int i = 0; i < count; i++) {
            Floats.set(type, elements, i, value(special, random));
        }
        return elements;
    }

    private static float value(double special, SplittableRandom random) {
        return random.nextDouble() < special
                ? SPECIAL[random.nextInt(SPECIAL.length)]
                : (float) (random.nextDouble() - 0.5);
    }
}
