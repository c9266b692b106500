package io.lota4j.internal.data;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import ai.djl.huggingface.tokenizers.jni.LibUtils;
import io.lota4j.LotaException;
import io.lota4j.internal.FileKind;
import io.lota4j.internal.Natives;
import io.lota4j.internal.Text;
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
import org.jspecify.annotations.Nullable;

/// A model's tokenizer, out of its `tokenizer.json`. May be used by several threads at once.
public final class Tokenizer implements AutoCloseable {
    // DJL cuts at 512 tokens, and a tokenizer.json may ask for cutting and padding itself, unless told not to.
    private static final Map<String, String> OPTIONS =
            Map.of("truncation", "do_not_truncate", "padding", "do_not_pad", "addSpecialTokens", "false");

    /// The longest text, in characters: more than any model takes. Patterns that look for line ends go back over all
    /// of a run of spaces, and the native library ends the JVM at ten million steps back.
    static final int LONGEST = 4_000_000;

    private final Path file;
    private final HuggingFaceTokenizer engine;
    private final Vocabulary vocabulary;
    private final @Nullable String[] pieces;
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
        JsonKeys keys = ModelJson.required(file);
        Vocabulary vocabulary = Vocabulary.of(keys);
        TokenizerRules.check(keys);
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
            requireKeepsApart(keys);
            return new Tokenizer(file, load(new ByteArrayInputStream(bytes), file), Vocabulary.of(keys));
        });
    }

    /// The new names are private-use characters, which some normalizers take out.
    private void requireKeepsApart(JsonKeys renamed) {
        try {
            TokenizerRules.check(renamed);
        } catch (LotaException e) {
            throw new LotaException(
                    "A row holds the text of a control token, which this tokenizer cannot be made to read as text;"
                            + " remove it from the row. " + e.getMessage(),
                    e);
        }
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
    ///
    /// @throws LotaException if it has more than four million characters
    public int[] encode(String text) {
        return ints(encoding(text).getIds());
    }

    private Encoding encoding(String text) {
        if (text.length() > LONGEST) {
            throw new LotaException(Text.format(
                    "A text of %,d characters is too long to be made tokens of; the longest may have %,d.",
                    text.length(), LONGEST));
        }
        return encoding(text, false);
    }

    private Encoding encoding(String text, boolean addSpecial) {
        try {
            return engine.encode(text, addSpecial, false);
        } catch (RuntimeException e) {
            // What the native library throws for a text that a tokenizer's model has no token for.
            throw new LotaException(file + ": a text cannot be made tokens of: " + e.getMessage() + ".", e);
        }
    }

    /// As [#encode], with the stretch of the text that each token stands for.
    Encoded encoded(String text) {
        Encoding encoding = encoding(text);
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
        int[] whole = ints(encoding("a", true).getIds());
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
        try {
            return engine.decode(Arrays.stream(ids).asLongStream().toArray(), skipSpecial);
        } catch (RuntimeException e) {
            throw new LotaException(file + ": tokens cannot be made a text of: " + e.getMessage() + ".", e);
        }
    }

    /// The text that one token stands for, its leading space included; part of a character shows as U+FFFD.
    ///
    /// @param id from 0 to [#size] - 1
    public String piece(int id) {
        String piece = pieces[id];
        if (piece == null) {
            return "<id " + id + ">";
        }
        boolean readable = !vocabulary.byteLevel() || vocabulary.special().contains(piece);
        return readable ? piece.replace('▁', ' ') : decode(new int[] {id}, false);
    }

    /// Whether an id is of a token that is no special one, nor recognised in any text as it is written.
    public boolean isKnown(int id) {
        String piece = pieces[id];
        return piece != null
                && !addedById.containsKey(id)
                && !vocabulary.special().contains(piece);
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

    private int[] ints(long[] ids) {
        LongStream.of(ids)
                .filter(id -> id < 0 || id >= Vocabulary.MAX_IDS)
                .findFirst()
                .ifPresent(id -> {
                    throw new LotaException(
                            Text.format("%s: gives a text the id %d, which no vocabulary has.", file, id));
                });
        return LongStream.of(ids).mapToInt(Math::toIntExact).toArray();
    }
}
