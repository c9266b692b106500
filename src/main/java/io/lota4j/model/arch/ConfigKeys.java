package io.lota4j.model.arch;

import io.lota4j.Text;
import io.lota4j.checkpoint.JsonKeys;
import io.lota4j.checkpoint.JsonKeys.Null;
import io.lota4j.model.layer.Rope;
import java.util.List;
import java.util.Optional;
import java.util.function.DoublePredicate;
import java.util.function.Function;
import java.util.stream.Stream;

/// What configurations of several architectures say in the same way.
///
/// @param keys of the `config.json`
public record ConfigKeys(JsonKeys keys) {
    private static final String OVER_0 = "a number over 0";

    int positive(String key) {
        return keys.positive(key);
    }

    /// Python takes `null` for false.
    boolean flag(String key) {
        return keys.optionalFlag(key, Null.ABSENT).orElse(false);
    }

    /// A text that must be the one that is supported, if it is there.
    void only(String key, String supported) {
        String found = keys.optionalText(key, Null.REFUSED).orElse(supported);
        if (!found.equals(supported)) {
            throw keys.refused(Text.format("\"%s\" is \"%s\"; supported: \"%s\".", key, found, supported));
        }
    }

    int positions(int otherwise) {
        return keys.optionalPositive("max_position_embeddings", Null.REFUSED).orElse(otherwise);
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
        int head = given.orElse(hidden / heads);
        if (head % 2 != 0) {
            throw keys.refused(Text.format(
                    "%s must be even, found %d: the rotary embedding turns pairs.",
                    given.isPresent() ? "\"head_dim\"" : "\"hidden_size\" / \"num_attention_heads\"", head));
        }
        return head;
    }

    /// Both spellings: `rope_parameters` holds everything in new files, `rope_theta` and `rope_scaling` in old
    /// ones. A file may have both if they agree.
    Rope rope(int head, double otherwiseTheta) {
        Optional<JsonKeys> parameters = keys.optionalObject("rope_parameters", Null.ABSENT);
        Optional<JsonKeys> scaling = keys.optionalObject("rope_scaling", Null.ABSENT);
        List<JsonKeys> nested =
                Stream.of(parameters, scaling).flatMap(Optional::stream).toList();
        List<JsonKeys> all = Stream.concat(nested.stream(), Stream.of(keys)).toList();
        all.forEach(this::requireWholeRotation);
        double theta = agreed(all, "rope_theta", k -> k.optionalNumber("rope_theta", Null.ABSENT, x -> x > 0, OVER_0))
                .orElse(otherwiseTheta);
        scaling.filter(k -> !k.node().isEmpty() && !k.has("rope_type") && !k.has("type"))
                .ifPresent(k -> {
                    throw keys.refused("\"rope_scaling\" has no \"rope_type\"; supported: default, llama3.");
                });
        String type = agreed(nested, "rope_type", this::type).orElse("default");
        return switch (type) {
            case "default" -> Rope.of(theta, null, head);
            case "llama3" -> Rope.of(theta, llama3(nested), head);
            default ->
                throw keys.refused(Text.format("rope type \"%s\" is not supported; supported: default, llama3.", type));
        };
    }

    private Optional<String> type(JsonKeys rope) {
        Optional<String> now = rope.optionalText("rope_type", Null.ABSENT);
        Optional<String> old = rope.optionalText("type", Null.ABSENT);
        if (now.isPresent() && old.isPresent() && !now.equals(old)) {
            throw keys.refused(Text.format(
                    "%s is \"%s\", but %s is \"%s\": they must agree.",
                    rope.name("rope_type"), now.get(), rope.name("type"), old.get()));
        }
        return now.or(() -> old);
    }

    private void requireWholeRotation(JsonKeys rope) {
        rope.optionalNumber("partial_rotary_factor", Null.ABSENT, x -> x == 1, "1: a part of a head is not rotated");
    }

    private Rope.Llama3 llama3(List<JsonKeys> nested) {
        double factor = llama3(nested, "factor", x -> x >= 1, "a number of at least 1");
        double low = llama3(nested, "low_freq_factor", x -> x > 0, OVER_0);
        double high = llama3(nested, "high_freq_factor", x -> x > low, "a number over \"low_freq_factor\", " + low);
        return new Rope.Llama3(
                factor, low, high, llama3(nested, "original_max_position_embeddings", x -> x > 0, OVER_0));
    }

    private double llama3(List<JsonKeys> nested, String key, DoublePredicate fits, String expected) {
        return agreed(nested, key, k -> k.optionalNumber(key, Null.ABSENT, fits, expected))
                .orElseThrow(() -> keys.refused(Text.format("the llama3 rope needs the number \"%s\".", key)));
    }

    /// What stands behind a key in one place or more, each time the same.
    private <T> Optional<T> agreed(List<JsonKeys> places, String key, Function<JsonKeys, Optional<T>> reading) {
        Optional<T> found = Optional.empty();
        String where = "";
        for (JsonKeys place : places) {
            Optional<T> here = reading.apply(place);
            if (found.isPresent() && here.isPresent() && !found.equals(here)) {
                throw keys.refused(Text.format(
                        "%s is %s, but %s is %s: they must agree.", where, found.get(), place.name(key), here.get()));
            }
            if (found.isEmpty() && here.isPresent()) {
                found = here;
                where = place.name(key);
            }
        }
        return found;
    }
}
