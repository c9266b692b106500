package io.lota4j.internal.checkpoint;

import io.lota4j.internal.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import tools.jackson.databind.json.JsonMapper;

/// How weights are spread over files, and what the files and their index are called: as Hugging Face's programs do.
public final class Shards {
    /// Bytes of a file beyond which another is begun unless the user says otherwise: what transformers 5 does.
    public static final long MOST_BYTES = 50_000_000_000L;

    private Shards() {}

    /// Groups of tensors in their order, each as large as it may be. A tensor that is larger has a group of its own.
    ///
    /// @param bytes of a tensor
    /// @param most bytes of a group
    public static <T> List<List<T>> split(Iterable<T> tensors, ToLongFunction<T> bytes, long most) {
        List<List<T>> groups = new ArrayList<>(List.of(new ArrayList<>()));
        long sum = 0;
        for (T tensor : tensors) {
            long more = bytes.applyAsLong(tensor);
            if (sum > 0 && sum + more > most) {
                groups.add(new ArrayList<>());
                sum = 0;
            }
            groups.getLast().add(tensor);
            sum += more;
        }
        return groups;
    }

    /// The name of a file.
    ///
    /// @param number from 1
    public static String name(int number, int count) {
        return count == 1 ? Checkpoint.SINGLE : Text.format("model-%05d-of-%05d.safetensors", number, count);
    }

    /// The text of an index.
    ///
    /// @param shardOf the file of each tensor, by its name
    /// @param bytes of all tensors
    public static String index(Map<String, String> shardOf, long bytes) {
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("metadata", Map.of("total_size", bytes));
        root.put("weight_map", new TreeMap<>(shardOf));
        return JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n";
    }
}
