package io.lota4j.kernel.cuda;

import io.lota4j.kernel.Place;
import java.lang.foreign.MemorySegment;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.SplittableRandom;

/// Each segment on the heap, outside of it, or on the card.
final class MixedPlace implements Place {
    private final SplittableRandom random;
    private final Place[] places = {Place.heap(), Place.offHeap(), new DevicePlace()};
    private final Map<MemorySegment, Place> placed = new IdentityHashMap<>();

    MixedPlace(long seed) {
        random = new SplittableRandom(seed);
    }

    @Override
    public synchronized MemorySegment put(MemorySegment host) {
        Place place = places[random.nextInt(places.length)];
        MemorySegment segment = place.put(host);
        placed.put(segment, place);
        return segment;
    }

    @Override
    public MemorySegment get(MemorySegment segment) {
        Place place = placed.get(segment);
        if (place == null) {
            throw new AssertionError("a segment that was not put here");
        }
        return place.get(segment);
    }

    @Override
    public void close() {
        for (Place place : places) {
            place.close();
        }
    }
}
