package io.lota4j.internal.checkpoint;

import io.lota4j.LotaException;
import io.lota4j.internal.Links;
import io.lota4j.internal.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The files of a model directory beside its weights, sorted by name: which of them a model has that is made of it.
///
/// @param kept files that say how to use the weights: configuration, tokenizer, license
/// @param left files and folders that hold weights in other forms, describe that one model, or belong to no model
public record ModelFiles(List<Path> kept, List<Path> left) {
    /// Describes a model; another one made of it needs a description of its own.
    public static final String CARD = "README.md";

    /// Where `config.json` of a model of several modules keeps the values of its text module. One may be in another, as
    /// in `thinker_config.text_config`.
    public static final List<String> TEXT_MODULES = List.of(
            "text_config",
            "llm_config",
            "language_config",
            "language_model_config",
            "language_model",
            "thinker_config",
            "decoder");

    private static final Pattern OTHERS = Pattern.compile(
            "(?i)\\..*|README\\.md|adapter_config\\.json|trainer_state\\.json|(all|train|eval)_results\\.json|.*\\.("
                + "safetensors|bin|pt|pth|ckpt|gguf|ggml|llamafile|onnx|onnx[._]data|msgpack|h5|npz|npy|tflite|ot|pkl"
                + "|nemo|mlmodel|dat|index\\.json|index\\.[a-z0-9]+\\.json|state|tmp|zip|tar|gz|tgz)|.*tfevents.*");

    public ModelFiles {
        kept = List.copyOf(kept);
        left = List.copyOf(left);
    }

    /// Whether a model that is made of another has a file of this name too.
    public static boolean belongs(String name) {
        return !OTHERS.matcher(name).matches();
    }

    /// What lies beside the weights of a checkpoint. Folders belong to no result.
    ///
    /// @throws LotaException when the directory cannot be listed, or when a file that belongs to the model is a
    ///     link to nothing
    public static ModelFiles beside(Checkpoint checkpoint) {
        Path directory = checkpoint.directory();
        Set<Path> weights = new HashSet<>(checkpoint.shardFiles());
        if (!weights.contains(directory.resolve(Checkpoint.SINGLE))) {
            weights.add(directory.resolve(Checkpoint.INDEX));
        }
        List<Path> kept = new ArrayList<>();
        List<Path> left = new ArrayList<>();
        for (Path file : sorted(directory)) {
            if (weights.contains(file)) {
                continue;
            }
            boolean belongs = belongs(file.getFileName().toString());
            if (belongs) {
                Links.requireTarget(file);
            }
            (belongs && Files.isRegularFile(file) ? kept : left).add(file);
        }
        return new ModelFiles(kept, left);
    }

    private static List<Path> sorted(Path directory) {
        try (var files = Files.list(directory)) {
            return files.sorted().toList();
        } catch (IOException e) {
            throw new LotaException(Text.format("%s: cannot be listed: %s", directory, e.getMessage()), e);
        }
    }

    /// The names of files that belong to both models or to one, and are not the same, of which weights say nothing.
    public static List<String> differing(Checkpoint one, Checkpoint other) {
        TreeMap<String, Path> files = new TreeMap<>();
        beside(one).kept().forEach(file -> files.put(String.valueOf(file.getFileName()), file));
        List<String> differing = new ArrayList<>();
        for (Path file : beside(other).kept()) {
            Path mine = files.remove(String.valueOf(file.getFileName()));
            if (mine == null || !same(mine, file)) {
                differing.add(String.valueOf(file.getFileName()));
            }
        }
        differing.addAll(files.keySet());
        differing.sort(null);
        return differing;
    }

    private static boolean same(Path one, Path other) {
        try {
            return Files.mismatch(one, other) < 0
                    || (one.endsWith(Checkpoint.CONFIG) && config(one).equals(config(other)));
        } catch (IOException e) {
            throw new LotaException(Text.format("%s: cannot be read: %s", one, e.getMessage()), e);
        }
    }

    /// Without what programs write anew each time they save the same model.
    private static JsonNode config(Path file) throws IOException {
        JsonNode config = StrictJson.pythons(Files.readAllBytes(file), file.toString());
        return ((ObjectNode) config).remove(List.of("dtype", "torch_dtype", "transformers_version", "_name_or_path"));
    }

    /// The names of what is left, folders with a slash at the end.
    public List<String> leftNames() {
        return left.stream()
                .map(file -> file.getFileName() + (Files.isDirectory(file) ? "/" : ""))
                .toList();
    }
}
