package io.lota4j.internal.model.arch;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.DecoderNames;
import io.lota4j.internal.checkpoint.JsonKeys;
import io.lota4j.internal.checkpoint.JsonKeys.Null;
import io.lota4j.internal.model.layer.Block;
import io.lota4j.internal.model.layer.Blocks;
import io.lota4j.internal.model.layer.Rope;
import io.lota4j.internal.model.layer.Step;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// What configurations of several architectures say in the same way.
///
/// @param keys of the `config.json`, or of the part of it that is about the decoder
/// @param names that the checkpoint gives its tensors
public record ConfigKeys(JsonKeys keys, DecoderNames names) {
    /// What needs no decoder.
    static final String STILL_WORKS = "Applying, merging and extracting tickets works all the same.";

    static final String FULL = "full_attention";
    static final String SLIDING = "sliding_attention";
    private static final Map<String, Step.Activation> ACTIVATIONS = Map.of(
            "gelu",
            Step.Activation.GELU,
            "gelu_new",
            Step.Activation.GELU_TANH,
            "gelu_fast",
            Step.Activation.GELU_TANH,
            "gelu_pytorch_tanh",
            Step.Activation.GELU_TANH,
            "silu",
            Step.Activation.SILU);
    private static final String OVER_0 = "a number over 0";

    // Many times as much as any model has.
    private static final int MOST_LAYERS = 1_000;
    private static final int MOST_EXPERTS = 1_000;
    private static final int MOST_SIZE = 1 << 24;
    private static final int MOST_HEAD = 1 << 16;

    /// A width or another size, of which sums and small multiples are counted in ints.
    int positive(String key) {
        return atMost(MOST_SIZE, key, keys.positive(key));
    }

    private int atMost(int most, String key, int found) {
        if (found > most) {
            throw keys.wrong(key, Text.format("a whole number from 1 to %d", most));
        }
        return found;
    }

    /// How many layers there are. Each is an object here, of which a wrong number would fill the memory.
    int layers(String key) {
        return atMost(MOST_LAYERS, key, keys.positive(key));
    }

    /// How many experts a layer has; each is an object, too.
    int experts(String key) {
        return atMost(MOST_EXPERTS, key, keys.positive(key));
    }

    /// Python takes `null` for false.
    boolean flag(String key) {
        return keys.optionalFlag(key, Null.ABSENT).orElse(false);
    }

    /// A text that must be the one that is supported, if it is there.
    void only(String key, String supported) {
        String found = keys.optionalText(key, Null.REFUSED).orElse(supported);
        if (!found.equals(supported)) {
            throw unsupported(Text.format("\"%s\" is \"%s\"; supported: \"%s\".", key, found, supported));
        }
    }

    /// One of the activations that an MLP without a gate may have.
    Step.Activation activation(String key, String otherwise) {
        String name = keys.optionalText(key, Null.REFUSED).orElse(otherwise);
        Step.Activation activation = ACTIVATIONS.get(name);
        if (activation == null) {
            throw unsupported(Text.format(
                    "\"%s\" is \"%s\"; supported: %s.",
                    key,
                    name,
                    ACTIVATIONS.keySet().stream()
                            .sorted()
                            .map(known -> "\"" + known + "\"")
                            .collect(Collectors.joining(", "))));
        }
        return activation;
    }

    /// A refusal of what is not computed here.
    ///
    /// @param sentence with what was found and what is supported
    LotaException unsupported(String sentence) {
        return unsupported(keys, sentence);
    }

    static LotaException unsupported(JsonKeys keys, String sentence) {
        return keys.refused(sentence + " " + STILL_WORKS);
    }

    /// Refuses what asks for something that is not computed.
    void never(String key) {
        if (flag(key)) {
            throw unsupported(Text.format("\"%s\" is true; supported: false.", key));
        }
    }

    /// The epsilon of a norm. As F32, in which it is added, it must be over 0 too.
    double normEps(String key, double otherwise) {
        return keys.optionalNumber(key, Null.REFUSED, x -> (float) x > 0 && Float.isFinite((float) x), OVER_0)
                .orElse(otherwise);
    }

    int kvHeads(int heads) {
        int kvHeads = keys.optionalPositive("num_key_value_heads", Null.ABSENT).orElse(heads);
        if (heads % kvHeads != 0) {
            throw keys.refused(Text.format(
                    "num_attention_heads (%d) is not a multiple of num_key_value_heads (%d).", heads, kvHeads));
        }
        return kvHeads;
    }

