package io.lota4j.export;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.DType;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.Suggestions;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.TensorSource;
import io.lota4j.internal.peft.ParameterNames;
import io.lota4j.ticket.TicketTensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;

/// How a PEFT method keeps sparse changes. Each has one setting for all matrices, from which PEFT computes how many
/// entries a matrix has; a matrix with fewer is filled up with zeros at its first element.
sealed interface SparseLayout {
    ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /// PEFT's word for the method.
    String type();

    /// What the adapter's configuration says.
    Map<String, Object> settings();

    /// How many entries PEFT expects for a matrix.
    long entries(Shape shape);

    /// Bytes of an entry.
    int entryBytes();

    /// An adapter's tensors for one module, by what follows the module's name.
    List<TensorSource> tensors(String module, TicketTensor tensor);

    /// Bytes of all matrices.
    default long bytes(Collection<TicketTensor> tensors) {
        return tensors.stream()
                .mapToLong(tensor -> entries(tensor.shape()) * entryBytes())
                .sum();
    }

    /// The layout of a name or, without one, the one that takes less.
    ///
    /// @throws LotaException when there is none of the name, or it cannot hold the matrices
    static SparseLayout of(Optional<String> type, Map<String, TicketTensor> tensors) {
        SequencedMap<String, SparseLayout> all = new TreeMap<>();
        Shira shira = Shira.of(tensors.values());
        Optional<String> misfit = shira.misfit(tensors);
        if (misfit.isEmpty()) {
            all.put(shira.type(), shira);
        }
        Supertuning supertuning = Supertuning.of(tensors.values());
        all.put(supertuning.type(), supertuning);
        if (type.isEmpty()) {
            return misfit.isEmpty() && shira.bytes(tensors.values()) < supertuning.bytes(tensors.values())
                    ? shira
                    : supertuning;
        }
        SparseLayout chosen = all.get(type.get());
        if (chosen == null) {
            List<String> known = List.of(shira.type(), supertuning.type());
            throw new LotaException(
                    known.contains(type.get())
                            ? misfit.orElseThrow()
                            : Text.format(
                                    "A ticket becomes an adapter of one of the types %s, not '%s'.%s",
                                    String.join(", ", known), type.get(), Suggestions.hint(type.get(), known)));
        }
        return chosen;
    }

    /// SHiRA ([arXiv 2406.13175](https://arxiv.org/abs/2406.13175)): rows and columns, `r` times as many entries as a
    /// matrix has rows and columns together.
    ///
    /// @param r at least 1
    record Shira(long r) implements SparseLayout {
        static Shira of(Collection<TicketTensor> tensors) {
            return new Shira(tensors.stream()
                    .mapToLong(tensor -> Math.ceilDiv(tensor.nnz(), sides(tensor.shape())))
                    .max()
                    .orElse(1));
        }

        private static long sides(Shape shape) {
            return shape.dim(0) + shape.dim(1);
        }

        /// PEFT refuses more entries than a matrix has elements.
        Optional<String> misfit(Map<String, TicketTensor> tensors) {
            return tensors.entrySet().stream()
                    .filter(tensor -> entries(tensor.getValue().shape())
                            > tensor.getValue().shape().numel())
                    .findFirst()
                    .map(tensor -> Text.format(
                            "SHIRA keeps r times (rows + columns) values of every matrix. The matrix that changes most"
                                    + " needs r = %d, which is more than tensor '%s' of shape %s has. SUPERTUNING can"
                                    + " hold this ticket.",
                            r, tensor.getKey(), tensor.getValue().shape()));
        }

        @Override
        public String type() {
            return "SHIRA";
        }

        /// With a word for the mask that PEFT has no function for, it draws none, and takes the file's indices.
        @Override
        public Map<String, Object> settings() {
            return new TreeMap<>(Map.of("r", r, "mask_type", "ticket", "fan_in_fan_out", false, "init_weights", true));
        }

        @Override
        public long entries(Shape shape) {
            return r * sides(shape);
        }

        @Override
        public int entryBytes() {
            return 2 * Integer.BYTES + Float.BYTES;
        }

        @Override
        public List<TensorSource> tensors(String module, TicketTensor tensor) {
            long count = entries(tensor.shape());
            int columns = Math.toIntExact(tensor.shape().dim(1));
            return List.of(
                    new TensorSource(module + ParameterNames.SHIRA_INDICES, DType.I32, Shape.of(2, count), target -> {
                        target.fill((byte) 0);
                        tensor.forEach((position, index) -> {
                            target.set(INT, 4L * position, index / columns);
                            target.set(INT, 4 * (count + position), index % columns);
                        });
                    }),
                    values(module + ParameterNames.SHIRA_VALUES, count, tensor));
        }
    }

    /// Super-Tuning ([arXiv 2607.09287](https://arxiv.org/abs/2607.09287)): flat indices, the same share of every
    /// matrix.
    ///
    /// @param sparsity frozen share, in [0, 1)
    record Supertuning(double sparsity) implements SparseLayout {
        static Supertuning of(Collection<TicketTensor> tensors) {
            double density = tensors.stream()
                    .mapToDouble(
                            tensor -> (double) tensor.nnz() / tensor.shape().numel())
                    .max()
                    .orElse(1);
            Supertuning layout = new Supertuning(Math.max(0, 1 - density));
            while (layout.sparsity > 0 && !layout.fits(tensors)) {
                layout = new Supertuning(Math.max(0, Math.nextDown(layout.sparsity)));
            }
            return layout;
        }

        private boolean fits(Collection<TicketTensor> tensors) {
            return tensors.stream().allMatch(tensor -> entries(tensor.shape()) >= tensor.nnz());
        }

        @Override
        public String type() {
            return "SUPERTUNING";
        }

        @Override
        public Map<String, Object> settings() {
            return new TreeMap<>(Map.of("sparsity", sparsity, "save_precomputed_indices", true, "init_weights", true));
        }

        /// As PEFT rounds it.
        @Override
        public long entries(Shape shape) {
            return (long) (shape.numel() * (1 - sparsity));
        }

        @Override
        public int entryBytes() {
            return Integer.BYTES + Float.BYTES;
        }

        @Override
        public List<TensorSource> tensors(String module, TicketTensor tensor) {
            long count = entries(tensor.shape());
            return List.of(
                    new TensorSource(
                            module + ParameterNames.SUPERTUNING_INDICES, DType.I32, Shape.of(count), target -> {
                                target.fill((byte) 0);
                                tensor.forEach((position, index) -> target.set(INT, 4L * position, index));
                            }),
                    values(module + ParameterNames.SUPERTUNING_VALUES, count, tensor));
        }
    }

    private static TensorSource values(String name, long count, TicketTensor tensor) {
        float[] values = tensor.values();
        return new TensorSource(name, DType.F32, Shape.of(count), target -> {
            target.fill((byte) 0);
            MemorySegment.copy(values, 0, target, FLOAT, 0, values.length);
        });
    }

    /// The words for types, for help.
    static List<String> types() {
        return Arrays.asList("SHIRA", "SUPERTUNING");
    }
}
