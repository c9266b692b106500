package io.lota4j.campaign;

import com.github.luben.zstd.Zstd;
import io.lota4j.Golden;
import io.lota4j.campaign.HostileFormat.Reading;
import io.lota4j.campaign.HostileFormat.Syntax;
import io.lota4j.data.Dataset;
import io.lota4j.data.file.DataFiles;
import io.lota4j.internal.data.ChatTemplate;
import io.lota4j.internal.data.ExampleEncoder;
import io.lota4j.internal.data.ExampleFormat;
import io.lota4j.internal.data.Tokenizer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;

/// Files of rows: read, and made to tokens by a model with a chat template.
final class RowFormats {
    private static final String CHATS = """
        {"messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Größe 🧮?"}, {"role": "assistant", "content": "3.5", "weight": 1}]}
        {"messages": [{"role": "user", "content": "add"}, {"role": "assistant", "content": null, "tool_calls": [{"type": "function", "function": {"name": "add", "arguments": {"a": 1, "b": [2.5, true]}}}]}, {"role": "tool", "content": "3"}, {"role": "assistant", "content": "Three."}], "tools": [{"type": "function", "function": {"name": "add"}}]}

        {"conversations": [{"from": "human", "value": "hi"}, {"from": "gpt", "value": "hello\\n"}], "id": 17}
        """;

    private static final String PAIRS = """
        {"prompt": "a \\u2028 b", "completion": " c", "extra": 1e400}
        {"instruction": "Count.", "input": "x", "output": "1, 2, 3", "n": 12345678901234567890, "ratio": -0.0}
        {"prompt": [{"role": "user", "content": "q"}], "chosen": [{"role": "assistant", "content": "good"}], "rejected": [{"role": "assistant", "content": "bad"}]}
        {"question": "q", "answer": "a", "nested": {"x": [[], {}, null, "\\ud83e\\uddee"]}}
        """;

    private static final String TABLE =
            "prompt,completion,note\nWhat is 1?,\"1, of course\",\"a \"\"b\"\"\nc\"\n\n" + "Größe 🧮,3.5,\n x , y ,z\n";

    private RowFormats() {}

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static Reading rows(Path file) {
        Path model = Golden.path("tokenizer/byte-level");
        Tokenizer tokenizer = Tokenizer.of(model);
        ExampleEncoder encoder =
                new ExampleEncoder(tokenizer, ChatTemplate.of(model), ExampleFormat.of(null, null), 256);
        return input -> {
            DataFiles data = DataFiles.of(HostileFormat.put(file, input));
            Dataset dataset = Dataset.load(data.skippingBadRows(), encoder, Dataset.ALL);
            dataset.requireExamples();
            return List.of(dataset.notices(), dataset.examples().size());
        };
    }

    static HostileFormat lines(Path folder) {
        return HostileFormat.of(
                "jsonl", Syntax.TEXT, List.of(utf8(CHATS), utf8(PAIRS)), rows(folder.resolve("rows.jsonl")));
    }

    static HostileFormat array(Path folder) {
        List<byte[]> seeds = Stream.of(CHATS, PAIRS)
                .map(lines -> utf8("[" + lines.strip().replaceAll("\n+", ",\n") + "]"))
                .toList();
        return HostileFormat.of("json-array", Syntax.TEXT, seeds, rows(folder.resolve("rows.json")));
    }

    static HostileFormat tables(Path folder) {
        Reading commas = rows(folder.resolve("rows.csv"));
        Reading tabs = rows(folder.resolve("rows.tsv"));
        List<byte[]> seeds = List.of(utf8(TABLE), utf8(TABLE.replace(',', '\t')));
        return HostileFormat.of("table", Syntax.TEXT, seeds, input -> {
            boolean tab = new String(input, StandardCharsets.ISO_8859_1).indexOf('\t') >= 0;
            return (tab ? tabs : commas).read(input);
        });
    }

    static HostileFormat packed(Path folder) throws IOException {
        ByteArrayOutputStream gzip = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(gzip)) {
            out.write(utf8(CHATS));
        }
        List<byte[]> seeds = List.of(gzip.toByteArray(), Zstd.compress(utf8(PAIRS)));
        return HostileFormat.of("packed", Syntax.BINARY, seeds, rows(folder.resolve("rows.jsonl")));
    }

    static HostileFormat parquet(Path folder) {
        List<byte[]> seeds = Stream.of("none", "snappy", "gzip", "zstd")
                .map(kind -> resource("/data/chats-" + kind + ".parquet"))
                .map(HostileFormats::bytes)
                .toList();
        return HostileFormat.of("parquet", Syntax.BINARY, seeds, rows(folder.resolve("rows.parquet")));
    }

    private static Path resource(String name) {
        try {
            return Path.of(Objects.requireNonNull(RowFormats.class.getResource(name), name)
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
