package io.lota4j.train.lora;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.json.JsonMapper;

/// The text of `adapter_config.json`, with the keys that say something; PEFT has defaults for all others.
final class AdapterConfigJson {
    private AdapterConfigJson() {}

    static String of(Path base, LoraTargets targets) {
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("peft_type", "LORA");
        root.put("task_type", "CAUSAL_LM");
        root.put("base_model_name_or_path", base.toString());
        root.put("r", targets.lora().rank());
        root.put("lora_alpha", number(targets.lora().alpha()));
        root.put("target_modules", targets.modules());
        root.put("rank_pattern", ranks(targets));
        root.put("alpha_pattern", Map.of());
        root.put("lora_dropout", 0.0);
        root.put("bias", "none");
        root.put("fan_in_fan_out", targets.transposed());
        root.put("init_lora_weights", true);
        root.put("use_dora", false);
        root.put("use_rslora", false);
        root.put("inference_mode", true);
        return JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n";
    }

    /// Whole numbers without a point, as PEFT's users write them.
    private static Object number(double alpha) {
        if (alpha == Math.rint(alpha) && alpha < Integer.MAX_VALUE) {
            return (int) alpha;
        }
        return alpha;
    }

    private static Map<String, Integer> ranks(LoraTargets targets) {
        Map<String, Integer> ranks = new TreeMap<>();
        targets.reduced()
                .forEach((rank, names) ->
                        names.forEach(name -> ranks.put(targets.inMemory(TargetModules.module(name)), rank)));
        return ranks;
    }
}
