package io.lota4j.internal.checkpoint;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A tensor's name taken apart at its first numbered segment, which in every known architecture is the layer's.
///
/// @param stack what stands before the number, such as `model.layers.`
/// @param index the layer's number
/// @param rest what stands behind it, such as `.mlp.up_proj.weight`
public record LayerName(String stack, int index, String rest) {
    private static final Pattern NUMBERED = Pattern.compile("((?:[^.]*\\.)*?)([0-9]{1,6})(\\..*)");
    private static final Pattern NUMBER = Pattern.compile("\\.[0-9]+(?=\\.)");
    private static final Pattern WEIGHT = Pattern.compile("\\.weight$");

    /// Empty for a tensor outside the layers.
    public static Optional<LayerName> of(String tensor) {
        Matcher parts = NUMBERED.matcher(tensor);
        return parts.matches()
                ? Optional.of(new LayerName(parts.group(1), Integer.parseInt(parts.group(2)), parts.group(3)))
                : Optional.empty();
    }

    /// The kind of a tensor, such as `mlp.up_proj` or `mlp.experts.up_proj`: its name without the layer, without an
    /// expert's number and without `.weight`.
    public static String kind(String tensor) {
        String inLayer = of(tensor).map(name -> name.rest().substring(1)).orElse(tensor);
        return WEIGHT.matcher(NUMBER.matcher(inLayer).replaceAll("")).replaceFirst("");
    }
}
