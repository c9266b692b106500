package io.lota4j.internal.peft;

import io.lota4j.LotaException;
import io.lota4j.internal.Links;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.Nearby;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// A folder with an adapter as PEFT writes it.
///
/// @param config `adapter_config.json`
/// @param weights `adapter_model.safetensors`
public record AdapterFolder(Path config, Path weights) {
    public static final String CONFIG = "adapter_config.json";
    public static final String WEIGHTS = "adapter_model.safetensors";

    private static final String PICKLED_WEIGHTS = "adapter_model.bin";
    private static final String CHECKPOINT_WEIGHTS = "model.safetensors";

    /// The adapter in a directory or, where PEFT puts one that is not named `default`, in its only such subfolder.
    ///
    /// @return empty when there is none
    /// @throws LotaException when its weights are missing, when there are several subfolders with one, or when the
    ///     directory holds a checkpoint as well
    public static Optional<AdapterFolder> find(Path directory) {
        boolean checkpoint = Files.exists(directory.resolve(CHECKPOINT_WEIGHTS))
                || Files.exists(directory.resolve(CHECKPOINT_WEIGHTS + ".index.json"));
        Links.requireTarget(directory.resolve(CONFIG));
        if (Files.isRegularFile(directory.resolve(CONFIG))) {
            if (checkpoint) {
                throw new LotaException(Text.format(
                        "%s holds both a checkpoint (%s) and an adapter (%s); put them into two folders.",
                        directory, CHECKPOINT_WEIGHTS, CONFIG));
            }
            return Optional.of(of(directory));
        }
        return checkpoint ? Optional.empty() : inSubfolder(directory);
    }

    private static Optional<AdapterFolder> inSubfolder(Path directory) {
        List<String> adapters = Nearby.names(directory).stream()
                .filter(name -> Files.isRegularFile(directory.resolve(name, CONFIG)))
                .toList();
        if (adapters.size() > 1) {
            throw new LotaException(Text.format(
                    "%s holds the adapters %s; name one, such as %s.",
                    directory, Nearby.listed(adapters), directory.resolve(adapters.getFirst())));
        }
        return adapters.stream().findFirst().map(name -> of(directory.resolve(name)));
    }

    private static AdapterFolder of(Path directory) {
        Path weights = directory.resolve(WEIGHTS);
        Links.requireTarget(weights);
        if (!Files.isRegularFile(weights)) {
            String hint = Files.exists(directory.resolve(PICKLED_WEIGHTS))
                    ? Text.format(
                            "%s is a pickle, which could run any program; save the adapter again as safetensors.",
                            PICKLED_WEIGHTS)
                    : Text.format("It holds %s.", Nearby.listed(Nearby.names(directory)));
            throw new LotaException(Text.format("%s: no %s beside %s. %s", directory, WEIGHTS, CONFIG, hint));
        }
        return new AdapterFolder(directory.resolve(CONFIG), weights);
    }
}