    /// The width of a head, `head_dim` or the share of one.
    int headWidth(int hidden, int heads) {
        Optional<Integer> given = keys.optionalPositive("head_dim", Null.ABSENT);
        if (given.isEmpty() && hidden % heads != 0) {
            throw keys.refused(Text.format(
                    "\"hidden_size\" (%d) is not a multiple of \"num_attention_heads\" (%d), and there is no"
                            + " \"head_dim\".",
                    hidden, heads));
        }
        int head = atMost(MOST_HEAD, "head_dim", given.orElse(hidden / heads));
        if ((long) heads * head > MOST_SIZE) {
            throw keys.refused(Text.format("%d heads of %d are wider than %d.", heads, head, MOST_SIZE));
        }
        if (head % 2 != 0) {
            throw keys.refused(Text.format(
                    "%s must be even, found %d: the rotary embedding turns pairs.",
                    given.isPresent() ? "\"head_dim\"" : "\"hidden_size\" / \"num_attention_heads\"", head));
        }
        return head;
    }

    /// The rotary embedding of all layers that have one.
    ///
    /// @param dim so many features of a head are turned
    Rope rope(int dim, double otherwiseTheta) {
        return RopeKeys.of(keys).requireWhole().rope(dim, otherwiseTheta);
    }

    /// As [#rope(int, double)], of which the configuration may rotate a part of each head.
    Rope partRope(int part, double otherwiseTheta) {
        return RopeKeys.of(keys).rope(part, otherwiseTheta);
    }

    /// A head's share of a width.
    int share(int width, String widthKey, int heads, String headsKey) {
        if (width % heads != 0) {
            throw keys.refused(
                    Text.format("\"%s\" (%d) is not a multiple of \"%s\" (%d).", widthKey, width, headsKey, heads));
        }
        return width / heads;
    }

    /// The rotary embedding of a type of layers; empty where the configuration has one for all.
    ///
    /// @param type such as `sliding_attention`
    Optional<Rope> rope(String type, int dim, double otherwiseTheta) {
        return keys.optionalObject("rope_parameters", Null.ABSENT)
                .flatMap(all -> all.optionalObject(type, Null.REFUSED))
                .map(parameters -> new RopeKeys(keys, List.of(parameters)))
                .map(rope -> rope.requireWhole().rope(dim, otherwiseTheta));
    }

    /// Whether there is a rotary embedding for each type of layers. One for all of them is refused: it would be
    /// unclear whom it is for.
    boolean ropeByType() {
        Optional<JsonKeys> all = keys.optionalObject("rope_parameters", Null.ABSENT)
                .filter(parameters -> !parameters.node().isEmpty());
        all.filter(parameters -> !parameters.has(FULL) && !parameters.has(SLIDING))
                .ifPresent(parameters -> {
                    throw keys.refused(Text.format(
                            "\"rope_parameters\" must hold \"%s\" and \"%s\", one for each type of layers, found"
                                    + " neither.",
                            FULL, SLIDING));
                });
        if (all.isPresent() && keys.has("rope_scaling")) {
            throw keys.refused("\"rope_parameters\" and \"rope_scaling\" are both there; expected one of them.");
        }
        return all.isPresent();
    }

    /// The rotary embedding with frequencies as they are, whatever the configuration stretches elsewhere.
    Rope plainRope(int dim, double otherwiseTheta) {
        return new RopeKeys(keys, List.of()).requireWhole().rope(dim, otherwiseTheta);
    }

    /// How many features of a head are rotated, `partial_rotary_factor` of them.
    int rotated(int head, double otherwise) {
        double factor = RopeKeys.of(keys).part(otherwise);
        int part = (int) (head * factor);
        if (part == 0 || part % 2 != 0) {
            throw keys.refused(Text.format(
                    "\"partial_rotary_factor\" (%s) of the %d features of a head are %d: they must be an even number"
                            + " over 0, as the rotary embedding turns pairs.",
                    factor, head, part));
        }
        return part;
    }

    /// The rotary embedding of all layers where only the plain one and LongRoPE are supported.
    ///
    /// @param dim so many features of a head are turned
    Rope defaultOrLongRope(int dim, double otherwiseTheta) {
        return RopeKeys.of(keys).defaultOrLong(dim, otherwiseTheta);
    }

    /// As [#rope(int, double)], with what queries are multiplied by.
    Rope temperedRope(int dim, double otherwiseTheta) {
        RopeKeys rope = RopeKeys.of(keys).requireWhole();
        return rope.temper()
                .map(temper -> rope.rope(dim, otherwiseTheta).withTemper(temper))
                .orElseThrow(
                        () -> keys.refused("\"rope_parameters\" must have \"llama_4_scaling_beta\", found nothing."));
    }

    /// The same keys, with values for some that are absent, as the class of a configuration in transformers has
    /// them: published files leave them out.
    ///
    /// @param defaults a JSON object
    ConfigKeys withDefaults(String defaults) {
        return new ConfigKeys(keys.withDefaults(defaults), names);
    }

