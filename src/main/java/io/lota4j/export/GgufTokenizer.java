package io.lota4j.export;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.JsonKeys;
import io.lota4j.internal.checkpoint.JsonKeys.Null;
import io.lota4j.internal.data.ChatTemplate;
import io.lota4j.internal.data.ModelJson;
import io.lota4j.internal.data.SpecialTokens;
import io.lota4j.internal.gguf.GgufValues;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.BooleanNode;

/// A tokenizer as llama.cpp has it: byte-level BPE by its merges and the name of what splits texts before, or BPE of
/// SentencePiece by its scores.
final class GgufTokenizer {
    private static final String FILE = "tokenizer.json";
    private static final String KEYS = "tokenizer.ggml.";

    private static final int NORMAL = 1;
    private static final int UNKNOWN = 2;
    private static final int CONTROL = 3;
    private static final int USER_DEFINED = 4;
    private static final int UNUSED = 5;
    private static final int BYTE = 6;

    /// A token that no merge makes is found only as it is.
    private static final float NO_MERGE = -1e9f;

    private static final Pattern BYTE_TOKEN = Pattern.compile("<0x[0-9A-Fa-f]{2}>");

    /// What llama.cpp calls the ids of named tokens.
    private static final Map<String, String> SPECIAL = Map.of(
            "bos_token", "bos_token_id",
            "eos_token", "eos_token_id",
            "unk_token", "unknown_token_id",
            "pad_token", "padding_token_id",
            "sep_token", "seperator_token_id",
            "mask_token", "mask_token_id");

    private final Path directory;
    private final JsonKeys file;
    private final JsonKeys model;
    private final int rows;
    private final String[] tokens;
    private final int[] types;
    private final Map<String, Integer> ids = new HashMap<>();

    private GgufTokenizer(Path directory, JsonKeys file, int rows) {
        this.directory = directory;
        this.file = file;
        this.rows = rows;
        this.model = file.optionalObject("model", Null.REFUSED).orElseThrow(() -> file.wrong("model", "an object"));
        this.tokens = new String[rows];
        this.types = new int[rows];
        read();
    }

    /// Adds a directory's tokenizer and chat template.
    ///
    /// @param rows of the embedding: rows without a token get one that is not used
    /// @return a sentence when there is no tokenizer
    /// @throws LotaException when llama.cpp has no tokenizer like this
    static Optional<String> addTo(GgufValues values, Path directory, int rows) {
        JsonKeys file = ModelJson.optional(directory, FILE);
        if (file.node().isEmpty()) {
            values.text(KEYS + "model", "none");
            return Optional.of("no tokenizer: the base has no " + FILE);
        }
        new GgufTokenizer(directory, file, rows).addTo(values);
        return Optional.empty();
    }

    private void read() {
        if (!model.text("type").equals("BPE")) {
            throw model.wrong("type", "\"BPE\", which is what is written as GGUF here");
        }
        JsonKeys vocabulary =
                model.optionalObject("vocab", Null.REFUSED).orElseThrow(() -> model.wrong("vocab", "an object"));
        vocabulary.node().properties().forEach(entry -> {
            if (!entry.getValue().isInt()) {
                throw vocabulary.wrong(entry.getKey(), "a whole number");
            }
            put(entry.getKey(), entry.getValue().intValue(), NORMAL);
        });
        for (JsonKeys added : file.optionalObjects("added_tokens", Null.ABSENT)) {
            String text = added.text("content");
            boolean special = added.optionalFlag("special", Null.ABSENT).orElse(false) || looksSpecial(text);
            int id = added.optionalCount("id", Null.REFUSED).orElseThrow(() -> added.wrong("id", "a whole number"));
            put(special ? text : text.replace('\u2581', ' '), id, special ? CONTROL : USER_DEFINED);
            ids.put(text, id);
        }
        for (int id = 0; id < rows; id++) {
            if (tokens[id] == null) {
                put(Text.format("[PAD%d]", id), id, UNUSED);
            }
        }
    }

