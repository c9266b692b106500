package io.lota4j.campaign;

import io.lota4j.Golden;
import io.lota4j.campaign.HostileFormat.Syntax;
import io.lota4j.data.Dataset;
import io.lota4j.export.ExportOptions;
import io.lota4j.export.Exports;
import io.lota4j.export.GgufReader;
import io.lota4j.internal.checkpoint.AtomicFile;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.data.ChatTemplate;
import io.lota4j.internal.data.ExampleEncoder;
import io.lota4j.internal.data.ExampleFormat;
import io.lota4j.internal.data.Message;
import io.lota4j.internal.data.Tokenizer;
import io.lota4j.internal.export.ExportInput;
import io.lota4j.internal.jinja.Template;
import io.lota4j.internal.model.ModelConfig;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.TicketInfo;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The other files of a model's directory, and GGUF, which is made of them.
final class ModelFormats {
    private static final String TOKENIZER = "tokenizer.json";

    private static final List<String> TEXTS =
            List.of("", "a", "aab  b\n\nGröße 🧮 漢字 3.5 </s><s>\u0000\ud83e", "d ".repeat(300), "a".repeat(500));

    private static final String ADDED = """
        "version": "1.0", "truncation": {"direction": "Right", "max_length": 4, "strategy": "LongestFirst", "stride": 1},
        "padding": {"strategy": {"Fixed": 8}, "direction": "Left", "pad_to_multiple_of": 8, "pad_id": 0, "pad_type_id": 0, "pad_token": "<pad>"},
        "added_tokens": [{"id": 0, "content": "<pad>", "single_word": false, "lstrip": false, "rstrip": true, "normalized": false, "special": true},
          {"id": 9, "content": "</s>", "single_word": true, "lstrip": true, "rstrip": false, "normalized": true, "special": false}],
        """;

    /// One of each kind of model, normalizer, pre-tokenizer, post-processor and decoder.
    private static final List<String> TOKENIZERS =
            List.of("{" + ADDED + """
                "normalizer": {"type": "Sequence", "normalizers": [{"type": "NFKC"}, {"type": "Lowercase"}, {"type": "Replace", "pattern": {"Regex": " +"}, "content": " "}, {"type": "Prepend", "prepend": "a"}]},
                "pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "Split", "pattern": {"Regex": "(?i:'s|'t)|[^\\\\r\\\\n\\\\p{L}\\\\p{N}]?\\\\p{L}+|\\\\p{N}{1,3}|\\\\s+(?!\\\\S)|\\\\s+"}, "behavior": "Isolated", "invert": false}, {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": false}]},
                "post_processor": {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "</s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}], "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}], "special_tokens": {"</s>": {"id": "</s>", "ids": [9], "tokens": ["</s>"]}}},
                "decoder": {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true},
                "model": {"type": "BPE", "dropout": null, "unk_token": "<unk>", "continuing_subword_prefix": null, "end_of_word_suffix": "w", "fuse_unk": true, "byte_fallback": true, "ignore_merges": false,
                  "vocab": {"<pad>": 0, "a": 1, "b": 2, "ab": 3, "<unk>": 4, "<0x41>": 5, "d": 6, "Ġ": 7, "w": 8}, "merges": [["a", "b"]]}}
                """, "{" + ADDED + """
                    "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": null, "lowercase": true},
                    "pre_tokenizer": {"type": "BertPreTokenizer"},
                    "post_processor": {"type": "BertProcessing", "sep": ["b", 2], "cls": ["a", 1]},
                    "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": true},
                    "model": {"type": "WordPiece", "unk_token": "<unk>", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100, "vocab": {"<pad>": 0, "a": 1, "b": 2, "##b": 3, "<unk>": 4}}}
                    """, "{" + ADDED + """
                        "normalizer": {"type": "Sequence", "normalizers": [{"type": "Strip", "strip_left": true, "strip_right": true}, {"type": "StripAccents"}, {"type": "Nmt"}]},
                        "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first", "split": true},
                        "post_processor": {"type": "RobertaProcessing", "sep": ["b", 2], "cls": ["a", 1], "trim_offsets": true, "add_prefix_space": true},
                        "decoder": {"type": "Sequence", "decoders": [{"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "ByteFallback"}, {"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 1, "stop": 0}, {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": false}]},
                        "model": {"type": "Unigram", "unk_id": 1, "byte_fallback": false, "vocab": [["<pad>", 0.0], ["<unk>", -1.5], ["▁", -2], ["a", -3.25], ["b", -4]]}}
                        """, "{" + ADDED + """
                            "normalizer": null,
                            "pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "WhitespaceSplit"}, {"type": "Punctuation", "behavior": "Isolated"}, {"type": "Digits", "individual_digits": true}, {"type": "CharDelimiterSplit", "delimiter": "x"}, {"type": "UnicodeScripts"}, {"type": "FixedLength", "length": 3}]},
                            "post_processor": {"type": "Sequence", "processors": [{"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": false, "use_regex": true}]},
                            "decoder": {"type": "CTC", "pad_token": "<pad>", "word_delimiter_token": "|", "cleanup": true},
                            "model": {"type": "WordLevel", "vocab": {"<pad>": 0, "a": 1, "<unk>": 2, "d": 3}, "unk_token": "<unk>"}}
                            """);

