package io.lota4j.internal.model.arch;

import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.JsonKeys;
import io.lota4j.internal.checkpoint.JsonKeys.Null;
import io.lota4j.internal.model.layer.Rope;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.DoublePredicate;
import java.util.function.Function;
import java.util.stream.Stream;

/// What a configuration says of a rotary embedding.
///
/// @param keys of the whole file
/// @param nested objects that are about it alone
record RopeKeys(JsonKeys keys, List<JsonKeys> nested) {
    private static final String OVER_0 = "a number over 0";
    private static final String AT_LEAST_1 = "a number of at least 1";
    private static final String SUPPORTED = "default, linear, llama3, yarn";
    private static final Set<String> LONG = Set.of("longrope", "su", "yarn");

    /// Both spellings: `rope_parameters` holds everything in new files, `rope_theta` and `rope_scaling` in old
    /// ones. A file may have both if they agree.
    static RopeKeys of(JsonKeys keys) {
        Optional<JsonKeys> parameters = keys.optionalObject("rope_parameters", Null.ABSENT);
        parameters.ifPresent(RopeKeys::requireFlat);
        Optional<JsonKeys> scaling = keys.optionalObject("rope_scaling", Null.ABSENT);
        scaling.filter(k -> !k.node().isEmpty() && !k.has("rope_type") && !k.has("type"))
                .ifPresent(k -> {
                    throw keys.refused("\"rope_scaling\" has no \"rope_type\"; supported: " + SUPPORTED + ".");
                });
        return new RopeKeys(
                keys, Stream.of(parameters, scaling).flatMap(Optional::stream).toList());
    }

    /// Refuses a rotary embedding for each type of layers where there is one for all.
    private static void requireFlat(JsonKeys parameters) {
        parameters.node().properties().stream()
                .filter(entry -> entry.getValue().isObject())
                .findFirst()
                .ifPresent(entry -> {
                    throw parameters.refused(Text.format(
                            "%s is an object, as for models whose types of layers differ in their rotary embedding;"
                                    + " expected one for all layers, such as \"rope_theta\" and \"rope_type\".",
                            parameters.name(entry.getKey())));
                });
    }

    private List<JsonKeys> all() {
        return Stream.concat(nested.stream(), Stream.of(keys)).toList();
    }

    /// @param dim so many features of a head are turned
    Rope rope(int dim, double otherwiseTheta) {
        double theta = number("rope_theta", otherwiseTheta);
        String type = agreed(nested, "rope_type", this::type).orElse("default");
        return switch (type) {
            case "default" -> Rope.of(theta, null, dim);
            case "linear" -> Rope.of(theta, new Rope.Linear(needed(type, "factor", x -> x >= 1, AT_LEAST_1)), dim);
            case "llama3" -> Rope.of(theta, llama3(), dim);
            case "yarn" -> Rope.of(theta, yarn(theta, dim), dim);
            default ->
                throw ConfigKeys.unsupported(
                        keys, Text.format("rope type \"%s\" is not supported; supported: %s.", type, SUPPORTED));
        };
    }

    private Rope.Yarn yarn(double theta, int dim) {
        double positions = positions();
        double original = number("original_max_position_embeddings", positions);
        double factor = optional("factor", x -> x >= 1, AT_LEAST_1).orElse(positions / original);
        double attention = optional("attention_factor", x -> x > 0, OVER_0).orElseGet(() -> attention(factor));
        boolean whole = agreed(nested, "truncate", k -> k.optionalFlag("truncate", Null.ABSENT))
                .orElse(true);
        return Rope.Yarn.of(
                factor, number("beta_fast", 32), number("beta_slow", 1), original, whole, attention, theta, dim);
    }

    private double attention(double factor) {
        double all = optional("mscale_all_dim", x -> x >= 0, "a number of at least 0")
                .orElse(0.);
        double one = optional("mscale", x -> x >= 0, "a number of at least 0").orElse(0.);
        return all == 0 || one == 0 ? attention(factor, 1) : attention(factor, one) / attention(factor, all);
    }