    /// Some models leave it out of what they say of such tokens.
    private static boolean looksSpecial(String text) {
        return text.startsWith("<|") && text.endsWith("|>");
    }

    private void put(String token, int id, int type) {
        if (id < 0 || id >= rows) {
            throw file.refused(
                    Text.format("token '%s' has the id %d, but the model's embedding has %d rows.", token, id, rows));
        }
        tokens[id] = token;
        types[id] = type;
        ids.put(token, id);
    }

    private void addTo(GgufValues values) {
        List<String[]> merges = merges();
        boolean pieces = model.optionalFlag("byte_fallback", Null.ABSENT).orElse(false);
        values.text(KEYS + "model", pieces ? "llama" : "gpt2");
        values.text(KEYS + "pre", pieces ? "default" : splitting());
        if (pieces) {
            markPieces();
        }
        values.texts(KEYS + "tokens", List.of(tokens));
        if (pieces) {
            values.reals(KEYS + "scores", scores(merges));
        }
        values.wholes(KEYS + "token_type", types);
        if (!pieces) {
            values.texts(
                    KEYS + "merges",
                    merges.stream().map(pair -> pair[0] + " " + pair[1]).toList());
        }
        addSpecial(values);
        if (pieces) {
            values.flag(KEYS + "add_space_prefix", addsSpace());
        }
        ChatTemplate.source(directory).ifPresent(template -> values.text("tokenizer.chat_template", template));
    }

    private void addSpecial(GgufValues values) {
        Map<String, Integer> found = new LinkedHashMap<>();
        SpecialTokens.of(directory).byName().forEach((name, token) -> {
            if (SPECIAL.containsKey(name) && ids.containsKey(token)) {
                found.put(name, ids.get(token));
            }
        });
        JsonKeys config = ModelJson.optional(directory, "config.json");
        for (String name : List.of("bos_token", "eos_token", "pad_token")) {
            if (!found.containsKey(name) && config.node().path(name + "_id").isInt()) {
                found.put(name, config.node().path(name + "_id").intValue());
            }
        }
        found.entrySet().stream()
                .filter(entry -> entry.getValue() < rows)
                .sorted(Map.Entry.comparingByKey())
                .forEach(entry -> values.number(KEYS + SPECIAL.get(entry.getKey()), entry.getValue()));
        JsonKeys said = ModelJson.optional(directory, ChatTemplate.CONFIG);
        values.flag(KEYS + "add_bos_token", adds(said, "bos_token", 0));
        values.flag(KEYS + "add_eos_token", adds(said, "eos_token", -1));
    }

    /// Whether texts get a token at their beginning or end: as the processor behind the tokenizer does it or, without
    /// one, as its configuration says.
    private boolean adds(JsonKeys said, String name, int at) {
        List<JsonNode> processors = new ArrayList<>();
        JsonNode processor = file.node().path("post_processor");
        if (processor.path("type").isString()
                && processor.path("type").stringValue().equals("Sequence")) {
            processor.path("processors").forEach(processors::add);
        } else {
            processors.add(processor);
        }
        for (JsonNode one : processors) {
            JsonNode single = one.path("single");
            if (single.isArray() && !single.isEmpty()) {
                return single.get(at < 0 ? single.size() - 1 : at).has("SpecialToken");
            }
        }
        return said.optionalFlag("add_" + name, Null.ABSENT).orElse(false);
    }

    /// Pairs, as they are in old files (a text) or in new ones (a list). A space within a part, which llama.cpp could
    /// not tell from that between them, is written as byte-level tokenizers write it.
    private List<String[]> merges() {
        List<String[]> merges = new ArrayList<>();
        for (JsonNode merge : model.node().path("merges")) {
            String[] pair = merge.isString()
                    ? merge.stringValue().split(" ", -1)
                    : merge.valueStream()
                            .map(part -> part.isString() ? part.stringValue().replace(' ', '\u0120') : "")
                            .toArray(String[]::new);
            if (pair.length != 2 || pair[0].isEmpty() || pair[1].isEmpty()) {
                throw model.wrong("merges", "a list of pairs of tokens");
            }
            merges.add(pair);
        }
        return merges;
    }

