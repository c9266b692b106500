package io.lota4j.internal.ticket;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.DType;
import io.lota4j.internal.Text;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.TicketInfo;
import io.lota4j.ticket.TicketTensor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.PeekableIntIterator;
import org.roaringbitmap.RoaringBitmap;

/// A weighted sum of tickets for one base.
public final class TicketSum {
    private final List<Ticket> tickets;
    private final double[] weights;

    public TicketSum(List<Ticket> tickets, double[] weights) {
        if (tickets.isEmpty() || tickets.size() != weights.length) {
            throw new IllegalArgumentException(Text.format("%d tickets, %d weights", tickets.size(), weights.length));
        }
        this.tickets = List.copyOf(tickets);
        this.weights = weights.clone();
        String base = tickets.getFirst().info().base();
        for (Ticket ticket : tickets) {
            if (!ticket.info().base().equals(base)) {
                throw new LotaException(Text.format(
                        "Tickets for different bases cannot be added: their fingerprints are %s and %s.",
                        base, ticket.info().base()));
            }
        }
    }

    public Ticket ticket() {
        TreeSet<String> names = new TreeSet<>();
        tickets.forEach(ticket -> names.addAll(ticket.tensors().keySet()));
        Map<String, TicketTensor> tensors = new TreeMap<>();
        names.forEach(name -> tensors.put(name, tensor(name)));
        return new Ticket(info(), tensors);
    }

    private TicketInfo info() {
        Map<String, String> provenance = new LinkedHashMap<>();
        provenance.put(TicketInfo.SOURCE, "add");
        provenance.put("weights", Arrays.toString(weights));
        for (int i = 0; i < tickets.size(); i++) {
            String prefix = Text.format("ticket%d.", i);
            tickets.get(i).info().provenance().forEach((key, value) -> provenance.put(prefix + key, value));
        }
        String pools =
                tickets.stream().map(ticket -> ticket.info().pool()).distinct().collect(Collectors.joining(" | "));
        return new TicketInfo(tickets.getFirst().info().base(), pools, "sum", OptionalDouble.empty(), provenance);
    }

    private TicketTensor tensor(String name) {
        List<TicketTensor> parts = new ArrayList<>();
        List<Double> partWeights = new ArrayList<>();
        RoaringBitmap union = new RoaringBitmap();
        for (int i = 0; i < tickets.size(); i++) {
            TicketTensor part = tickets.get(i).tensors().get(name);
            if (part != null) {
                parts.add(part);
                partWeights.add(weights[i]);
                union.or(part.index());
            }
        }
        parts.forEach(part -> requireAlike(name, parts.getFirst(), part));
        union.runOptimize();
        double[] sums = new double[union.getCardinality()];
        for (int i = 0; i < parts.size(); i++) {
            addTo(sums, union, parts.get(i), partWeights.get(i));
        }
        float[] values = new float[sums.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) sums[i];
        }
        TicketTensor first = parts.getFirst();
        return new TicketTensor(
                first.shape(),
                DType.F32,
                union,
                values,
                first.baseType(),
                baseBits(union, parts),
                exact(name, parts, partWeights));
    }

    /// What one part alone changes, by all of its delta, becomes what that part says. Elsewhere the deltas are summed.
    private static @Nullable ExactValues exact(String name, List<TicketTensor> parts, List<Double> weights) {
        TreeMap<Integer, Float> kept = new TreeMap<>(Integer::compareUnsigned);
        for (int i = 0; i < parts.size(); i++) {
            ExactValues exact = parts.get(i).exact();
            if (exact != null) {
                RoaringBitmap alone = exact.index().clone();
                for (int other = 0; other < parts.size(); other++) {
                    if (other != i || weights.get(i) != 1) {
                        alone.andNot(parts.get(other).index());
                    }
                }
                parts.get(i).requireDeltas(name, alone);
                ExactValues some = exact.only(alone);
                if (some != null) {
                    TicketTensor.forEach(some.index(), (position, at) -> kept.put(at, some.value(position)));
                }
            }
        }
        return ExactValues.of(kept).orElse(null);
    }

    private static void requireAlike(String name, TicketTensor first, TicketTensor other) {
        if (!first.shape().equals(other.shape()) || first.baseType() != other.baseType()) {
            throw new LotaException(Text.format(
                    "Tickets cannot be added: tensor '%s' is %s %s in one and %s %s in another.",
                    name, first.baseType(), first.shape(), other.baseType(), other.shape()));
        }
    }

    private static void addTo(double[] sums, RoaringBitmap union, TicketTensor part, double weight) {
        float[] values = part.values();
        matching(union, part, (position, at) -> sums[at] += weight * values[position]);
    }

    /// Visits each entry of a part with its position in the part and its position in the union.
    private static void matching(RoaringBitmap union, TicketTensor part, TicketTensor.EntryVisitor visitor) {
        PeekableIntIterator next = part.index().getIntIterator();
        int[] position = {0};
        TicketTensor.forEach(union, (at, index) -> {
            if (next.hasNext() && next.peekNext() == index) {
                next.next();
                visitor.visit(position[0]++, at);
            }
        });
    }

    /// All parts are for one base, so where they share a weight they share its bits.
    private static byte @Nullable [] baseBits(RoaringBitmap union, List<TicketTensor> parts) {
        int size = parts.getFirst().baseType().size();
        byte[] bits = new byte[Math.multiplyExact(union.getCardinality(), size)];
        MemorySegment gathered = MemorySegment.ofArray(bits);
        for (TicketTensor part : parts) {
            byte[] partBits = part.baseBits();
            if (partBits == null) {
                return null;
            }
            MemorySegment source = MemorySegment.ofArray(partBits);
            matching(union, part, (position, at) -> Bits.copy(size, source, position, gathered, at));
        }
        return bits;
    }
}