    private static double attention(double factor, double share) {
        return factor <= 1 ? 1 : 0.1 * share * Math.log(factor) + 1;
    }

    private double positions() {
        return keys.number("max_position_embeddings", x -> x > 0, OVER_0);
    }

    private double number(String key, double otherwise) {
        return optional(key, x -> x > 0, OVER_0).orElse(otherwise);
    }

    private Optional<Double> optional(String key, DoublePredicate fits, String expected) {
        return agreed(all(), key, k -> k.optionalNumber(key, Null.ABSENT, fits, expected));
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

    /// Refuses a configuration that has only a part of each head rotated.
    RopeKeys requireWhole() {
        all().forEach(place -> place.optionalNumber(
                "partial_rotary_factor", Null.ABSENT, x -> x == 1, "1: a part of a head is not rotated"));
        return this;
    }

    /// The share of each head that is rotated.
    double part(double otherwise) {
        return optional("partial_rotary_factor", x -> x > 0 && x <= 1, "a number over 0, up to 1")
                .orElse(otherwise);
    }

    /// Frequencies as they are, or stretched as in LongRoPE, also under its older names `su` and `yarn`.
    ///
    /// @param dim so many features of a head are turned
    Rope defaultOrLong(int dim, double otherwiseTheta) {
        double theta = number("rope_theta", otherwiseTheta);
        String type = agreed(nested, "rope_type", this::type).orElse("default");
        if (type.equals("default")) {
            return Rope.of(theta, null, dim);
        }
        if (!LONG.contains(type)) {
            throw ConfigKeys.unsupported(
                    keys, Text.format("rope type \"%s\" is not supported here; supported: default, longrope.", type));
        }
        double positions = positions();
        double original = optional("original_max_position_embeddings", x -> x > 1, "a number over 1")
                .orElse(positions);
        double factor = optional("factor", x -> x > 0, OVER_0).orElse(positions / original);
        double scale = optional("attention_factor", x -> x > 0, OVER_0)
                .orElseGet(() -> factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(original)));
        return Rope.longRope(theta, factors("short_factor", dim), factors("long_factor", dim), (int) original, scale);
    }

    /// A number over 0 for each pair.
    private List<Double> factors(String key, int dim) {
        String expected = Text.format("a list of %d numbers over 0, one for each pair that is turned", dim / 2);
        JsonKeys place = nested.stream().filter(k -> k.has(key)).findFirst().orElse(keys);
        return place.optionalNumbers(key, Null.REFUSED)
                .filter(factors -> factors.size() == dim / 2 && factors.stream().allMatch(f -> f > 0))
                .orElseThrow(() -> place.wrong(key, expected));
    }

    /// What queries are multiplied by, if anything: `llama_4_scaling_beta`.
    Optional<Rope.Temper> temper() {
        return optional("llama_4_scaling_beta", x -> x >= 0, "a number of at least 0")
                .map(beta ->
                        new Rope.Temper(beta, needed("yarn", "original_max_position_embeddings", x -> x > 0, OVER_0)));
    }

    private Rope.Llama3 llama3() {
        double factor = needed("llama3", "factor", x -> x >= 1, AT_LEAST_1);
        double low = needed("llama3", "low_freq_factor", x -> x > 0, OVER_0);
        String over = "a number over \"low_freq_factor\", " + low;
        double high = needed("llama3", "high_freq_factor", x -> x > low, over);
        return new Rope.Llama3(factor, low, high, number("original_max_position_embeddings", positions()));
    }

    private double needed(String type, String key, DoublePredicate fits, String expected) {
        return agreed(nested, key, k -> k.optionalNumber(key, Null.ABSENT, fits, expected))
                .orElseThrow(() -> keys.refused(Text.format("the %s rope needs the number \"%s\".", type, key)));
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
