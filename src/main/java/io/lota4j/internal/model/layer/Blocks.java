package io.lota4j.internal.model.layer;

import io.lota4j.internal.checkpoint.DecoderNames;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// A whole decoder.
///
/// @param hidden width of the residual stream
/// @param vocabulary rows of the embedding
/// @param positions longest sequence the model was made for, in tokens
/// @param embedding name of its matrix, `[vocabulary, hidden]`
/// @param embeddingScale what its rows are multiplied by
/// @param learnedPositions name of a matrix `[positions, hidden]` whose rows are added to those of the embedding; null
///     for none
/// @param names that the checkpoint gives its tensors
/// @param norm the last one; its weight by its whole name
/// @param head name of the matrix `[vocabulary, hidden]` that logits come from; the embedding's if the two are tied
/// @param logitScale what logits are multiplied by
/// @param logitCap logits become `cap * tanh(logit / cap)`; 0 for none
public record Blocks(
        int hidden,
        int vocabulary,
        int positions,
        String embedding,
        double embeddingScale,
        @Nullable String learnedPositions,
        DecoderNames names,
        List<Block> layers,
        Step.Norm norm,
        String head,
        double logitScale,
        double logitCap) {
    public Blocks {
        layers = List.copyOf(layers);
    }

    public boolean tied() {
        return head.equals(embedding);
    }

    /// The name of a layer's weight.
    public String name(int layer, String weight) {
        return names.layers() + layer + "." + weight;
    }

    /// The names of a layer's weights, with the weights, in the order of computation.
    public SequencedMap<String, Weight> weights(int layer) {
        SequencedMap<String, Weight> weights = new LinkedHashMap<>();
        layers.get(layer).weights().forEach(weight -> weights.put(name(layer, weight.name()), weight));
        return weights;
    }

    /// Whether a weight is a layer's matrix that is stored transposed, `[in, out]`.
    public boolean isTransposed(String weight) {
        return names.layer(weight).filter(name -> name.index() < layers.size()).stream()
                .flatMap(name -> layers.get(name.index()).steps().stream()
                        .filter(step -> step instanceof Step.Linear linear
                                && linear.layout() == Step.Linear.Layout.IN_OUT
                                && name(name.index(), linear.weight()).equals(weight)))
                .findFirst()
                .isPresent();
    }

    /// The same decoder with other scales, and another cap of its logits.
    public Blocks withScales(double ofEmbedding, double ofLogits, double cap) {
        return new Blocks(
                hidden,
                vocabulary,
                positions,
                embedding,
                ofEmbedding,
                learnedPositions,
                names,
                layers,
                norm,
                head,
                ofLogits,
                cap);
    }

    /// The same decoder whose last norm has another name.
    public Blocks withNorm(String weight) {
        Step.Norm named = new Step.Norm(
                norm.out(), norm.in(), norm.kind(), norm.width(), norm.over(), norm.eps(), names.prefix() + weight);
        return new Blocks(
                hidden,
                vocabulary,
                positions,
                embedding,
                embeddingScale,
                learnedPositions,
                names,
                layers,
                named,
                head,
                logitScale,
                logitCap);
    }

    /// The same decoder with another rotary embedding in the layers that have one.
    public Blocks withRope(Rope rope) {
        List<Block> turned = layers.stream()
                .map(block -> block.rope() == null ? block : new Block(block.steps(), rope))
                .toList();
        return new Blocks(
                hidden,
                vocabulary,
                positions,
                embedding,
                embeddingScale,
                learnedPositions,
                names,
                turned,
                norm,
                head,
                logitScale,
                logitCap);
    }
}
