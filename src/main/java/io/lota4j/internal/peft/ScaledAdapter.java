package io.lota4j.internal.peft;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.DType;
import io.lota4j.internal.FileKind;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.AtomicFile;
import io.lota4j.internal.checkpoint.Floats;
import io.lota4j.internal.checkpoint.ModelFiles;
import io.lota4j.internal.checkpoint.SafetensorsFile;
import io.lota4j.internal.checkpoint.SafetensorsWriter;
import io.lota4j.internal.checkpoint.TensorInfo;
import io.lota4j.internal.checkpoint.TensorSource;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A LoRA adapter whose change of the base is made smaller: every B times a number, in F32 and rounded once
/// to B's type. A, the rank and the configuration stay.
public final class ScaledAdapter {
    private static final String A = ".lora_A.weight";
    private static final String B = ".lora_B.weight";

    private ScaledAdapter() {}

    /// Writes the folder of the smaller adapter.
    ///
    /// @param folder of an adapter
    /// @param alpha the number, taken as F32
    /// @param origin put into the weights' metadata, each key behind `lota4j.`
    /// @param out a folder that is not there or empty
    /// @throws LotaException when there is no adapter, or it has more than the factors of LoRA, which then
    ///     do not make all of its change
    public static void write(Path folder, double alpha, Map<String, String> origin, Path out) {
        AtomicFile.requireEmpty(out);
        AdapterFolder adapter = AdapterFolder.find(folder)
                .orElseThrow(() -> new LotaException(
                        Text.format("%s holds no adapter: there is no %s.", folder, AdapterFolder.CONFIG)));
        try (SafetensorsFile file = SafetensorsFile.open(adapter.weights())) {
            List<TensorSource> tensors = file.tensors().values().stream()
                    .map(info -> tensor(file, info, (float) alpha))
                    .toList();
            Map<String, String> metadata = new LinkedHashMap<>(file.metadata());
            origin.forEach((key, value) -> metadata.put("lota4j." + key, value));
            long bytes = tensors.stream().mapToLong(TensorSource::bytes).sum();
            AtomicFile.writeDirectory(out, bytes, part -> {
                AtomicFile.write(part.resolve(AdapterFolder.CONFIG), read(adapter.config()));
                Path card = adapter.config().resolveSibling(ModelFiles.CARD);
                if (Files.exists(card)) {
                    AtomicFile.write(part.resolve(ModelFiles.CARD), read(card));
                }
                SafetensorsWriter.write(part.resolve(AdapterFolder.WEIGHTS), metadata, tensors);
            });
        }
    }

    private static TensorSource tensor(SafetensorsFile file, TensorInfo info, float alpha) {
        MemorySegment bytes = file.bytes(info.name());
        if (info.name().endsWith(A)) {
            return TensorSource.ofSegment(info.name(), info.dtype(), info.shape(), bytes);
        }
        boolean float32OrLess = info.dtype() == DType.F32 || info.dtype() == DType.BF16 || info.dtype() == DType.F16;
        if (!info.name().endsWith(B) || !float32OrLess) {
            throw new LotaException(Text.format(
                    "%s: tensor '%s' (%s) cannot be scaled; expected are LoRA's factors alone, *%s and *%s of F32, BF16"
                            + " or F16.",
                    file.path(), info.name(), info.dtype(), A, B));
        }
        return new TensorSource(info.name(), info.dtype(), info.shape(), target -> {
            MemorySegment values =
                    MemorySegment.ofArray(new float[Math.toIntExact(info.shape().numel())]);
            Floats.toF32(info.dtype(), bytes, values);
            for (long at = 0; at < values.byteSize(); at += Float.BYTES) {
                values.set(ValueLayout.JAVA_FLOAT, at, values.get(ValueLayout.JAVA_FLOAT, at) * alpha);
            }
            Floats.fromF32(values, info.dtype(), target);
        });
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new LotaException(file + ": cannot be read: " + FileKind.reason(e) + ".", e);
        }
    }
}
