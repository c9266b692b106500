package io.lota4j.data;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.LibUtils;
import io.lota4j.LotaException;
import io.lota4j.Natives;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.LongStream;

/// A model's tokenizer, out of its `tokenizer.json`. May be used by several threads at once.
public final class Tokenizer implements AutoCloseable {
    // DJL cuts at 512 tokens, and a tokenizer.json may ask for cutting and padding itself, unless told not to.
    private static final Map<String, String> OPTIONS =
            Map.of("truncation", "do_not_truncate", "padding", "do_not_pad", "addSpecialTokens", "false");

    private final HuggingFaceTokenizer engine;
    private final Vocabulary vocabulary;
    private final String[] pieces;

    private Tokenizer(HuggingFaceTokenizer engine, Vocabulary vocabulary) {
        this.engine = engine;
        this.vocabulary = vocabulary;
        this.pieces = vocabulary.piecesById();
    }

    /// The tokenizer of a model directory.
    ///
    /// @throws LotaException if `tokenizer.json` is missing or is no tokenizer
    public static Tokenizer of(Path modelDir) {
        if (!Files.isDirectory(modelDir)) {
            throw new LotaException(modelDir + ": no such directory; expected a model directory with config.json, "
                    + "model.safetensors, tokenizer.json and tokenizer_config.json.");
        }
        Path file = modelDir.resolve("tokenizer.json");
        if (!Files.exists(file)) {
            throw new LotaException("The model directory " + modelDir + " has no tokenizer.json.");
        }
        Vocabulary vocabulary = Vocabulary.of(ModelJson.required(modelDir, "tokenizer.json"), file);
        return new Tokenizer(load(file), vocabulary);
    }

    private static HuggingFaceTokenizer load(Path file) {
        Natives.load(Natives.Library.TOKENIZERS, LibUtils::checkStatus);
        try (InputStream in = Files.newInputStream(file)) {
            return Natives.hosted(() -> HuggingFaceTokenizer.newInstance(in, OPTIONS));
        } catch (IOException e) {
            throw new LotaException("Cannot read " + file + ": " + e.getMessage(), e);
        } catch (RuntimeException e) {
            // What the native library throws for a tokenizer it does not understand.
            throw new LotaException(file + " is not a tokenizer this version reads: " + e.getMessage(), e);
        }
    }

    /// The ids of a text: no special token is added, those in the text are recognised, and nothing is ever cut.
    public int[] encode(String text) {
        return ints(engine.encode(text, false, false).getIds());
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

    /// Frees the native tokenizer.
    @Override
    public void close() {
        engine.close();
    }

    private static int[] ints(long[] ids) {
        return LongStream.of(ids).mapToInt(Math::toIntExact).toArray();
    }
}