    private ModelFormats() {}

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static HostileFormat configs(Path folder) throws IOException {
        Path file = folder.resolve(Checkpoint.CONFIG);
        List<byte[]> seeds = new ArrayList<>();
        try (Stream<Path> models = Files.list(Golden.path("models"))) {
            for (Path model : models.sorted().toList()) {
                seeds.add(Files.readAllBytes(model.resolve(Checkpoint.CONFIG)));
            }
        }
        return HostileFormat.of("config", Syntax.JSON, seeds, input -> {
            ModelConfig config = ModelConfig.read(HostileFormat.put(file, input));
            return config.blocks().weights(config.layers() - 1).size();
        });
    }

    static HostileFormat tokenizers(Path folder) throws IOException {
        Files.writeString(folder.resolve(ChatTemplate.CONFIG), "{\"eos_token\": \"</s>\"}");
        Path rows = Files.writeString(
                folder.resolve("rows.jsonl"), "{\"prompt\": \"aab 🧮\", \"completion\": \"Größe </s> b\"}\n");
        List<byte[]> seeds = new ArrayList<>();
        for (String model : List.of("w", "x", "y", "z")) {
            seeds.add(Files.readAllBytes(
                    Golden.path("merge-recipes/models/" + model).resolve(TOKENIZER)));
        }
        TOKENIZERS.forEach(tokenizer -> seeds.add(utf8(tokenizer)));
        return HostileFormat.of("tokenizer", Syntax.JSON, seeds, input -> {
            HostileFormat.put(folder.resolve(TOKENIZER), input);
            try (Tokenizer tokenizer = Tokenizer.of(folder)) {
                List<String> read = new ArrayList<>();
                for (String text : TEXTS) {
                    int[] ids = tokenizer.encode(text);
                    read.add(tokenizer.decode(ids) + tokenizer.decode(ids, false));
                }
                for (int id = 0; id < Math.min(20, tokenizer.size()); id++) {
                    read.add(tokenizer.piece(id));
                }
                read.add(Arrays.toString(tokenizer.prefix()));
                ExampleEncoder encoder = new ExampleEncoder(
                        tokenizer, ChatTemplate.of(folder), ExampleFormat.of("{prompt}", "{completion}"), 512);
                read.add(Dataset.load(rows, encoder, 1).examples().toString());
                return read;
            }
        });
    }

