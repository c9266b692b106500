package io.lota4j.internal.data;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import ai.djl.huggingface.tokenizers.jni.LibUtils;
import io.lota4j.LotaException;
import io.lota4j.internal.FileKind;
import io.lota4j.internal.Natives;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.checkpoint.JsonKeys;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.LongStream;

/// A model's tokenizer, out of its `tokenizer.json`. May be used by several threads at once.
public final class Tokenizer implements AutoCloseable {
    // DJL cuts at 512 tokens, and a tokenizer.json may ask for cutting and padding itself, unless told not to.
    private static final Map<String, String> OPTIONS =
            Map.of("truncation", "do_not_truncate", "padding", "do_not_pad", "addSpecialTokens", "false");

    private final Path file;
    private final HuggingFaceTokenizer engine;
    private final Vocabulary vocabulary;
    private final String[] pieces;
    private final Map<Integer, String> addedById;
    private final Map<Map<String, String>, Tokenizer> twins = new HashMap<>();

    private Tokenizer(Path file, HuggingFaceTokenizer engine, Vocabulary vocabulary) {
        this.file = file;
        this.engine = engine;
        this.vocabulary = vocabulary;
        this.pieces = vocabulary.piecesById();
        this.addedById = vocabulary.addedById();
    }

    /// The tokenizer of a model directory.
    ///
    /// @throws LotaException if `tokenizer.json` is missing or is no tokenizer
    public static Tokenizer of(Path modelDir) {
        Checkpoint.requireDirectory(modelDir);
        Path file = modelDir.resolve("tokenizer.json");
        if (!Files.exists(file)) {
            throw new LotaException("The model directory " + modelDir + " has no tokenizer.json.");
        }
        Vocabulary vocabulary = Vocabulary.of(ModelJson.required(file));
        try (InputStream in = Files.newInputStream(file)) {
            return new Tokenizer(file, load(in, file), vocabulary);
        } catch (IOException e) {
            throw new LotaException("Cannot read " + file + ": " + FileKind.reason(e) + ".", e);
        }
    }

    /// The same tokenizer that knows some tokens under other names only; closed with this one.
    ///
    /// @param renamed new names by the old ones
    synchronized Tokenizer twin(Map<String, String> renamed) {
        return twins.computeIfAbsent(Map.copyOf(renamed), names -> {
            JsonKeys keys = ModelJson.required(file);
            byte[] bytes = RenamedTokens.in(keys.node(), names).toString().getBytes(StandardCharsets.UTF_8);
            return new Tokenizer(file, load(new ByteArrayInputStream(bytes), file), Vocabulary.of(keys));
        });
    }

    private static HuggingFaceTokenizer load(InputStream in, Path file) {
        Natives.load(Natives.Library.TOKENIZERS, LibUtils::checkStatus);
        try {
            return Natives.hosted(() -> HuggingFaceTokenizer.newInstance(in, OPTIONS));
        } catch (IOException e) {
            throw new LotaException("Cannot read " + file + ": " + FileKind.reason(e) + ".", e);
        } catch (RuntimeException e) {
            // What the native library throws for a tokenizer it does not understand.
            throw new LotaException(file + " is not a tokenizer this version reads: " + e.getMessage(), e);
        }
    }

    /// The ids of a text: no special token is added, those in the text are recognised, and nothing is ever cut.
    public int[] encode(String text) {
        return ints(engine.encode(text, false, false).getIds());
    }

    /// As [#encode], with the stretch of the text that each token stands for.
    Encoded encoded(String text) {
        Encoding encoding = engine.encode(text, false, false);
        CharSpan[] spans = encoding.getCharTokenSpans();
        // The native library counts code points.
        int[] units = text.codePoints().map(Character::charCount).toArray();
        int[] places = new int[units.length + 1];
        for (int i = 0; i < units.length; i++) {
            places[i + 1] = places[i] + units[i];
        }
        int[] ids = ints(encoding.getIds());
        int[] starts = new int[ids.length];
        int[] ends = new int[ids.length];
        for (int i = 0; i < ids.length; i++) {
            starts[i] = spans[i] == null ? (i == 0 ? 0 : ends[i - 1]) : places[spans[i].getStart()];
            ends[i] = spans[i] == null ? starts[i] : places[spans[i].getEnd()];
        }
        return new Encoded(ids, starts, ends);
    }

    /// What the tokenizer itself puts before a text (a beginning-of-sequence token, most often nothing).
    ///
    /// [#encode] leaves it out, for chat templates write it themselves.
    public int[] prefix() {
        int[] plain = encode("a");
        int[] whole = ints(engine.encode("a", true, false).getIds());
        int start = 0;
        while (start + plain.length < whole.length
                && !Arrays.equals(whole, start, start + plain.length, plain, 0, plain.length)) {
            start++;
        }
        return Arrays.copyOf(whole, start);
    }

    /// The text of ids, without special tokens.
    public String decode(int[] ids) {
        return decode(ids, true);
    }

    /// The text of ids.
    ///
    /// @param skipSpecial whether special tokens are left out
    public String decode(int[] ids, boolean skipSpecial) {
        return engine.decode(Arrays.stream(ids).asLongStream().toArray(), skipSpecial);
    }

    /// The text that one token stands for, its leading space included; part of a character shows as U+FFFD.
    ///
    /// @param id from 0 to [#size] - 1
    public String piece(int id) {
        boolean readable = !vocabulary.byteLevel() || vocabulary.special().contains(pieces[id]);
        return readable ? pieces[id].replace('▁', ' ') : decode(new int[] {id}, false);
    }

    /// Whether an id is of a token that is no special one, nor recognised in any text as it is written.
    public boolean isKnown(int id) {
        return pieces[id] != null
                && !addedById.containsKey(id)
                && !vocabulary.special().contains(pieces[id]);
    }

    /// One more than the largest id.
    public int size() {
        return pieces.length;
    }

    /// The id of a token as `tokenizer.json` writes it, empty if there is none.
    public OptionalInt id(String token) {
        Integer id = vocabulary.ids().get(token);
        return id == null ? OptionalInt.empty() : OptionalInt.of(id);
    }

    /// The tokens that `tokenizer.json` marks as special.
    Set<String> special() {
        return vocabulary.special();
    }

    /// All tokens that are recognised in any text as they are written.
    Set<String> added() {
        return vocabulary.added();
    }

    /// The same by id.
    Map<Integer, String> addedById() {
        return addedById;
    }

    /// Whether a token stands for any text that the tokenizer has none for.
    boolean isUnknown(int id) {
        return vocabulary.unknown() == id;
    }

    /// Frees the native tokenizer.
    @Override
    public synchronized void close() {
        twins.values().forEach(Tokenizer::close);
        twins.clear();
        engine.close();
    }

    private static int[] ints(long[] ids) {
        return LongStream.of(ids).mapToInt(Math::toIntExact).toArray();
    }
}
