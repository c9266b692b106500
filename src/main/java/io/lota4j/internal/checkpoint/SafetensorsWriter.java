package io.lota4j.internal.checkpoint;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Writes safetensors files, whole or not at all (see [AtomicFile]).
public final class SafetensorsWriter {
    private SafetensorsWriter() {}

    /// Writes a file. Of tensors that are not in memory already, one at a time is.
    ///
    /// Tensors of wide elements come first, as the reference implementation does, so that all are aligned; within
    /// one width the given order stays.
    ///
    /// @param metadata strings for the header's `__metadata__`, in this order; empty for none
    /// @throws io.lota4j.LotaException when the file cannot be written
    /// @throws IllegalArgumentException when two tensors have one name or one is named `__metadata__`
    public static void write(Path target, Map<String, String> metadata, List<TensorSource> tensors) {
        checkNames(tensors);
        List<TensorSource> ordered = tensors.stream()
                .sorted(Comparator.comparingInt((TensorSource t) -> t.dtype().bits())
                        .reversed())
                .toList();
        SafetensorsLayout layout = SafetensorsLayout.of(
                metadata,
                ordered.stream()
                        .map(t -> new SafetensorsLayout.Entry(t.name(), t.dtype(), t.shape()))
                        .toList());
        AtomicFile.write(target, layout.fileBytes(), channel -> {
            try (SafetensorsOutput output = new SafetensorsOutput(channel, layout.header().length)) {
                output.append(ordered);
                output.finish(metadata);
            }
        });
    }

    /// Writes a file whose tensors come only while it is written.
    ///
    /// @param longest a header at least as long as the file's will be
    /// @param tensors appends them, the wide ones first so that all are aligned, and returns the file's metadata
    /// @throws io.lota4j.LotaException when the file cannot be written
    public static void write(Path target, SafetensorsLayout longest, Tensors tensors) {
        AtomicFile.write(target, channel -> {
            try (SafetensorsOutput output = new SafetensorsOutput(channel, longest.header().length)) {
                output.finish(tensors.appendTo(output));
            }
        });
    }

    /// What is written, as it is made.
    @FunctionalInterface
    public interface Tensors {
        /// @return strings for the header's `__metadata__`, in their order; empty for none
        /// @throws IOException when writing fails
        Map<String, String> appendTo(SafetensorsOutput output) throws IOException;
    }

    private static void checkNames(List<TensorSource> tensors) {
        Set<String> names = new HashSet<>();
        for (TensorSource tensor : tensors) {
            if (tensor.name().equals(SafetensorsHeader.METADATA) || !names.add(tensor.name())) {
                throw new IllegalArgumentException("tensor name is taken: " + tensor.name());
            }
        }
    }
}