    static HostileFormat templates(Path folder) throws IOException {
        Path file = folder.resolve(ChatTemplate.FILE);
        List<byte[]> seeds = new ArrayList<>();
        seeds.add(HostileFormats.bytes(Golden.path("tokenizer/byte-level/chat_template.jinja")));
        Map<String, Object> given = new HashMap<>();
        for (String cases : List.of("/jinja/snippets.json", "/golden/jinja/constructs.json")) {
            JsonNode json = json(cases);
            json.path("cases")
                    .valueStream()
                    .filter(one -> one.has("rendered"))
                    .map(one -> one.path("template").stringValue())
                    .filter(template -> !template.isBlank())
                    .forEach(template -> seeds.add(utf8(template)));
            given.putAll(variables(json.path("context")));
        }
        Map<String, Object> data = Map.of("messages", Objects.requireNonNull(given.remove("messages")));
        return HostileFormat.of("chat-template", Syntax.TEXT, seeds, input -> {
            HostileFormat.put(file, input);
            String source = ChatTemplate.source(folder).orElseThrow();
            return List.of(
                    ChatTemplate.of(folder).mentions("messages"),
                    Template.parse(source, "hostile").render(given, data).text());
        });
    }

    private static List<String> rendered(Path folder) {
        ChatTemplate template = ChatTemplate.of(folder);
        List<Message> chat = List.of(
                new Message("system", " Be brief. "),
                Message.user("hi 🧮"),
                Message.assistant("B"),
                Message.user("</s>{{ x }}"));
        return List.of(template.render(chat, true), template.render(chat.subList(1, 3), false));
    }

    private static JsonNode json(String resource) throws IOException {
        try (InputStream in = Objects.requireNonNull(ModelFormats.class.getResourceAsStream(resource), resource)) {
            return JsonMapper.shared().readTree(in.readAllBytes());
        }
    }

    @SuppressWarnings("unchecked") // the keys of JSON are texts
    private static Map<String, Object> variables(JsonNode context) {
        return JsonMapper.shared().treeToValue(context, Map.class);
    }

    static HostileFormat tokenizerConfigs(Path folder) {
        List<byte[]> seeds = List.of(utf8("""
            {"bos_token": {"content": "<s>", "lstrip": false}, "eos_token": "</s>", "add_bos_token": true,
             "chat_template": "{% for m in messages %}{{ m.role }}: {{ m.content }}{{ eos_token }}{% endfor %}"}
            """), utf8("""
                {"eos_token": "</s>", "sep_token": null, "image_token": "<i>", "chat_template": [
                  {"name": "default", "template": "{{ bos_token }}{{ messages[0].content }}"},
                  {"name": "tool_use", "template": "{{ tools }}"}]}
                """));
        return HostileFormat.of("tokenizer-config", Syntax.JSON, seeds, input -> {
            HostileFormat.put(folder.resolve(ChatTemplate.CONFIG), input);
            return rendered(folder);
        });
    }

    /// A model with hostile configuration and tokenizer, written as GGUF and read again.
    static HostileFormat gguf(Path folder) throws IOException {
        Path model = Files.createDirectories(folder.resolve("model"));
        Path out = folder.resolve("out");
        Path golden = Golden.path("merge-recipes/models/x");
        Files.copy(golden.resolve(Checkpoint.SINGLE), model.resolve(Checkpoint.SINGLE));
        List<String> names = List.of(Checkpoint.CONFIG, TOKENIZER, ChatTemplate.CONFIG);
        List<byte[]> files =
                names.stream().map(golden::resolve).map(HostileFormats::bytes).toList();
        Ticket none;
        try (Checkpoint base = Checkpoint.open(golden)) {
            none = new Ticket(
                    new TicketInfo(base.fingerprint().hex(), "all", "global", OptionalDouble.empty(), Map.of()),
                    Map.of());
        }
        List<Syntax> parts = List.of(Syntax.JSON, Syntax.JSON, Syntax.JSON);
        return new HostileFormat("gguf", parts, List.of(HostileFormat.join(files)), false, input -> {
            List<byte[]> hostile = HostileFormat.split(input, parts.size());
            for (int i = 0; i < names.size(); i++) {
                HostileFormat.put(model.resolve(names.get(i)), hostile.get(i));
            }
            AtomicFile.deleteTree(out);
            try (Checkpoint base = Checkpoint.open(model)) {
                Exports.of("gguf")
                        .prepare(new ExportInput(base, List.of(none)), ExportOptions.DEFAULTS)
                        .write(out);
            }
            return new GgufReader(out.resolve("model.gguf")).read();
        });
    }
}
