package io.lota4j.campaign;

import io.lota4j.LotaException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// All formats of the campaign. To add one: a line here, and how it is read beside those of its kind.
final class HostileFormats {
    private HostileFormats() {}

    private interface Making {
        HostileFormat make(Path folder) throws IOException;
    }

    /// @param share how many of a hundred inputs of a campaign are of this format
    private record Entry(String name, int share, Making making) {}

    private static final List<Entry> ALL = List.of(
            new Entry("safetensors", 10, WeightFormats::safetensors),
            new Entry("shards", 4, WeightFormats::shards),
            new Entry("mask", 9, WeightFormats::masks),
            new Entry("ticket", 9, WeightFormats::tickets),
            new Entry("adapter", 5, WeightFormats::adapters),
            new Entry("gguf", 2, ModelFormats::gguf),
            new Entry("jsonl", 9, RowFormats::lines),
            new Entry("json-array", 4, RowFormats::array),
            new Entry("table", 5, RowFormats::tables),
            new Entry("parquet", 2, RowFormats::parquet),
            new Entry("packed", 4, RowFormats::packed),
            new Entry("recipe", 6, RecipeFormats::commands),
            new Entry("merge-recipe", 4, RecipeFormats::merges),
            new Entry("tokenizer", 5, ModelFormats::tokenizers),
            new Entry("config", 12, ModelFormats::configs),
            new Entry("chat-template", 7, ModelFormats::templates),
            new Entry("tokenizer-config", 3, ModelFormats::tokenizerConfigs));

    /// A file's bytes, for seeds.
    static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<String> names() {
        return ALL.stream().map(Entry::name).toList();
    }

    /// How many of so many inputs are of a format, at least one.
    static long share(String name, long inputs) {
        return Math.max(1, Math.multiplyExact(inputs, entry(name).share()) / 100);
    }

    /// @param folder an empty one, in which inputs and what they need lie
    static HostileFormat of(String name, Path folder) throws IOException {
        return entry(name).making().make(folder);
    }

    private static Entry entry(String name) {
        return ALL.stream()
                .filter(entry -> entry.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new LotaException("There is no format " + name + ", but " + names() + "."));
    }
}
