package io.lota4j.mask;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.DecoderNames;
import io.lota4j.internal.checkpoint.TensorInfo;
import io.lota4j.internal.mask.IndexSets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Which tensors a mask may choose from; all others stay frozen.
///
/// @param include words of which one must be in the name of a matrix in a layer of the decoder; those of the default
///     pool are in all of them, whatever they are called. In a checkpoint whose decoder is not known, a matrix is
///     what is two-dimensional with `weight` in its name. Empty for every float tensor of any shape
/// @param exclude words of which none may be in the name
public record Pool(List<String> include, List<String> exclude) {
    /// The words that the default pool includes.
    public static final String DEFAULT_INCLUDE = "mlp,attn";
    /// The words that the default pool excludes.
    public static final String DEFAULT_EXCLUDE = "embed,lm_head,norm";
    /// The text for every float tensor.
    public static final String ALL = "all";

    private static final List<String> STANDARD = List.of(DEFAULT_INCLUDE.split(","));

    private static final Pattern WORD = Pattern.compile("[A-Za-z0-9_.-]+");
    private static final Pattern TEXT = Pattern.compile("(\\S+)(?: without (\\S+))?");

    /// At most this many tensor names are listed in a message.
    private static final int LISTED = 5;

    public Pool {
        include = List.copyOf(include);
        exclude = List.copyOf(exclude);
    }

    /// The matrices of attention and MLP, experts and convolutions: every matrix of a layer that is no router.
    public static Pool standard() {
        return parse(DEFAULT_INCLUDE, DEFAULT_EXCLUDE);
    }

    /// Every float tensor: embeddings, head, norms and biases too.
    public static Pool all() {
        return new Pool(List.of(), List.of());
    }

    /// The pool that a user describes.
    ///
    /// @param include words with commas between them, or `all`; null for the default
    /// @param exclude words with commas between them; empty for none; null for the default, which is none
    ///     with `all`
    /// @throws LotaException when a word is no part of a tensor name
    public static Pool parse(@Nullable String include, @Nullable String exclude) {
        String included = include == null ? DEFAULT_INCLUDE : include.strip();
        if (included.equals(ALL)) {
            return new Pool(List.of(), words(exclude == null ? "" : exclude, "exclude"));
        }
        List<String> words = words(included, "pool");
        if (words.isEmpty()) {
            throw new LotaException(Text.format("A pool needs words such as '%s', or '%s'.", DEFAULT_INCLUDE, ALL));
        }
        return new Pool(words, words(exclude == null ? DEFAULT_EXCLUDE : exclude, "exclude"));
    }

    /// The pool with a text form, as masks and tickets keep it.
    ///
    /// @param text what [#toString()] gave
    /// @throws LotaException when it is none
    public static Pool parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            throw new LotaException(Text.format("Not a pool: '%s'; one reads such as '%s'.", text, standard()));
        }
        String excluded = matcher.group(2);
        return parse(matcher.group(1), excluded == null ? "" : excluded);
    }

    private static List<String> words(String text, String flag) {
        if (text.isBlank()) {
            return List.of();
        }
        List<String> words =
                Arrays.stream(text.split(",", -1)).map(String::strip).toList();
        for (String word : words) {
            if (!WORD.matcher(word).matches()) {
                throw new LotaException(Text.format(
                        "%s: expected parts of tensor names with commas between them, found '%s' (in '%s').",
                        flag, word, text));
            }
        }
        return words;
    }

    /// The tensors in the pool, sorted by name.
    ///
    /// @param tensors of a checkpoint
    /// @throws LotaException when there is none, or when one is too large for a mask
    public SequencedMap<String, Shape> select(Map<String, TensorInfo> tensors) {
        SequencedMap<String, Shape> selected = new TreeMap<>();
        Optional<DecoderNames> decoder = DecoderNames.of(tensors.keySet());
        for (TensorInfo tensor : tensors.values()) {
            if (contains(tensor, decoder)) {
                selected.put(tensor.name(), checked(tensor));
            }
        }
        if (selected.isEmpty()) {
            List<String> names =
                    tensors.keySet().stream().sorted().limit(LISTED).toList();
            throw new LotaException(Text.format(
                    "The pool '%s' selects none of the %d tensors, which are named such as %s. Words choose among"
                            + " matrices of layers that are no routers; '%s' takes every tensor.",
                    this, tensors.size(), String.join(", ", names), ALL));
        }
        return selected;
    }

    private boolean contains(TensorInfo tensor, Optional<DecoderNames> decoder) {
        String name = tensor.name();
        return tensor.dtype().isFloat()
                && exclude.stream().noneMatch(name::contains)
                && (include.isEmpty()
                        || decoder.map(names -> names.isMatrix(tensor) && isMeant(name))
                                .orElseGet(() -> isMatrix(tensor) && hasWord(name)));
    }

    private boolean isMeant(String name) {
        return include.equals(STANDARD) || hasWord(name);
    }

    private boolean hasWord(String name) {
        return include.stream().anyMatch(name::contains);
    }

    private static boolean isMatrix(TensorInfo tensor) {
        return tensor.shape().rank() == 2 && tensor.name().contains("weight");
    }

    private static Shape checked(TensorInfo tensor) {
        if (tensor.shape().numel() > IndexSets.MAX_ELEMENTS) {
            throw new LotaException(Text.format(
                    "Tensor '%s' has %d elements, over the limit of %d for a mask; exclude it from the pool.",
                    tensor.name(), tensor.shape().numel(), IndexSets.MAX_ELEMENTS));
        }
        return tensor.shape();
    }

    /// Such as `mlp,attn without embed,lm_head,norm`, or `all`.
    @Override
    public String toString() {
        String included = include.isEmpty() ? ALL : String.join(",", include);
        return exclude.isEmpty() ? included : included + " without " + String.join(",", exclude);
    }
}
