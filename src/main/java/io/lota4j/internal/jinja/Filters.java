package io.lota4j.internal.jinja;

import io.lota4j.internal.jinja.Value.Int;
import io.lota4j.internal.jinja.Value.Real;
import io.lota4j.internal.jinja.Value.Undefined;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What stands behind `|`: the filters of one value. Those of many items are [SequenceFilters].
final class Filters {
    private static final Set<String> OWN = Names.of("""
        abs capitalize center d default e escape float format indent int lower replace round safe string
        title tojson trim truncate upper wordcount
        """);

    static final Set<String> NAMES =
            Stream.concat(OWN.stream(), SequenceFilters.NAMES.stream()).collect(Collectors.toUnmodifiableSet());

    private static final Pattern WORD = Pattern.compile("\\w+", Pattern.UNICODE_CHARACTER_CLASS);
    private static final Pattern WHOLE = Pattern.compile("[-+]?\\d+(?:_\\d+)*");
    private static final Pattern NUMBER = Pattern.compile(
            "[-+]?(?:\\d+(?:_\\d+)*)?(?:\\.(?:\\d+(?:_\\d+)*)?)?(?:e[-+]?\\d+(?:_\\d+)*)?", Pattern.CASE_INSENSITIVE);

    private Filters() {}

    static Value apply(String name, Value value, Arguments arguments) {
        return OWN.contains(name) ? one(name, value, arguments) : SequenceFilters.apply(name, value, arguments);
    }

    private static Value one(String name, Value value, Arguments arguments) {
        return switch (name) {
            case "d", "default" -> {
                Arguments.Bound bound = arguments.bind(name, "default_value", "boolean");
                boolean replaced =
                        value instanceof Undefined || (bound.flag("boolean", false) && !Operators.truth(value));
                yield replaced ? bound.get("default_value", MarkedText.EMPTY) : value;
            }
            case "tojson" -> Json.write(value, arguments);
            case "abs" -> absolute(value, arguments);
            case "int" -> whole(value, arguments.bind(name, "default", "base"));
            case "float" -> real(value, arguments.bind(name, "default"));
            case "round" -> round(value, arguments.bind(name, "precision", "method"));
            default -> text(name, PythonText.str(value), arguments);
        };
    }

    private static Value text(String name, MarkedText text, Arguments arguments) {
        return switch (name) {
            case "format" -> format(text, arguments);
            case "indent" -> indent(text, arguments.bind(name, "width", "first", "blank"));
            case "replace" -> {
                Arguments.Bound bound = arguments.bind(name, "old", "new", "count");
                int count = bound.some("count") ? bound.number("count") : -1;
                yield TextMethods.replace(
                        text, PythonText.str(bound.get("old")), PythonText.str(bound.get("new")), count);
            }
            case "trim" -> TextMethods.call(text, "strip", arguments);
            case "truncate" -> truncate(text, arguments.bind(name, "length", "killwords", "end", "leeway"));
            case "center" ->
                TextMethods.call(
                        text,
                        name,
                        new Arguments(
                                List.of(Int.of(arguments.bind(name, "width").number("width", 80))), Map.of()));
            default -> plain(name, text, arguments);
        };
    }

    private static Value plain(String name, MarkedText text, Arguments arguments) {
        arguments.bind(name);
        return switch (name) {
            case "capitalize", "upper", "lower" -> TextMethods.call(text, name, arguments);
            case "title" -> text.mapped(Filters::title);
            case "e", "escape" -> escape(text);
            case "wordcount" -> Int.of(WORD.matcher(text.text()).results().count());
            default -> text;
        };
    }

    /// Unlike the method `title`, a word starts at a space, a dash or an opening bracket only.
    private static String title(String text) {
        StringBuilder result = new StringBuilder();
        boolean starts = true;
        for (int at = 0; at < text.length(); ) {
            int c = text.codePointAt(at);
            boolean between = "-({[<".indexOf(c) >= 0 || PythonText.isSpace(c);
            String one = Character.toString(c);
            result.append(between ? one : starts ? one.toUpperCase(Locale.ROOT) : one.toLowerCase(Locale.ROOT));
            starts = between;
            at += Character.charCount(c);
        }
        return result.toString();
    }

    private static MarkedText escape(MarkedText text) {
        MarkedText result = text;
        String[][] escapes = {{"&", "&amp;"}, {">", "&gt;"}, {"<", "&lt;"}, {"'", "&#39;"}, {"\"", "&#34;"}};
        for (String[] escape : escapes) {
            MarkedText with = MarkedText.plain(escape[1]).with(text.anyMark());
            result = TextMethods.replace(result, MarkedText.plain(escape[0]), with, -1);
        }
        return result;
    }

    private static MarkedText format(MarkedText text, Arguments arguments) {
        if (arguments.named().isEmpty()) {
            return PercentFormat.format(text, Value.Tuple.of(arguments.positional()));
        }
        return PercentFormat.format(
                text,
                Dict.of(arguments.named().entrySet().stream()
                        .map(e -> Map.<Value, Value>entry(MarkedText.plain(e.getKey()), e.getValue()))
                        .toList()));
    }

