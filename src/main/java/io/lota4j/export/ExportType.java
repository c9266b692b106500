package io.lota4j.export;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.DType;
import io.lota4j.internal.Text;
import java.util.Arrays;
import java.util.List;

/// What weights are written as.
public enum ExportType {
    F32,
    BF16,
    F16,
    /// Whole numbers of 8 bits, 32 of them with one scale in F16: GGUF's.
    Q8_0;

    /// As safetensors stores it.
    ///
    /// @throws LotaException when it does not
    DType stored() {
        if (this == Q8_0) {
            throw new LotaException(Text.format(
                    "Weights in safetensors are written as %s, not as %s.", listed(List.of(F32, BF16, F16)), this));
        }
        return DType.valueOf(name());
    }

    static String listed(List<ExportType> types) {
        return String.join(", ", types.stream().map(ExportType::name).toList());
    }

    /// All of them, for help.
    public static String names() {
        return listed(Arrays.asList(values()));
    }
}