    /// The same keys, with a rotary embedding if none is given in either spelling.
    ///
    /// @param defaults the JSON object `rope_parameters`
    ConfigKeys withDefaultRope(String defaults) {
        return keys.has("rope_parameters") || keys.has("rope_scaling")
                ? this
                : new ConfigKeys(keys.with("rope_parameters", defaults), names);
    }

    /// The same keys, of which one may have another name.
    ///
    /// @throws io.lota4j.LotaException if both are there and differ
    ConfigKeys withAlias(String alias, String key) {
        return new ConfigKeys(keys.withAlias(alias, key), names);
    }

    /// A whole number from 0 on that must be there.
    int count(String key) {
        return keys.optionalCount(key, Null.REFUSED).orElseThrow(() -> keys.wrong(key, "a whole number from 0 on"));
    }

    /// A number over 0 that must be there.
    double number(String key) {
        return keys.number(key, x -> x > 0, OVER_0);
    }

    /// The tokens that a token of a sliding layer sees, itself included; 0 for all.
    int window() {
        return keys.optionalPositive("sliding_window", Null.ABSENT).orElse(0);
    }

    /// Which layers see a window only: `layer_types`.
    ///
    /// @param window how many tokens they see; 0 if the configuration has none, where layers that slide are refused
    /// @param otherwise which ones do where there is no such key
    List<Boolean> slides(int layers, int window, IntPredicate otherwise) {
        List<Boolean> slides = layersOf(SLIDING, layers, otherwise);
        if (window == 0 && slides.contains(true)) {
            throw keys.refused(Text.format(
                    "\"layer_types\" has \"%s\", but \"sliding_window\" gives those layers no window.", SLIDING));
        }
        return slides;
    }

    /// Which layers are of a type by `layer_types`, the others being of full attention.
    ///
    /// @param otherwise which ones are where there is no such key
    List<Boolean> layersOf(String type, int layers, IntPredicate otherwise) {
        return keys.optionalTexts("layer_types", Null.ABSENT)
                .map(types -> {
                    requireLength("layer_types", types.size(), layers);
                    return types.stream().map(found -> isOf(type, found)).toList();
                })
                .orElseGet(() ->
                        IntStream.range(0, layers).mapToObj(otherwise::test).toList());
    }

    private boolean isOf(String type, String found) {
        if (!found.equals(type) && !found.equals(FULL)) {
            throw unsupported(Text.format(
                    "\"layer_types\" has \"%s\"; supported: %s.",
                    found,
                    Stream.of(FULL, type)
                            .sorted()
                            .map(known -> "\"" + known + "\"")
                            .collect(Collectors.joining(", "))));
        }
        return found.equals(type);
    }

    /// The window of all layers alike, 0 for none.
    int oneWindow(int layers) {
        int window = window();
        List<Boolean> slides = slides(layers, window, i -> window > 0);
        if (window > 0 && slides.contains(false)) {
            throw keys.refused(Text.format(
                    "\"layer_types\" has \"%s\", but \"sliding_window\" is %d, which is for all layers here.",
                    FULL, window));
        }
        return window;
    }

    /// A list must have an entry for each layer.
    void requireLength(String key, int found, int layers) {
        if (found != layers) {
            throw keys.refused(
                    Text.format("\"%s\" has %d entries, but \"num_hidden_layers\" is %d.", key, found, layers));
        }
    }

    /// Layers of two kinds, as [#slides] tells them.
    ///
    /// @param some those that see a window only
    /// @param all those that see everything
    List<Block> layers(int layers, int window, IntPredicate otherwise, Block some, Block all) {
        return slides(layers, window, otherwise).stream()
                .map(slide -> slide ? some : all)
                .toList();
    }

    /// What is outside the layers of most decoders.
    ///
    /// @param kind of the last norm
    Blocks decoder(Sizes sizes, List<Block> layers, Step.Norm.Kind kind, double eps) {
        String embedding = names.prefix() + "embed_tokens.weight";
        int hidden = sizes.hidden();
        return new Blocks(
                hidden,
                sizes.vocabulary(),
                sizes.positions(),
                embedding,
                1,
                null,
                names,
                layers,
                new Step.Norm("norm", "hidden", kind, hidden, hidden, eps, names.prefix() + "norm.weight"),
                flag("tie_word_embeddings") ? embedding : names.head(),
                1,
                0);
    }

    /// How many experts a token goes through.
    ///
    /// @param count of the experts
    int expertsPerToken(int count) {
        int top = positive("num_experts_per_tok");
        if (top > count) {
            throw keys.refused(Text.format("\"num_experts_per_tok\" is %d, but there are %d experts.", top, count));
        }
        return top;
    }
}
