package io.lota4j.internal.model.arch;

import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.JsonKeys;
import io.lota4j.internal.checkpoint.JsonKeys.Null;
import java.util.List;
import java.util.stream.Collectors;

/// All architectures.
public final class Architectures {
    private static final List<Architecture> ALL = List.of(
            new Exaone4(),
            new GptNeoX(),
            new Gpt2(),
            new GptOss(),
            new Granite(),
            new Gemma2(),
            new Gemma3(),
            new TextModule("Gemma 3", "gemma3", List.of(new Gemma3()), true),
            new Lfm2(),
            new Llama(),
            new Ministral3(),
            new TextModule("Ministral 3", "mistral3", List.of(new Mistral(), new Ministral3()), true),
            new Mistral(),
            new Olmo2(),
            new Olmo3(),
            new Phi3(),
            Qwen.QWEN2,
            Qwen.QWEN3,
            new Qwen35(),
            new TextModule("Qwen 3.5", "qwen3_5", List.of(new Qwen35()), false),
            new Qwen3Moe(),
            new SmolLm3());

    /// The beginning of the types of a family that people have and that is not computed yet.
    private static final String GEMMA4 = "gemma4";

    /// What it would need.
    private static final String GEMMA4_NEEDS = "A Gemma 4 needs what no layer here has: an embedding of its tokens for"
            + " each layer, keys and values that layers take from an earlier one, and a multiplier that is stored. ";

    private Architectures() {}

    /// The architecture that a configuration's `model_type` names.
    ///
    /// @throws io.lota4j.LotaException if it is none of them
    public static Architecture of(JsonKeys keys) {
        String type = keys.optionalText("model_type", Null.REFUSED).orElse("llama");
        return ALL.stream()
                .filter(architecture -> architecture.types().contains(type))
                .findFirst()
                .orElseThrow(() -> keys.refused(Text.format(
                        "\"model_type\" is \"%s\"; supported: %s. %s%s",
                        type,
                        ALL.stream()
                                .flatMap(architecture -> architecture.types().stream())
                                .map(name -> "\"" + name + "\"")
                                .sorted()
                                .collect(Collectors.joining(", ")),
                        type.startsWith(GEMMA4) ? GEMMA4_NEEDS : "",
                        ConfigKeys.STILL_WORKS)));
    }
}
