package io.lota4j.internal.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.checkpoint.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigDecimal;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FloatsTest {
    private static final int PATTERNS = 1 << 16;

    @Test
    void everyBf16ComesBack() {
        for (int bits = 0; bits < PATTERNS; bits++) {
            assertThat(Floats.floatToBf16(Floats.bf16ToFloat((short) bits)))
                    .as("pattern %04x", bits)
                    .isEqualTo((short) bits);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"BF16", "F16"})
    void everyPatternComesBackThroughSegments(DType dtype) {
        MemorySegment patterns = patterns();
        MemorySegment floats = MemorySegment.ofArray(new float[PATTERNS]);
        MemorySegment back = MemorySegment.ofArray(new short[PATTERNS]);
        Floats.toF32(dtype, patterns, floats);
        Floats.fromF32(floats, dtype, back);
        for (int i = 0; i < PATTERNS; i++) {
            float value = Floats.get(dtype, patterns, i);
            assertThat(Float.compare(Floats.get(DType.F32, floats, i), value))
                    .as("pattern %04x", i)
                    .isZero();
            assertThat(bits(back, i)).as("pattern %04x", i).isEqualTo(bits(patterns, i));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"BF16", "F16"})
    void roundsToTheNearestAndTiesToEven(DType dtype) {
        MemorySegment patterns = patterns();
        MemorySegment out = MemorySegment.ofArray(new short[1]);
        for (int bits = 0; bits < PATTERNS / 2 - 1; bits++) {
            float lower = Floats.get(dtype, patterns, bits);
            float upper = Floats.get(dtype, patterns, bits + 1);
            if (!Float.isFinite(lower) || !Float.isFinite(upper)) {
                continue;
            }
            float middle = (float) (((double) lower + upper) / 2);
            assertRounds(dtype, out, middle, bits % 2 == 0 ? bits : bits + 1);
            assertRounds(dtype, out, Math.nextDown(middle), bits);
            assertRounds(dtype, out, Math.nextUp(middle), bits + 1);
            assertRounds(dtype, out, -middle, 0x8000 | (bits % 2 == 0 ? bits : bits + 1));
        }
    }

    private static void assertRounds(DType dtype, MemorySegment out, float value, int bits) {
        Floats.set(dtype, out, 0, value);
        assertThat(bits(out, 0)).as("%s of %s", dtype, new BigDecimal(value)).isEqualTo((short) bits);
    }

    @Test
    void bf16OfManyIsThatOfEach() {
        SplittableRandom random = new SplittableRandom(11);
        for (int count : new int[] {0, 1, 2, 3, 4095, 4096, 4097, 8193}) {
            for (boolean nan : new boolean[] {true, false}) {
                float[] values = new float[count];
                for (int i = 0; i < count; i++) {
                    float any = Float.intBitsToFloat(random.nextInt());
                    values[i] = Float.isNaN(any) && !nan ? 0 : any;
                }
                assertManyLikeEach(values);
            }
        }
    }

    @Test
    void valuesOutOfRangeBecomeInfinite() {
        assertThat(Floats.bf16ToFloat(Floats.floatToBf16(Float.MAX_VALUE))).isEqualTo(Float.POSITIVE_INFINITY);
        assertThat(Floats.bf16ToFloat(Floats.floatToBf16(-Float.MAX_VALUE))).isEqualTo(Float.NEGATIVE_INFINITY);
        assertThat(Floats.bf16ToFloat(Floats.floatToBf16(Float.intBitsToFloat(0x7F800001))))
                .isNaN();
    }

    @ParameterizedTest
    @EnumSource(names = {"F64", "F32"})
    void wideElementsComeBack(DType dtype) {
        SplittableRandom random = new SplittableRandom(7);
        MemorySegment floats = MemorySegment.ofArray(new float[100]);
        for (int i = 0; i < 100; i++) {
            Floats.set(DType.F32, floats, i, (float) random.nextGaussian());
        }
        MemorySegment wide = MemorySegment.ofArray(new byte[100 * dtype.size()]);
        MemorySegment back = MemorySegment.ofArray(new float[100]);
        Floats.fromF32(floats, dtype, wide);
        Floats.toF32(dtype, wide, back);
        assertThat(back.mismatch(floats)).isEqualTo(-1);
        assertThat(Floats.get(dtype, wide, 9)).isEqualTo(Floats.get(DType.F32, floats, 9));
    }

    @Test
    void refusesIntegersAndSizesThatDiffer() {
        MemorySegment eight = MemorySegment.ofArray(new byte[8]);
        assertThatThrownBy(() -> Floats.get(DType.I64, eight, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("I64 is no floating-point type");
        assertThatThrownBy(() -> Floats.toF32(DType.BF16, eight, eight))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("8 bytes of BF16 do not match 8 bytes of F32");
    }

    private static void assertManyLikeEach(float[] values) {
        short[] many = new short[values.length];
        float[] back = new float[values.length];
        Floats.fromF32(MemorySegment.ofArray(values), DType.BF16, MemorySegment.ofArray(many));
        Floats.toF32(DType.BF16, MemorySegment.ofArray(many), MemorySegment.ofArray(back));
        for (int i = 0; i < values.length; i++) {
            assertThat(many[i]).isEqualTo(Floats.floatToBf16(values[i]));
            assertThat(Float.floatToRawIntBits(back[i])).isEqualTo(many[i] << 16);
        }
    }

    private static MemorySegment patterns() {
        short[] patterns = new short[PATTERNS];
        for (int i = 0; i < PATTERNS; i++) {
            patterns[i] = (short) i;
        }
        return MemorySegment.ofArray(patterns);
    }

    private static short bits(MemorySegment segment, long index) {
        return segment.getAtIndex(ValueLayout.JAVA_SHORT, index);
    }
}
