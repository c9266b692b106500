package io.lota4j.ticket;

import io.lota4j.checkpoint.DType;
import io.lota4j.checkpoint.Floats;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/// What is done to the elements of a tensor that are in a ticket.
enum Patch {
    /// Base elements become tuned ones.
    ADD_DELTA {
        @Override
        void patch(TicketTensor tensor, MemorySegment elements) {
            DType dtype = tensor.baseType();
            float[] values = tensor.values();
            tensor.forEach((position, index) -> {
                float tuned = Floats.get(dtype, elements, index) + values[position];
                Floats.set(dtype, elements, index, tuned);
            });
        }
    },
    /// Tuned elements become the base's again.
    RESTORE_BASE {
        @Override
        void patch(TicketTensor tensor, MemorySegment elements) {
            int size = tensor.baseType().size();
            MemorySegment bits = MemorySegment.ofArray(Objects.requireNonNull(tensor.baseBits()));
            tensor.forEach((position, index) -> Bits.copy(size, bits, position, elements, index));
        }
    };

    /// @param elements all elements of the tensor, which can be written
    abstract void patch(TicketTensor tensor, MemorySegment elements);
}
