package io.lota4j.internal.checkpoint;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// How a checkpoint names the tensors of its decoder: the one place that knows which layer a tensor is in, and whether
/// it is a matrix there that a mask chooses from unless the user says otherwise.
///
/// @param prefix of all tensors of the decoder but a head, such as `model.`
/// @param stack what stands between the prefix and a layer's number, such as `layers.`
/// @param head the name of a head that is not the embedding
/// @param amongModules whether tensors of other modules, such as those of a vision model, may be beside the decoder's
public record DecoderNames(String prefix, String stack, String head, boolean amongModules) {
    private static final String LAYERS = "layers.";
    private static final String HEAD = "lm_head.weight";

    /// Those of most models.
    public static final DecoderNames USUAL = new DecoderNames("model.", LAYERS, HEAD, false);

    /// Those of a text model among others, the first as transformers 5 has them in memory, the second as it writes
    /// them and hubs have them.
    public static final List<DecoderNames> AMONG_MODULES = List.of(
            new DecoderNames("model.language_model.", LAYERS, HEAD, true),
            new DecoderNames("language_model.model.", LAYERS, "language_model.lm_head.weight", true));

    /// Those of GPT-2; its first checkpoints have no prefix.
    public static final List<DecoderNames> GPT2 =
            List.of(new DecoderNames("transformer.", "h.", HEAD, false), new DecoderNames("", "h.", HEAD, false));

    public static final DecoderNames GPT_NEOX = new DecoderNames("gpt_neox.", LAYERS, "embed_out.weight", false);

    private static final List<DecoderNames> KNOWN = List.of(
            AMONG_MODULES.getFirst(), AMONG_MODULES.getLast(), USUAL, GPT2.getFirst(), GPT_NEOX, GPT2.getLast());

    /// Those that differ in what stands in front only: what is made for one of them fits the others.
    private static final List<List<DecoderNames>> ALIKE =
            List.of(List.of(AMONG_MODULES.getFirst(), AMONG_MODULES.getLast(), USUAL), GPT2);

    /// What chooses the experts of a token, a matrix with a row for each.
    private static final Pattern ROUTER = Pattern.compile(".*\\.(gate|router)(\\.weight)?");

    private static final Pattern BIAS = Pattern.compile(".*[._]bias");

    /// Those of a checkpoint with tensors of such names; empty if it is none of the known.
    public static Optional<DecoderNames> of(Collection<String> tensors) {
        return of(tensors, KNOWN);
    }

    /// The first of some whose layers are among a checkpoint's tensors.
    public static Optional<DecoderNames> of(Collection<String> tensors, List<DecoderNames> some) {
        return some.stream()
                .filter(names -> tensors.stream().anyMatch(names::isInLayer))
                .findFirst();
    }

    /// Those of a checkpoint's tensors that belong to other modules than its decoder.
    public static List<String> beside(Collection<String> tensors) {
        return of(tensors)
                .map(names -> tensors.stream().filter(names::isBeside).toList())
                .orElse(List.of());
    }

    /// How transformers, and with it PEFT, names in memory what a checkpoint of these names holds.
    public DecoderNames inMemory() {
        return List.of(AMONG_MODULES, GPT2).stream()
                .filter(all -> all.contains(this))
                .findFirst()
                .map(List::getFirst)
                .orElse(this);
    }

    /// Whether the two differ in what stands in front only.
    public boolean isAlike(DecoderNames other) {
        return ALIKE.stream().anyMatch(all -> all.contains(this) && all.contains(other));
    }

    /// What a tensor or a module of these names is called where others hold, which are [alike][#isAlike].
    public String renamed(String name, DecoderNames others) {
        if (equals(others)) {
            return name;
        }
        if (name.equals(head)) {
            return others.head;
        }
        if (name.startsWith(prefix)) {
            return others.prefix + name.substring(prefix.length());
        }
        String module = amongModules && name.startsWith(USUAL.prefix) ? name.substring(USUAL.prefix.length()) : name;
        return others.equals(AMONG_MODULES.getFirst()) ? USUAL.prefix + module : module;
    }

    /// What stands before a layer's number, such as `model.layers.`.
    public String layers() {
        return prefix + stack;
    }

    /// A tensor's place in the layers; empty if it is outside.
    public Optional<LayerName> layer(String tensor) {
        return LayerName.of(tensor).filter(name -> name.stack().equals(layers()));
    }

    public boolean isInLayer(String tensor) {
        return layer(tensor).isPresent();
    }

    /// Whether a tensor belongs to another module.
    public boolean isBeside(String tensor) {
        return amongModules && !tensor.startsWith(prefix) && !tensor.equals(head);
    }

    /// Whether a tensor is a matrix of attention or MLP, holds those of several experts, or is a convolution: not a
    /// bias, a norm, a router, or a causal mask, which has four dimensions.
    public boolean isMatrix(TensorInfo tensor) {
        int rank = tensor.shape().rank();
        return (rank == 2 || rank == 3)
                && isInLayer(tensor.name())
                && !ROUTER.matcher(tensor.name()).matches()
                && !BIAS.matcher(tensor.name()).matches();
    }
}
