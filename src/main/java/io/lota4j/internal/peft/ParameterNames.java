package io.lota4j.internal.peft;

/// What PEFT calls the tensors of its methods, after the name of their module and a dot.
public final class ParameterNames {
    /// LoRA's factors of a linear module: `A [r, in]`, `B [out, r]`.
    public static final String LORA_A = "lora_A.weight";

    public static final String LORA_B = "lora_B.weight";

    /// LoRA's factors of an embedding: `A [r, rows]`, `B [columns, r]`.
    public static final String LORA_EMBEDDING_A = "lora_embedding_A";

    public static final String LORA_EMBEDDING_B = "lora_embedding_B";

    /// DoRA's norms, one for each output.
    public static final String DORA_MAGNITUDES = "lora_magnitude_vector";

    /// The base's own weight, where PEFT saves it too.
    public static final String BASE_WEIGHT = "base_layer.weight";

    /// SHiRA's rows and columns, `[2, n]`, and what is added there, `[n]`.
    public static final String SHIRA_INDICES = "shira_indices";

    public static final String SHIRA_VALUES = "shira_weight";

    /// Super-Tuning's flat indices, `[n]`, and what is added there, `[n]`.
    public static final String SUPERTUNING_INDICES = "supertuning_indices";

    public static final String SUPERTUNING_VALUES = "supertuning_values";

    /// The factors of Super-Tuning's hybrid with LoRA.
    public static final String SUPERTUNING_A = "supertuning_lora_A.weight";

    public static final String SUPERTUNING_B = "supertuning_lora_B.weight";

    private ParameterNames() {}
}
