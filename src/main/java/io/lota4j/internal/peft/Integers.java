package io.lota4j.internal.peft;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.DType;
import io.lota4j.internal.Text;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// Stored whole numbers: I32, I64 or, as PEFT writes them on Windows, F32.
public record Integers(DType dtype, MemorySegment bytes) {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /// @throws LotaException when a parameter holds no whole numbers
    public static Integers of(AdapterModule module, String parameter) {
        DType dtype = module.info(parameter).dtype();
        if (dtype != DType.I32 && dtype != DType.I64 && dtype != DType.F32) {
            throw new LotaException(
                    Text.format("%s must be I32, I64 or F32, but is %s.", module.where(parameter), dtype));
        }
        return new Integers(dtype, module.file().bytes(module.info(parameter).name()));
    }

    /// One number; -1 where a float is not whole.
    public long at(long position) {
        return switch (dtype) {
            case I32 -> bytes.get(INT, position * Integer.BYTES);
            case I64 -> bytes.get(LONG, position * Long.BYTES);
            default -> whole(bytes.get(FLOAT, position * Float.BYTES));
        };
    }

    private static long whole(float value) {
        return value == (long) value ? (long) value : -1;
    }
}
