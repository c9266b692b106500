package io.lota4j.ticket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.DType;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.checkpoint.Floats;
import io.lota4j.internal.ticket.ExactValues;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.roaringbitmap.RoaringBitmap;

/// Parts of tickets, to the last bit.
class ScaledTicketTest {
    private static final String NAME = "w";
    private static final float[] BASE = {1, -2, 0.5f, 1e-3f, 7, 1.25f};

    private static Ticket ticket(int[] index, float... values) {
        byte[] bits = new byte[index.length * Float.BYTES];
        for (int i = 0; i < index.length; i++) {
            Floats.set(DType.F32, MemorySegment.ofArray(bits), i, BASE[index[i]]);
        }
        return ticket(
                new TicketTensor(Shape.of(2, 3), DType.F32, RoaringBitmap.bitmapOf(index), values, DType.F32, bits));
    }

    private static Ticket ticket(TicketTensor tensor) {
        TicketInfo info = new TicketInfo("ab", "p", "global", OptionalDouble.empty(), Map.of("source", "train"));
        return new Ticket(info, Map.of(NAME, tensor));
    }

    /// In F32: of a factor that has no exact one, the nearest; each product rounded once.
    @Test
    void everyValueIsTimesAlphaInF32() {
        float[] values = {0.1f, -3.3333333f, 1e-38f, 123456.79f};
        Ticket scaled = Tickets.scaled(ticket(new int[] {0, 1, 3, 5}, values), 0.15);
        float[] found = scaled.tensor(NAME).values();
        assertThat(found).hasSize(4);
        for (int i = 0; i < found.length; i++) {
            assertThat(Float.floatToRawIntBits(found[i])).isEqualTo(Float.floatToRawIntBits(values[i] * 0.15f));
        }
        assertThat(found[1]).isEqualTo(-0.5f);
        assertThat(scaled.tensor(NAME).index().toArray()).containsExactly(0, 1, 3, 5);
        assertThat(scaled.tensor(NAME).baseBits())
                .isEqualTo(ticket(new int[] {0, 1, 3, 5}, values).tensor(NAME).baseBits());
    }

    @Test
    void theWholeOfATicketIsTheTicket() {
        Ticket whole = ticket(new int[] {2}, 0.25f);
        assertThat(Tickets.scaled(whole, 1).tensors()).isEqualTo(whole.tensors());
        assertThatThrownBy(() -> Tickets.scaled(whole, 0))
                .isInstanceOf(LotaException.class)
                .hasMessage("A ticket is scaled by a finite factor over 0, found 0.0.");
        assertThatThrownBy(() -> Tickets.scaled(whole, Double.NaN)).isInstanceOf(LotaException.class);
        assertThatThrownBy(() -> Tickets.scaled(whole, Double.POSITIVE_INFINITY))
                .isInstanceOf(LotaException.class);
        assertThat(Tickets.scaled(whole, 1.5).tensor(NAME).values()).containsExactly(0.375f);
        assertThatThrownBy(() -> Tickets.between(null, whole, 1.5))
                .hasMessage("A part of the way between tickets is from 0 to 1, found 1.5.");
    }

    /// Values in BF16 are exact there; their parts need not be.
    @Test
    void partsOfNarrowValuesAreKeptInF32() {
        Ticket narrow = ticket(new int[] {0, 4}, 0.5f, 3).withValueType(DType.BF16);
        assertThat(Tickets.scaled(narrow, 0.3).tensor(NAME).valueType()).isEqualTo(DType.F32);
        assertThat(Tickets.scaled(narrow, 0.3).tensor(NAME).values()).containsExactly(0.5f * 0.3f, 3 * 0.3f);
    }

    @Test
    void aWeightThatIsKeptExactlyGetsAPartOfItsDeltaIfThereIsOne() {
        TreeMap<Integer, Float> near = new TreeMap<>(Map.of(1, -4.0000005f));
        assertThat(Tickets.scaled(exact(near), 0.5).tensor(NAME).exact()).isNull();
        assertThat(Tickets.scaled(exact(near), 1).tensor(NAME).exact()).isNotNull();
        TreeMap<Integer, Float> nan = new TreeMap<>(Map.of(1, Float.NaN));
        assertThatThrownBy(() -> Tickets.scaled(exact(nan), 0.5))
                .isInstanceOf(LotaException.class)
                .hasMessageContaining("the weight at index 1 NaN, to which no finite delta leads, so it cannot be");
    }

    private static Ticket exact(SortedMap<Integer, Float> values) {
        TicketTensor tensor = ticket(new int[] {1, 2}, -2, 1).tensor(NAME);
        return ticket(new TicketTensor(
                tensor.shape(),
                DType.F32,
                tensor.index(),
                tensor.values(),
                DType.F32,
                Objects.requireNonNull(tensor.baseBits()),
                ExactValues.of(values).orElseThrow()));
    }

    /// As from a stage's start to its end: an entry that one of both alone has, one that both have, and two
    /// to which the stage did nothing, the second of them because its delta is lost beside the weight.
    @Test
    void aPartOfTheWayBetweenTwoTicketsLeavesAloneWhatDoesNotMove() {
        Ticket before = ticket(new int[] {0, 1, 2, 4}, 0.1f, 0.2f, 0.3f, 1e-9f);
        Ticket after = ticket(new int[] {1, 2, 3, 4}, 0.2f, 0.7f, -0.5f, 2e-9f);
        TicketTensor half = Tickets.between(before, after, 0.35).tensor(NAME);
        assertThat(half.index().toArray()).containsExactly(0, 1, 2, 3, 4);
        assertThat(half.values())
                .containsExactly(0.1f + 0.35f * (0 - 0.1f), 0.2f, 0.3f + 0.35f * (0.7f - 0.3f), 0.35f * -0.5f, 2e-9f);
        assertThat(half.baseBits())
                .isEqualTo(ticket(new int[] {0, 1, 2, 3, 4}, 0, 0, 0, 0, 0)
                        .tensor(NAME)
                        .baseBits());
        assertThat(Tickets.between(before, after, 1).tensor(NAME).values())
                .containsExactly(0, 0.2f, 0.7f, -0.5f, 2e-9f);
        assertThat(Tickets.between(null, after, 0.35).tensors())
                .isEqualTo(Tickets.scaled(after, 0.35).tensors());
    }

    @Test
    void aTensorThatTheSecondTicketLeavesOutGoesBackToTheBase() {
        Ticket before = ticket(new int[] {0}, 0.4f);
        Ticket after = new Ticket(before.info(), Map.of());
        assertThat(Tickets.between(before, after, 0.25).tensor(NAME).values()).containsExactly(0.4f + 0.25f * -0.4f);
    }

    @Test
    void theNormIsThatOfAllDeltas() {
        assertThat(ticket(new int[] {1, 5}, 3, -4).norm()).isEqualTo(5);
    }

    @Test
    void anEarlierShrinkingStaysInTheProvenance() {
        Ticket once = Shrinkage.noted(ticket(new int[] {1}, 1), Map.of("shrink_alpha", "0.5"));
        Ticket twice = Shrinkage.noted(once, Map.of("shrink_alpha", "0.25"));
        assertThat(twice.info().provenance())
                .containsOnly(
                        Map.entry("source", "train"),
                        Map.entry("earlier.shrink_alpha", "0.5"),
                        Map.entry("shrink_alpha", "0.25"));
    }
}