    private void markPieces() {
        Optional<String> unknown = model.optionalText("unk_token", Null.ABSENT);
        for (int id = 0; id < rows; id++) {
            if (BYTE_TOKEN.matcher(tokens[id]).matches()) {
                types[id] = BYTE;
            } else if (unknown.filter(tokens[id]::equals).isPresent()) {
                types[id] = UNKNOWN;
            }
        }
    }

    /// SentencePiece joins the pair that makes the token with the highest score first: the earlier merge.
    private float[] scores(List<String[]> merges) {
        float[] scores = new float[rows];
        Arrays.fill(scores, NO_MERGE);
        for (int rank = merges.size() - 1; rank >= 0; rank--) {
            Integer made = ids.get(merges.get(rank)[0] + merges.get(rank)[1]);
            if (made != null) {
                scores[made] = -rank;
            }
        }
        for (int id = 0; id < rows; id++) {
            if (types[id] != NORMAL) {
                scores[id] = 0;
            }
        }
        return scores;
    }

    private boolean addsSpace() {
        return file.node().path("normalizer").toString().contains("\"Prepend\"")
                || file.node().path("pre_tokenizer").toString().matches(".*\"prepend_scheme\":\"(first|always)\".*");
    }

    /// The name under which llama.cpp knows the regular expressions that split texts.
    private String splitting() {
        JsonNode splitter = file.node().path("pre_tokenizer");
        List<JsonNode> parts = new ArrayList<>();
        if (splitter.has("pretokenizers")) {
            splitter.path("pretokenizers").forEach(parts::add);
        } else {
            parts.add(splitter);
        }
        List<String> said = parts.stream().map(GgufTokenizer::described).toList();
        boolean whole = model.optionalFlag("ignore_merges", Null.ABSENT).orElse(false);
        for (Splitting known : Splitting.values()) {
            if (known.parts.equals(said) && known.takesWhole == whole) {
                return known.called;
            }
        }
        throw file.refused(Text.format(
                "the pre-tokenizer %s (ignore_merges: %s) is none of those that are written as GGUF here. Write a whole"
                        + " model directory, which llama.cpp's own converter may know.",
                said, whole));
    }

    private static String described(JsonNode part) {
        String type = part.path("type").isString() ? part.path("type").stringValue() : "";
        return switch (type) {
            case "ByteLevel" -> part.path("use_regex").equals(BooleanNode.FALSE) ? "bytes" : "gpt-2 bytes";
            case "Digits" -> part.path("individual_digits").equals(BooleanNode.TRUE) ? "digits" : "numbers";
            case "Split" ->
                "split "
                        + (part.path("pattern").path("Regex").isString()
                                ? part.path("pattern").path("Regex").stringValue()
                                : part.path("pattern").toString());
            default -> part.toString();
        };
    }

    /// Pre-tokenizers that llama.cpp has, by what `tokenizer.json` says of them.
    private enum Splitting {
        GPT2("gpt-2", false, List.of("gpt-2 bytes")),
        SMOLLM("smollm", false, List.of("digits", "gpt-2 bytes")),
        LLAMA3("llama-bpe", true, List.of("split " + words("\\p{N}{1,3}"), "bytes")),
        QWEN2("qwen2", false, List.of("split " + words("\\p{N}"), "bytes"));

        private final String called;
        private final boolean takesWhole;
        private final List<String> parts;

        Splitting(String called, boolean takesWhole, List<String> parts) {
            this.called = called;
            this.takesWhole = takesWhole;
            this.parts = parts;
        }
    }

    /// Contractions, words, digits, signs and spaces, as cl100k and those after it split them.
    ///
    /// @param digits what takes these
    private static String words(String digits) {
        return "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|" + digits
                + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
    }
}
