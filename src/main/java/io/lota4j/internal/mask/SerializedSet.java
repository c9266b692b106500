package io.lota4j.internal.mask;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// An index set in its portable serialization: containers of up to 65536 indices each, in ascending order.
final class SerializedSet implements IndexBits {
    private static final int CONTAINER_BITS = 16;
    private static final int CONTAINER = 1 << CONTAINER_BITS;

    private final int[] keys;
    private final long[] ranks;
    private final SetContainer[] containers;

    private SerializedSet(int[] keys, long[] ranks, SetContainer[] containers) {
        this.keys = keys;
        this.ranks = ranks;
        this.containers = containers;
    }

    static SerializedSet of(MemorySegment bytes, long elements, String where) {
        SetHeader header = SetHeader.of(bytes, where);
        List<SetContainer> containers = new ArrayList<>();
        long at = header.bytes();
        for (int i = 0; i < header.containers(); i++) {
            long length = header.lengthAt(i, at);
            if (length > bytes.byteSize() - at) {
                throw new LotaException(
                        Text.format("%s: the index set ends before its last container; is the file truncated?", where));
            }
            containers.add(header.container(i, bytes.asSlice(at, length)));
            at += length;
        }
        if (at < bytes.byteSize()) {
            throw new LotaException(
                    Text.format("%s: %d bytes follow the end of the index set.", where, bytes.byteSize() - at));
        }
        SerializedSet set = of(header, containers, where);
        set.requireBelow(elements, where);
        return set;
    }

    private static SerializedSet of(SetHeader header, List<SetContainer> containers, String where) {
        int count = containers.size();
        int[] keys = new int[count];
        long[] ranks = new long[count + 1];
        for (int i = 0; i < count; i++) {
            keys[i] = header.key(i);
            if (!containers.get(i).isValid() || i > 0 && keys[i] <= keys[i - 1]) {
                throw new LotaException(Text.format(
                        "%s: the index set contradicts itself (the order or the counts of its indices).", where));
            }
            ranks[i + 1] = ranks[i] + containers.get(i).rank(CONTAINER);
        }
        return new SerializedSet(keys, ranks, containers.toArray(SetContainer[]::new));
    }

    private void requireBelow(long elements, String where) {
        if (keys.length == 0) {
            return;
        }
        int last = keys.length - 1;
        long index = ((long) keys[last] << CONTAINER_BITS) + containers[last].last();
        if (index >= elements) {
            throw new LotaException(
                    Text.format("%s: index %d is past the end of a tensor of %d elements.", where, index, elements));
        }
    }

    /// The first container that is not before an index's.
    private int find(long index) {
        int found = Arrays.binarySearch(keys, (int) (index >>> CONTAINER_BITS));
        return found < 0 ? -found - 1 : found;
    }

    @Override
    public long rank(long end) {
        int container = find(end);
        boolean within = container < keys.length && keys[container] == end >>> CONTAINER_BITS;
        return ranks[container] + (within ? containers[container].rank((int) end & (CONTAINER - 1)) : 0);
    }

    @Override
    public void read(long from, int count, long[] into) {
        Arrays.fill(into, 0, IndexBits.words(count), 0);
        for (int i = find(from); i < keys.length; i++) {
            long start = ((long) keys[i] << CONTAINER_BITS) - from;
            if (start >= count) {
                break;
            }
            int low = (int) Math.max(0, -start);
            int high = (int) Math.min(CONTAINER, count - start);
            containers[i].mark(low, high, (int) start, into);
        }
    }
}
