package io.lota4j.internal.merge.source;

import io.lota4j.internal.Suggestions;
import io.lota4j.internal.Text;
import io.lota4j.internal.peft.AdapterConfig;
import io.lota4j.internal.peft.AdapterModule;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A PEFT method: how the tensors of one module become a change of its weight.
interface AdapterMethod {
    /// By `peft_type`. An adapter of another kind is refused.
    Map<String, Function<AdapterConfig, AdapterMethod>> BY_TYPE = new TreeMap<>(Map.of(
            "LORA", LoraMethod::new, "SHIRA", config -> new ShiraMethod(), "SUPERTUNING", SupertuningMethod::new));

    /// Settings of every adapter, which are looked at or change nothing once it is trained.
    Set<String> COMMON = Set.of(
            "peft_type",
            "peft_version",
            "task_type",
            "auto_mapping",
            "base_model_name_or_path",
            "revision",
            "inference_mode",
            "target_modules",
            "exclude_modules",
            "modules_to_save",
            "ensure_weight_tying");

    /// The method that a configuration names.
    ///
    /// @throws io.lota4j.LotaException when it names none that is known, or asks for what is not done here
    static AdapterMethod of(AdapterConfig config) {
        String type = config.text("peft_type").orElseThrow(() -> config.missing("peft_type", known()));
        Function<AdapterConfig, AdapterMethod> method = BY_TYPE.get(type);
        if (method == null) {
            String hint = Suggestions.hint(type, BY_TYPE.keySet());
            throw config.refusal(Text.format("'peft_type' must be %s, but is '%s'.%s", known(), type, hint));
        }
        AdapterMethod found = method.apply(config);
        config.refuseOthers(
                Stream.concat(COMMON.stream(), found.settings().stream()).collect(Collectors.toSet()));
        return found;
    }

    private static String known() {
        return "one of " + BY_TYPE.keySet();
    }

    /// What it names its tensors, after the module's name and a dot.
    Set<String> parameters();

    /// Settings that are its own, which are looked at or change nothing once an adapter is trained.
    Set<String> settings();

    /// The change of one module's weight.
    ///
    /// @throws io.lota4j.LotaException when a tensor is missing or has another shape than the configuration says
    AdapterPart part(AdapterModule module);
}
