package io.lota4j.internal.kernel.cuda;

import io.lota4j.internal.kernel.Place;
import io.lota4j.internal.memory.Buffer;
import io.lota4j.internal.memory.HostBuffer;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.SplittableRandom;

/// Each buffer on the heap, outside of it, or on the card.
final class MixedPlace implements Place {
    private final SplittableRandom random;
    private final Place[] places = {Place.heap(), Place.offHeap(), new DevicePlace()};
    private final Map<Buffer, Place> placed = new IdentityHashMap<>();

    MixedPlace(long seed) {
        random = new SplittableRandom(seed);
    }

    @Override
    public synchronized Buffer put(Buffer host) {
        Place place = places[random.nextInt(places.length)];
        Buffer buffer = place.put(host);
        placed.put(buffer, place);
        return buffer;
    }

    @Override
    public HostBuffer get(Buffer buffer) {
        Place place = placed.get(buffer);
        if (place == null) {
            throw new AssertionError("a buffer that was not put here");
        }
        return place.get(buffer);
    }

    @Override
    public void close() {
        for (Place place : places) {
            place.close();
        }
    }
}
