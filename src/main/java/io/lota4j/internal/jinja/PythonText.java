package io.lota4j.internal.jinja;

import io.lota4j.internal.Text;
import io.lota4j.internal.jinja.Value.Bool;
import io.lota4j.internal.jinja.Value.Function;
import io.lota4j.internal.jinja.Value.Generator;
import io.lota4j.internal.jinja.Value.Int;
import io.lota4j.internal.jinja.Value.Listed;
import io.lota4j.internal.jinja.Value.LoopState;
import io.lota4j.internal.jinja.Value.Namespace;
import io.lota4j.internal.jinja.Value.None;
import io.lota4j.internal.jinja.Value.Range;
import io.lota4j.internal.jinja.Value.Real;
import io.lota4j.internal.jinja.Value.Tuple;
import io.lota4j.internal.jinja.Value.Undefined;
import io.lota4j.internal.jinja.Value.View;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.List;
import java.util.Map;

/// How Python prints values, and what it takes for white space.
public final class PythonText {
    private PythonText() {}

    /// `str(value)`.
    static MarkedText str(Value value) {
        return switch (value) {
            case MarkedText text -> text;
            case Undefined undefined -> MarkedText.EMPTY;
            default -> repr(value);
        };
    }

    /// `repr(value)`.
    static MarkedText repr(Value value) {
        MarkedText.Builder out = new MarkedText.Builder();
        repr(value, out);
        return out.build();
    }

    private static void repr(Value value, MarkedText.Builder out) {
        switch (value) {
            case MarkedText text -> quote(text, out);
            case None none -> out.add("None");
            case Bool bool -> out.add(bool == Bool.TRUE ? "True" : "False");
            case Int number -> out.add(number.value().toString());
            case Real real -> out.add(number(real.value()));
            case Undefined undefined -> out.add("Undefined");
            case Listed list -> items("[", list.items(), "]", out);
            case Tuple tuple -> items("(", tuple.items(), tuple.items().size() == 1 ? ",)" : ")", out);
            case Dict dict -> dict(dict, out);
            case View view -> items(view.type() + "([", view.items(), "])", out);
            case Range range -> range(range, out);
            case Namespace namespace -> namespace(namespace, out);
            case LoopState state -> out.add(state.loop().toString());
            case Function function ->
                throw new Refusal(
                        "'" + function.name() + "' is called nowhere: what Python prints of a function is its address");
            case Generator generator ->
                throw new Refusal("what Python prints of a generator is its address: '| list' makes a list of it");
        }
    }

    private static void items(String open, List<Value> items, String close, MarkedText.Builder out) {
        out.add(open);
        String between = "";
        for (Value item : items) {
            out.add(between);
            repr(item, out);
            between = ", ";
        }
        out.add(close);
    }

    private static void dict(Dict dict, MarkedText.Builder out) {
        out.add("{");
        String between = "";
        for (Map.Entry<Value, Value> entry : dict.entries()) {
            out.add(between);
            repr(entry.getKey(), out);
            out.add(": ");
            repr(entry.getValue(), out);
            between = ", ";
        }
        out.add("}");
    }

    private static void namespace(Namespace namespace, MarkedText.Builder out) {
        out.add("<Namespace {");
        String between = "";
        for (Map.Entry<String, Value> entry : namespace.values().entrySet()) {
            out.add(between + "'" + entry.getKey() + "': ");
            repr(entry.getValue(), out);
            between = ", ";
        }
        out.add("}>");
    }

    private static void range(Range range, MarkedText.Builder out) {
        out.add("range(" + range.start() + ", " + range.stop());
        out.add(range.step().equals(BigInteger.ONE) ? ")" : ", " + range.step() + ")");
    }

    private static void quote(MarkedText text, MarkedText.Builder out) {
        String source = text.text();
        char quote = source.indexOf('\'') >= 0 && source.indexOf('"') < 0 ? '"' : '\'';
        out.add(String.valueOf(quote));
        for (int at = 0; at < source.length(); ) {
            int c = source.codePointAt(at);
            int next = at + Character.charCount(c);
            String escaped = escaped(c, quote);
            MarkedText part = text.part(at, next);
            out.add(escaped.isEmpty() ? part : MarkedText.plain(escaped).with(part.anyMark()));
            at = next;
        }
        out.add(String.valueOf(quote));
    }

    private static String escaped(int c, char quote) {
        if (c == quote || c == '\\') {
            return "\\" + (char) c;
        }
        return switch (c) {
            case '\n' -> "\\n";
            case '\r' -> "\\r";
            case '\t' -> "\\t";
            default -> {
                if (isPrintable(c)) {
                    yield "";
                }
                yield c < 0x100
                        ? Text.format("\\x%02x", c)
                        : c < 0x10000 ? Text.format("\\u%04x", c) : Text.format("\\U%08x", c);
            }
        };
    }

    static boolean isPrintable(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            case Character.SPACE_SEPARATOR -> c == ' ';
            default -> true;
        };
    }

    /// `repr` of a float: the fewest digits that mean this number.
    static String number(double value) {
        if (!Double.isFinite(value)) {
            return Double.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
        }
        BigDecimal decimal = shortest(Math.abs(value));
        String sign = value < 0 || 1 / value < 0 ? "-" : "";
        String digits = decimal.unscaledValue().toString();
        int exponent = value == 0 ? 0 : digits.length() - 1 - decimal.scale();
        if (exponent < -4 || exponent >= 16) {
            String fraction = digits.length() > 1 ? "." + digits.substring(1) : "";
            return sign
                    + digits.charAt(0)
                    + fraction
                    + Text.format("e%s%02d", exponent < 0 ? "-" : "+", Math.abs(exponent));
        }
        String plain = decimal.toPlainString();
        return sign + plain + (plain.indexOf('.') < 0 ? ".0" : "");
    }

    /// Java writes two digits where one is enough.
    private static BigDecimal shortest(double value) {
        BigDecimal decimal = new BigDecimal(Double.toString(value)).stripTrailingZeros();
        BigDecimal one = decimal.round(new MathContext(1, RoundingMode.HALF_EVEN));
        return one.doubleValue() == value ? one.stripTrailingZeros() : decimal;
    }

    static boolean isSpace(int c) {
        return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == 0x85;
    }

    static boolean isBlank(String text) {
        return text.codePoints().allMatch(PythonText::isSpace);
    }

    /// `str.strip()`: a text without the white space, as Python knows it, at its ends.
    public static String strip(String text) {
        String rest = rstrip(text);
        int start = 0;
        while (start < rest.length() && isSpace(rest.charAt(start))) {
            start++;
        }
        return rest.substring(start);
    }

    /// `str.rstrip()`.
    static String rstrip(String text) {
        int end = text.length();
        while (end > 0 && isSpace(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(0, end);
    }
}
