package io.lota4j.internal.merge.source;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.SafetensorsFile;
import io.lota4j.internal.merge.source.AdapterPart.WholePart;
import io.lota4j.internal.peft.AdapterConfig;
import io.lota4j.internal.peft.AdapterTensors;
import java.util.SequencedMap;
import java.util.TreeMap;

/// Everything that an adapter's file holds, by the names of the base's tensors.
final class AdapterParts {
    private AdapterParts() {}

    /// @throws LotaException when the file does not hold what the configuration says, or holds anything else
    static SequencedMap<String, AdapterPart> read(AdapterConfig config, SafetensorsFile file) {
        AdapterMethod method = AdapterMethod.of(config);
        AdapterTensors tensors = AdapterTensors.of(file, method.parameters());
        SequencedMap<String, AdapterPart> parts = new TreeMap<>();
        tensors.whole().forEach((name, info) -> parts.put(name, new WholePart(file, info)));
        tensors.modules().forEach((module, parameters) -> {
            if (parts.put(module + ".weight", method.part(parameters)) != null) {
                throw new LotaException(Text.format(
                        "%s: module '%s' has both a change and whole weights; which one holds?", file.path(), module));
            }
        });
        if (parts.isEmpty()) {
            throw new LotaException(Text.format("%s holds no tensors: the adapter changes nothing.", file.path()));
        }
        config.value("modules_to_save")
                .filter(saved -> config.asksFor("modules_to_save"))
                .filter(saved -> tensors.whole().isEmpty())
                .ifPresent(saved -> {
                    throw config.refusal(Text.format(
                            "'modules_to_save' is %s, but the weights file holds no tensor of these.", saved));
                });
        return parts;
    }
}
