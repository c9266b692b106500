package io.lota4j.internal.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.checkpoint.DType;
import io.lota4j.internal.memory.Buffer;
import io.lota4j.memory.Host;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// Everything that an optimizer step reads beside the gradient.
record State(Entries entries, Moments moments, WorkingWeights weights) {
    /// On the Java heap: zero moments, weights of random bits, masters beside them or the masked weights themselves
    /// normally distributed.
    ///
    /// @param index flat indices of the trained elements; null when all `size` are
    static State random(SplittableRandom random, DType type, boolean masters, int size, int @Nullable [] index) {
        int count = index == null ? size : index.length;
        Entries entries = index == null ? Entries.all(size) : new Entries(count, Host.of(index));
        Buffer memory = Values.bits(random, (long) type.size() * size);
        Buffer start = Values.segment(Values.gaussian(random, count));
        if (!masters) {
            MaskedKernelContract.SPECIFICATION.scatter(start, entries, type, memory = Place.copy(memory));
        }
        return new State(
                entries,
                new Moments(Values.segment(new float[count]), Values.segment(new float[count])),
                new WorkingWeights(memory, type, masters ? start : null));
    }

    /// The same at another place.
    State in(Place place) {
        return new State(
                new Entries(entries.count(), put(place, entries.index())),
                new Moments(put(place, moments.first()), put(place, moments.second())),
                new WorkingWeights(place.put(weights.memory()), weights.type(), put(place, weights.master())));
    }

    private static @Nullable Buffer put(Place place, @Nullable Buffer memory) {
        return memory == null ? null : place.put(memory);
    }

    /// Compares everything with a state that lies at `place`. NaN equals NaN, but elements that are not trained must
    /// have kept their bits.
    void assertEqualTo(State actual, Place place, String what) {
        same(DType.F32, moments.first(), actual.moments.first(), place, what + ", first moment");
        same(DType.F32, moments.second(), actual.moments.second(), place, what + ", second moment");
        same(DType.F32, weights.master(), actual.weights.master(), place, what + ", masters");
        same(weights.type(), weights.memory(), actual.weights.memory(), place, what + ", weights");
        Buffer weightsThere = place.get(actual.weights.memory());
        // With the trained elements out of the way the rest must be equal bit for bit.
        Buffer zeros = Values.segment(new float[(int) entries.count()]);
        Buffer expected = Place.copy(weights.memory());
        MaskedKernelContract.SPECIFICATION.scatter(zeros, entries, weights.type(), expected);
        MaskedKernelContract.SPECIFICATION.scatter(zeros, entries, weights.type(), weightsThere);
        assertThat(Host.bytes(weightsThere))
                .as("%s, elements that are not trained", what)
                .isEqualTo(Host.bytes(expected));
    }

    private static void same(DType type, @Nullable Buffer expected, @Nullable Buffer actual, Place place, String what) {
        if (expected != null && actual != null) {
            assertThat(Values.values(type, place.get(actual))).as(what).isEqualTo(Values.values(type, expected));
        } else {
            assertThat(actual).as(what).isEqualTo(expected);
        }
    }
}
