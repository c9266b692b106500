package io.lota4j.internal.mask;

import io.lota4j.checkpoint.DType;
import io.lota4j.internal.checkpoint.SafetensorsWriter;
import io.lota4j.internal.checkpoint.TensorSource;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// Dense deltas as files: safetensors, F32, named as the weights that moved.
public final class DeltaFile {
    private DeltaFile() {}

    /// Writes deltas, whole or not at all.
    ///
    /// @param origin how they came about, as metadata
    /// @throws io.lota4j.LotaException when the file cannot be written
    public static void write(Path target, TensorValues deltas, Map<String, String> origin) {
        List<TensorSource> tensors = deltas.tensors().entrySet().stream()
                .map(tensor -> new TensorSource(
                        tensor.getKey(), DType.F32, tensor.getValue(), bytes -> deltas.read(tensor.getKey(), 0, bytes)))
                .toList();
        SafetensorsWriter.write(target, origin, tensors);
    }
}
