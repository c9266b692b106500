package io.lota4j.internal.peft;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.Nearby;
import io.lota4j.internal.checkpoint.SafetensorsFile;
import io.lota4j.internal.checkpoint.TensorInfo;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// The tensors of an adapter's file by what they are for.
///
/// @param modules with parameters of the adapter's method, by name
/// @param whole tensors of the base that are saved whole, by their names in the base
public record AdapterTensors(SequencedMap<String, AdapterModule> modules, SequencedMap<String, TensorInfo> whole) {
    /// What PEFT puts between a module of the base and its weight.
    private static final Pattern METHODS_OWN =
            Pattern.compile("\\.(lora_\\w+|shira_\\w+|supertuning_\\w+|base_layer|token_adapter|modules_to_save)\\.");

    /// Sorts a file's tensors.
    ///
    /// @param parameters what the method names its tensors, after the module's name and a dot
    /// @throws LotaException when there is one that is neither the method's nor a weight or bias of the base
    public static AdapterTensors of(SafetensorsFile file, Set<String> parameters) {
        Map<String, Map<String, TensorInfo>> grouped = new TreeMap<>();
        SequencedMap<String, TensorInfo> whole = new TreeMap<>();
        List<String> unknown = new ArrayList<>();
        for (TensorInfo info : file.tensors().values()) {
            String name = info.name().startsWith(AdapterModule.PREFIX)
                    ? info.name().substring(AdapterModule.PREFIX.length())
                    : "";
            Optional<String> parameter =
                    parameters.stream().filter(p -> name.endsWith("." + p)).findFirst();
            if (parameter.isPresent()) {
                String module =
                        name.substring(0, name.length() - parameter.get().length() - 1);
                grouped.computeIfAbsent(module, m -> new LinkedHashMap<>()).put(parameter.get(), info);
            } else if (isWhole(name)) {
                whole.put(name, info);
            } else {
                unknown.add(info.name());
            }
        }
        refuse(unknown, file, parameters);
        SequencedMap<String, AdapterModule> modules = new TreeMap<>();
        grouped.forEach((module, of) -> modules.put(module, new AdapterModule(file, module, of)));
        return new AdapterTensors(modules, whole);
    }

    private static boolean isWhole(String name) {
        return (name.endsWith(".weight") || name.endsWith(".bias"))
                && !METHODS_OWN.matcher(name).find();
    }

    private static void refuse(List<String> unknown, SafetensorsFile file, Set<String> parameters) {
        if (!unknown.isEmpty()) {
            throw new LotaException(Text.format(
                    "%s: %s is not used by this adapter's method; expected are '%s<module>.' and %s.",
                    file.path(),
                    Nearby.listed(unknown),
                    AdapterModule.PREFIX,
                    parameters.stream().sorted().toList()));
        }
    }
}
