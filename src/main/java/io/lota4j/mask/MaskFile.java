package io.lota4j.mask;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.DType;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.Checksum;
import io.lota4j.internal.checkpoint.SafetensorsFile;
import io.lota4j.internal.checkpoint.SafetensorsWriter;
import io.lota4j.internal.checkpoint.TensorInfo;
import io.lota4j.internal.checkpoint.TensorSource;
import io.lota4j.internal.mask.IndexSets;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;

/// Mask files, `*.mask.safetensors`.
///
/// For every tensor of the pool one U8 tensor of the same name holds the portable RoaringBitmap serialization of the
/// trainable flat row-major indices; shapes, base, pool and origin are metadata, and a checksum of all of it. Equal
/// masks give equal files.
public final class MaskFile {
    private MaskFile() {}

    /// Writes a mask, whole or not at all.
    ///
    /// @param target replaced when it is there
    /// @throws LotaException when the file cannot be written
    public static void write(Path target, Mask mask) {
        Map<String, String> metadata = MaskMetadata.of(mask);
        Checksum checksum = new Checksum().add(metadata);
        List<TensorSource> sets = new ArrayList<>();
        mask.tensors().forEach((name, tensor) -> {
            byte[] bytes = IndexSets.toBytes(tensor.trainable());
            checksum.add(MemorySegment.ofArray(bytes));
            sets.add(new TensorSource(
                    name,
                    DType.U8,
                    Shape.of(bytes.length),
                    into -> into.copyFrom(MemorySegment.ofArray(IndexSets.toBytes(tensor.trainable())))));
        });
        metadata.put(MaskMetadata.CHECKSUM, checksum.hex());
        SafetensorsWriter.write(target, metadata, sets);
    }

    /// Reads a mask; the file is hostile until checked.
    ///
    /// @throws LotaException when the file cannot be read, is of another kind or version, contradicts itself or its
    ///     checksum (files of older programs have none), or holds a malformed index set or one that does not fit
    public static Mask read(Path path) {
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            MaskMetadata metadata = new MaskMetadata(file.metadata(), path.toString());
            metadata.requireFormat();
            SequencedMap<String, Shape> shapes = metadata.shapes();
            requireSameNames(file, shapes);
            metadata.requireChecksum(file);
            Map<String, MaskTensor> tensors = new TreeMap<>();
            shapes.forEach((name, shape) -> tensors.put(name, tensor(file, name, shape)));
            Mask mask = new Mask(metadata.info(), tensors);
            metadata.requireCounts(mask);
            return mask;
        }
    }

    private static void requireSameNames(SafetensorsFile file, Map<String, Shape> shapes) {
        for (String name : file.tensors().keySet()) {
            if (!shapes.containsKey(name)) {
                throw new LotaException(Text.format(
                        "%s: tensor '%s' is in the file, but not in the metadata's 'shapes'.", file.path(), name));
            }
        }
        for (String name : shapes.keySet()) {
            if (!file.tensors().containsKey(name)) {
                throw new LotaException(Text.format(
                        "%s: tensor '%s' is in the metadata's 'shapes', but not in the file.", file.path(), name));
            }
        }
    }

    private static MaskTensor tensor(SafetensorsFile file, String name, Shape shape) {
        String where = Text.format("%s: tensor '%s'", file.path(), name);
        TensorInfo info = file.info(name);
        if (info.dtype() != DType.U8 || info.shape().rank() != 1) {
            throw new LotaException(Text.format(
                    "%s: the index set of a mask is U8 of one dimension, but this is %s %s.",
                    where, info.dtype(), info.shape()));
        }
        if (shape.numel() > IndexSets.MAX_ELEMENTS) {
            throw new LotaException(Text.format(
                    "%s: shape %s has %d elements, over the limit of %d.",
                    where, shape, shape.numel(), IndexSets.MAX_ELEMENTS));
        }
        return new MaskTensor(shape, IndexSets.fromBytes(file.bytes(name), shape.numel(), where));
    }
}