    private static MarkedText indent(MarkedText text, Arguments.Bound bound) {
        MarkedText indent = bound.has("width") && bound.get("width") instanceof MarkedText given
                ? given
                : TextMethods.pad(MarkedText.EMPTY, 0, Math.max(0, bound.number("width", 4)), " ");
        List<Value> lines = TextMethods.lines(text.plus(MarkedText.plain("\n")), false);
        MarkedText.Builder result = new MarkedText.Builder();
        boolean blank = bound.flag("blank", false);
        for (int i = 0; i < lines.size(); i++) {
            MarkedText line = (MarkedText) lines.get(i);
            if (i > 0) {
                result.add("\n");
            }
            if (i == 0 ? bound.flag("first", false) : blank || !line.isEmpty()) {
                result.add(indent);
            }
            result.add(line);
        }
        return result.build();
    }

    private static MarkedText truncate(MarkedText text, Arguments.Bound bound) {
        int length = bound.number("length", 255);
        MarkedText end = bound.text("end", "...");
        int leeway = bound.some("leeway") ? bound.number("leeway") : 5;
        if (length < end.length()) {
            throw new Refusal("truncate needs a length of at least " + end.length() + ", found " + length);
        }
        if (text.length() <= length + leeway) {
            return text;
        }
        MarkedText cut = text.part(0, text.unitOf(length - end.length()));
        int space = cut.text().lastIndexOf(' ');
        return (bound.flag("killwords", false) || space < 0 ? cut : cut.part(0, space)).plus(end);
    }

    private static Value absolute(Value value, Arguments arguments) {
        arguments.bind("abs");
        BigInteger whole = Operators.whole(Operators.defined(value));
        return whole != null ? new Int(whole.abs()) : new Real(Math.abs(Operators.real(value)));
    }

    private static Value whole(Value value, Arguments.Bound bound) {
        Value otherwise = bound.get("default", Int.of(0));
        BigInteger whole = Operators.whole(value);
        if (whole != null) {
            return new Int(whole);
        }
        if (value instanceof MarkedText text) {
            BigInteger read = whole(text.text().strip(), bound.number("base", 10));
            if (read != null) {
                return new Int(read);
            }
        }
        Operators.defined(value instanceof Undefined ? value : otherwise);
        Double real = real(value);
        return real == null || !Double.isFinite(real) ? otherwise : new Int(new BigDecimal(real).toBigInteger());
    }

    private static @Nullable BigInteger whole(String text, int base) {
        if (base != 10) {
            String digits = text.toLowerCase(Locale.ROOT).replaceFirst("^0[xob]", "");
            return base >= 2 && base <= 36 && digits.matches("[0-9a-z]{1,1000}") && fits(digits, base)
                    ? new BigInteger(digits, base)
                    : null;
        }
        if (!WHOLE.matcher(text).matches()) {
            return null;
        }
        Limits.bits(text.length() * 3L);
        return new BigInteger(text.replace("_", "").replaceFirst("^\\+", ""));
    }

    private static boolean fits(String digits, int base) {
        return digits.chars().allMatch(c -> Character.digit(c, base) >= 0);
    }

    private static Value real(Value value, Arguments.Bound bound) {
        Operators.defined(value);
        Double real = real(value);
        return real == null ? bound.get("default", new Real(0)) : new Real(real);
    }

    /// `float(value)`, or null if it is none.
    private static @Nullable Double real(Value value) {
        if (Operators.isNumber(value)) {
            return Operators.real(value);
        }
        if (!(value instanceof MarkedText text)) {
            return null;
        }
        String written = text.text().strip().toLowerCase(Locale.ROOT);
        Matcher matcher = NUMBER.matcher(written);
        if (matcher.matches() && written.chars().anyMatch(Character::isDigit) && !written.matches("[-+]?\\.?e.*")) {
            return Double.valueOf(written.replace("_", ""));
        }
        return switch (written.replaceFirst("^[-+]", "")) {
            case "inf", "infinity" -> written.startsWith("-") ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
            case "nan" -> Double.NaN;
            default -> null;
        };
    }

    private static Value round(Value value, Arguments.Bound bound) {
        int precision = Math.clamp(bound.number("precision", 0), -400, 400);
        String method = bound.text("method", "common").text();
        BigInteger whole = Operators.whole(Operators.defined(value));
        if (method.equals("common")) {
            if (whole != null) {
                return new Int(new BigDecimal(whole)
                        .setScale(Math.min(precision, 0), RoundingMode.HALF_EVEN)
                        .toBigInteger());
            }
            return new Real(rounded(Operators.real(value), precision, RoundingMode.HALF_EVEN));
        }
        if (!method.equals("ceil") && !method.equals("floor")) {
            throw new Refusal("method must be common, ceil or floor");
        }
        double scale = Math.pow(10, precision);
        double scaled = Operators.real(value) * scale;
        return new Real((method.equals("ceil") ? Math.ceil(scaled) : Math.floor(scaled)) / scale);
    }

    private static double rounded(double value, int precision, RoundingMode mode) {
        return Double.isFinite(value) && value != 0
                ? Math.copySign(new BigDecimal(value).setScale(precision, mode).doubleValue(), value)
                : value;
    }
}
