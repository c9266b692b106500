package io.lota4j.internal.checkpoint;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/// `model.safetensors.index.json`: which shard holds which tensor.
///
/// @param path the index file
/// @param shardOf shard file name by tensor name, sorted
record ShardIndex(Path path, TreeMap<String, String> shardOf) {
    /// Reads an index; every shard name in it is a plain file name.
    static ShardIndex read(Path path) {
        JsonNode weightMap = StrictJson.object(bytes(path), path.toString()).path("weight_map");
        if (!weightMap.isObject() || weightMap.isEmpty()) {
            throw new LotaException(
                    Text.format("%s: 'weight_map' must be an object from tensor names to shard file names.", path));
        }
        TreeMap<String, String> shardOf = new TreeMap<>();
        for (Map.Entry<String, JsonNode> entry : weightMap.properties()) {
            shardOf.put(entry.getKey(), shardName(path, entry.getKey(), entry.getValue()));
        }
        return new ShardIndex(path, shardOf);
    }

    private static byte[] bytes(Path path) {
        try {
            return Files.readAllBytes(path);
        } catch (IOException e) {
            throw new LotaException(Text.format("%s: cannot read: %s", path, e.getMessage()), e);
        }
    }

    private static String shardName(Path index, String tensor, JsonNode node) {
        if (!node.isString() || !isPlain(node.stringValue())) {
            throw new LotaException(Text.format(
                    "%s: tensor '%s' is in %s, which is not a plain file name in the index's directory.",
                    index, tensor, node));
        }
        return node.stringValue();
    }

    private static boolean isPlain(String name) {
        if (name.isEmpty() || name.equals(".") || name.equals("..") || name.contains("/") || name.contains("\\")) {
            return false;
        }
        try {
            return Path.of(name).getNameCount() == 1;
        } catch (InvalidPathException e) {
            return false;
        }
    }

    /// Refuses a shard that holds other tensors than the index says.
    void checkAgrees(String shard, SafetensorsFile file) {
        for (String tensor : file.tensors().keySet()) {
            String said = shardOf.get(tensor);
            if (said == null) {
                throw new LotaException(
                        Text.format("%s holds tensor '%s', which %s does not list.", file.path(), tensor, path));
            }
            if (!said.equals(shard)) {
                throw new LotaException(
                        Text.format("%s holds tensor '%s', which by %s is in %s.", file.path(), tensor, path, said));
            }
        }
        for (Map.Entry<String, String> entry : shardOf.entrySet()) {
            if (entry.getValue().equals(shard) && !file.tensors().containsKey(entry.getKey())) {
                throw new LotaException(Text.format(
                        "%s does not hold tensor '%s', which %s says it does.", file.path(), entry.getKey(), path));
            }
        }
    }
}
