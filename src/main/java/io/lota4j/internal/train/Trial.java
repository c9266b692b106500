package io.lota4j.internal.train;

import io.lota4j.internal.memory.HostBuffer;
import io.lota4j.internal.model.TrainedValues;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.TicketTensor;
import io.lota4j.ticket.Tickets;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// Tickets that are tried one after the other on the same weights of a model, which is loaded once. What
/// the weights were before is kept, one F32 value an entry, and each ticket is put on that: in O(entries),
/// with the bits that [AdaptedModel#add] gives on a model that was loaded anew.
public final class Trial {
    private final AdaptedModel model;
    private final Map<String, Place> places = new TreeMap<>();

    /// The weights of one tensor, and what they were.
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Place(TicketTensor tensor, TrainedValues now, float[] before) {}

    /// @param model with what lies below the tickets on it
    /// @param ticket whose places are tried; all others that are put have the same ones
    /// @throws io.lota4j.LotaException as [AdaptedModel#add] does
    public Trial(AdaptedModel model, Ticket ticket) {
        this.model = model;
        Tickets.requireBase(model.base(), ticket);
        Set<String> used = model.decoder().weights().shapes().keySet();
        AdaptedModel.requireTensors(model.base(), used, ticket);
        ticket.tensors().forEach((name, tensor) -> {
            if (used.contains(name) && tensor.nnz() > 0) {
                places.put(name, place(name, tensor));
            }
        });
    }

    private Place place(String name, TicketTensor tensor) {
        TrainedValues now = model.decoder()
                .weights()
                .trained(
                        name,
                        tensor.nnz(),
                        new HostBuffer(MemorySegment.ofArray(tensor.index().toArray())));
        float[] before = new float[tensor.nnz()];
        now.memory()
                .read(values -> tensor.forEach(
                        (position, at) -> before[position] = value(values, now.compact() ? position : at)));
        return new Place(tensor, now, before);
    }

    private static float value(MemorySegment values, long at) {
        return values.getAtIndex(ValueLayout.JAVA_FLOAT, at);
    }

    /// Takes off what was put last.
    public void clear() {
        places.values().forEach(Trial::restore);
        model.decoder().weights().moved();
    }

    private static void restore(Place place) {
        place.now().memory().update(values -> restore(place, values));
    }

    private static void restore(Place place, MemorySegment values) {
        boolean compact = place.now().compact();
        place.tensor()
                .forEach((position, at) ->
                        values.setAtIndex(ValueLayout.JAVA_FLOAT, compact ? position : at, place.before()[position]));
    }

    /// Puts a ticket on, in place of the last one.
    ///
    /// @throws IllegalArgumentException if it has other places
    public void put(Ticket ticket) {
        places.forEach((name, place) -> {
            TicketTensor tensor = ticket.tensor(name);
            if (!tensor.index().equals(place.tensor().index())) {
                throw new IllegalArgumentException(name + ": a ticket on other weights");
            }
            place.now().memory().update(values -> {
                restore(place, values);
                model.add(name, tensor, values, place.now().compact());
            });
        });
        model.decoder().weights().moved();
    }
}
