package io.lota4j.guard;

import io.lota4j.internal.checkpoint.LayerName;
import io.lota4j.internal.model.OutputSpaces;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/// What of every matrix carries a behaviour and not the usual abilities, as ranks: ActSVD of
/// arXiv 2402.05162.
///
/// Of a matrix W with inputs X at response tokens the leading left singular vectors U of `W X` say what
/// it puts out. With `P_u = U_u U_uᵀ` by other rows and P_s likewise by the behaviour's,
/// `(I - P_u) P_s W` is what the behaviour has alone.
///
/// @param matrices by tensor
public record Ranks(SequencedMap<String, Matrix> matrices) {
    /// Copies the map.
    public Ranks {
        matrices = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(matrices));
    }

    /// A matrix.
    ///
    /// @param utility where the directions of the other rows end
    /// @param safety where those of the behaviour end
    /// @param compared what both are to each other
    public record Matrix(OutputSpaces.Cut utility, OutputSpaces.Cut safety, OutputSpaces.Compared compared) {
        /// Whether singular values are equal where directions are cut off, so that others could have been
        /// taken.
        public boolean tied() {
            return utility.tied() || safety.tied();
        }

        /// Whether there are fewer directions than were asked for: too few tokens went through it.
        public boolean isShort() {
            return utility.taken() < utility.asked() || safety.taken() < safety.asked();
        }
    }

    /// Some matrices.
    ///
    /// @param matrices how many
    /// @param similarity of the two spaces, mean over those that have both, in [0, 1]; NaN if none has
    /// @param removed norm of what the behaviour has alone over that of the weights, in [0, 1]
    public record Part(int matrices, double similarity, double removed) {}

    /// All matrices.
    public Part whole() {
        return part(matrices.values());
    }

    /// By the number of the layer.
    public SequencedMap<Integer, Part> layers() {
        return parts(name -> LayerName.of(name).map(LayerName::index).orElse(-1));
    }

    /// By kind of matrix, such as `mlp.down_proj`.
    public SequencedMap<String, Part> kinds() {
        return parts(LayerName::kind);
    }

    /// Matrices that [Matrix#tied].
    public long tied() {
        return matrices.values().stream().filter(Matrix::tied).count();
    }

    /// Matrices that are [Matrix#isShort].
    public long shortMatrices() {
        return matrices.values().stream().filter(Matrix::isShort).count();
    }

    private <K extends Comparable<K>> SequencedMap<K, Part> parts(Function<String, K> key) {
        SequencedMap<K, Part> parts = new TreeMap<>();
        matrices.keySet().stream()
                .collect(Collectors.groupingBy(key))
                .forEach((name, tensors) ->
                        parts.put(name, part(tensors.stream().map(matrices::get).toList())));
        return Collections.unmodifiableSequencedMap(parts);
    }

    private static Part part(Collection<Matrix> some) {
        List<OutputSpaces.Compared> all = some.stream().map(Matrix::compared).toList();
        double similarity = all.stream()
                .mapToDouble(OutputSpaces.Compared::similarity)
                .filter(Double::isFinite)
                .average()
                .orElse(Double.NaN);
        double removed =
                all.stream().mapToDouble(OutputSpaces.Compared::removedSquares).sum();
        double squares =
                all.stream().mapToDouble(OutputSpaces.Compared::squares).sum();
        return new Part(all.size(), similarity, squares == 0 ? 0 : Math.sqrt(removed / squares));
    }
}
