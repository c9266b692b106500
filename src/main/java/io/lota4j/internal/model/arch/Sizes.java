package io.lota4j.internal.model.arch;

/// The sizes that most configurations have under the same keys.
///
/// @param hidden width of the residual stream
/// @param heads query heads
/// @param kvHeads key and value heads; divides `heads`
/// @param head width of a head
/// @param layers their number
/// @param inner width of an MLP
/// @param vocabulary rows of the embedding
/// @param positions longest sequence the model was made for, in tokens
record Sizes(int hidden, int heads, int kvHeads, int head, int layers, int inner, int vocabulary, int positions) {
    static Sizes of(ConfigKeys keys) {
        int hidden = keys.positive("hidden_size");
        int heads = keys.positive("num_attention_heads");
        int head = keys.headWidth(hidden, heads);
        return new Sizes(
                hidden,
                heads,
                keys.kvHeads(heads),
                head,
                keys.layers("num_hidden_layers"),
                keys.positive("intermediate_size"),
                keys.positive("vocab_size"),
                keys.positive("max_position_embeddings"));
    }
}
