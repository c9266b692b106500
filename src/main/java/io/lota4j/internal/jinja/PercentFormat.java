package io.lota4j.internal.jinja;

import io.lota4j.internal.jinja.Value.Int;
import io.lota4j.internal.jinja.Value.Real;
import io.lota4j.internal.jinja.Value.Tuple;
import java.math.BigDecimal;
import java.util.Iterator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// `'%s is %d' % (..)`, as Python's `str` has it.
final class PercentFormat {
    private static final Pattern FIELD =
            Pattern.compile("%(?:\\(([^)]*)\\))?([-+ #0]*)(\\d{1,6}|\\*)?(?:\\.(\\d{1,6}))?[hlL]?(.)?", Pattern.DOTALL);

    private PercentFormat() {}

    static MarkedText format(MarkedText format, Value values) {
        boolean mapping = values instanceof Dict;
        Iterator<Value> rest = (values instanceof Tuple tuple ? tuple.items() : List.of(values)).iterator();
        MarkedText.Builder out = new MarkedText.Builder();
        Matcher field = FIELD.matcher(format.text());
        int at = 0;
        while (field.find(at)) {
            out.add(format.part(at, field.start()));
            out.add(field(field, values, rest));
            at = field.end();
        }
        out.add(format.part(at, format.units()));
        if (rest.hasNext() && !mapping) {
            throw new Refusal("not all arguments converted during string formatting");
        }
        return out.build();
    }

    private static MarkedText field(Matcher field, Value values, Iterator<Value> rest) {
        String type = field.group(5);
        if (type == null) {
            throw new Refusal("incomplete format");
        }
        if (type.equals("%")) {
            return MarkedText.plain("%");
        }
        if ("*".equals(field.group(3))) {
            throw new Refusal("a width of * is not supported");
        }
        return written(field, type, value(field.group(1), values, rest));
    }

    private static Value value(@Nullable String key, Value values, Iterator<Value> rest) {
        if (key != null) {
            @Nullable Value value = values instanceof Dict dict ? dict.get(MarkedText.plain(key)) : null;
            if (value == null) {
                throw new Refusal("format requires a mapping with '" + key + "'");
            }
            return value;
        }
        if (!rest.hasNext()) {
            throw new Refusal("not enough arguments for format string");
        }
        return rest.next();
    }

    private static MarkedText written(Matcher field, String type, Value value) {
        String flags = field.group(2);
        int width = field.group(3) == null ? 0 : Integer.parseInt(field.group(3));
        int precision = field.group(4) == null ? -1 : Integer.parseInt(field.group(4));
        boolean left = flags.contains("-");
        FormatSpec texts = new FormatSpec(" ", left ? "<" : ">", "", false, width, "", precision, "");
        return switch (type) {
            case "s" -> texts.text(PythonText.str(value), ">");
            case "r", "a" -> texts.text(PythonText.repr(value), ">");
            case "c" ->
                texts.text(
                        value instanceof MarkedText text
                                ? text
                                : FormatSpec.parse("c").apply(value),
                        ">");
            case "d", "i", "u", "x", "X", "o", "e", "E", "f", "F", "g", "G" -> {
                boolean zero = flags.contains("0") && !left;
                String sign = flags.contains("+") ? "+" : flags.contains(" ") ? " " : "";
                yield new FormatSpec(
                                zero ? "0" : " ",
                                left ? "<" : zero ? "=" : ">",
                                sign,
                                flags.contains("#"),
                                width,
                                "",
                                precision,
                                type)
                        .apply(number(type, value));
            }
            default -> throw new Refusal("unsupported format character '" + type + "'");
        };
    }

    private static Value number(String type, Value value) {
        if (!Operators.isNumber(value)) {
            throw new Refusal("%" + type + " format: a number is required, not " + Operators.type(value));
        }
        boolean decimal = type.equals("d") || type.equals("i") || type.equals("u");
        return decimal && value instanceof Real real && Double.isFinite(real.value())
                ? new Int(new BigDecimal(real.value()).toBigInteger())
                : value;
    }
}
