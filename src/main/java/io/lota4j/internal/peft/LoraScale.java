package io.lota4j.internal.peft;

/// What the product of LoRA's factors is multiplied by in one module.
///
/// @param rank of its factors
/// @param factor `alpha / rank` or, with rsLoRA, `alpha / sqrt(rank)`
public record LoraScale(long rank, float factor) {
    /// Reads it.
    ///
    /// @param module its name in the base, which patterns may say other numbers for
    /// @throws io.lota4j.LotaException when a number is missing or not above 0
    public static LoraScale of(AdapterConfig config, String module) {
        double alpha = config.positive("alpha_pattern", "lora_alpha", module);
        double rank = Math.ceil(config.positive("rank_pattern", "r", module));
        if (rank > Integer.MAX_VALUE) {
            throw config.refusal("the rank of '" + module + "' is " + rank + ", more than any factors have.");
        }
        return new LoraScale((long) rank, (float) (alpha / (config.flag("use_rslora") ? Math.sqrt(rank) : rank)));
    }
}
