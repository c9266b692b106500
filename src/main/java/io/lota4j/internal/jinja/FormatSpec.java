package io.lota4j.internal.jinja;

import io.lota4j.internal.jinja.Value.Bool;
import io.lota4j.internal.jinja.Value.Int;
import io.lota4j.internal.jinja.Value.Real;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// How wide, how precise and in which notation a value is written:
/// `[[fill]align][sign][#][0][width][,][.precision][type]`.
///
/// @param align `<`, `>`, `^`, `=` or empty: that of the value's type
/// @param precision -1 where none is given
/// @param type a letter, or empty
record FormatSpec(
        String fill,
        String align,
        String sign,
        boolean alternate,
        int width,
        String grouping,
        int precision,
        String type) {
    private static final Pattern SPEC = Pattern.compile(
            "(?:(.)?([<>=^]))?([-+ ])?(#)?(0)?(\\d{1,6})?([,_])?(?:\\.(\\d{1,6}))?([a-zA-Z%])?", Pattern.DOTALL);

    static FormatSpec parse(String spec) {
        Matcher matcher = SPEC.matcher(spec);
        if (!matcher.matches()) {
            throw new Refusal("the format '" + spec + "' is not supported");
        }
        boolean zero = matcher.group(5) != null;
        String align = or(matcher.group(2), zero ? "=" : "");
        String fill = or(matcher.group(1), zero ? "0" : " ");
        return new FormatSpec(
                fill,
                align,
                or(matcher.group(3), ""),
                matcher.group(4) != null,
                Integer.parseInt(or(matcher.group(6), "0")),
                or(matcher.group(7), ""),
                Integer.parseInt(or(matcher.group(8), "-1")),
                or(matcher.group(9), ""));
    }

    private static String or(@Nullable String text, String otherwise) {
        return text == null ? otherwise : text;
    }

    /// Python's `format(value, spec)`.
    MarkedText apply(Value value) {
        return switch (Operators.defined(value)) {
            case Bool bool when type.isEmpty() -> text(PythonText.str(bool), "<");
            case Bool bool -> number(Int.of(bool.number()));
            case Int number -> number(number);
            case Real real -> number(real);
            case MarkedText text when type.isEmpty() || type.equals("s") -> text(text, "<");
            default -> throw new Refusal("the format '" + type + "' is not one for '" + Operators.type(value) + "'");
        };
    }

    /// A text, cut to the precision and filled up to the width.
    MarkedText text(MarkedText text, String natural) {
        MarkedText cut = precision >= 0 && precision < text.length() ? text.part(0, text.unitOf(precision)) : text;
        int missing = Math.max(0, width - cut.length());
        int left = switch (align.isEmpty() ? natural : align) {
            case "<" -> 0;
            case "^" -> missing / 2;
            default -> missing;
        };
        return TextMethods.pad(cut, left, missing - left, fill);
    }

    private MarkedText number(Value value) {
        String digits = type.isEmpty() && precision < 0 ? PythonText.str(value).text() : digits(value);
        boolean negative = digits.startsWith("-");
        String unsigned = negative ? digits.substring(1) : digits;
        String shown = negative ? "-" : sign.equals("-") ? "" : sign;
        String grouped = grouping.isEmpty() ? unsigned : grouped(unsigned);
        if (align.equals("=")) {
            int missing = Math.max(0, width - grouped.length() - shown.length());
            return MarkedText.plain(shown + fill.repeat(missing) + grouped);
        }
        FormatSpec whole = new FormatSpec(fill, align, "", false, width, "", -1, "");
        return whole.text(MarkedText.plain(shown + grouped), ">");
    }

    private String digits(Value value) {
        BigInteger whole = Operators.whole(value);
        return switch (type) {
            case "d", "i", "u", "x", "X", "o", "b", "c" -> whole(whole, value);
            case "e", "E" -> cased(exponent(Operators.real(value), precision < 0 ? 6 : precision));
            case "f", "F" -> cased(fixed(Operators.real(value), precision < 0 ? 6 : precision));
            case "%" -> fixed(Operators.real(value) * 100, precision < 0 ? 6 : precision) + "%";
            case "g", "G" -> cased(general(Operators.real(value), precision < 0 ? 6 : Math.max(1, precision)));
            case "" -> {
                if (whole != null) {
                    throw new Refusal("Precision not allowed in integer format specifier");
                }
                String general = general(Operators.real(value), Math.max(1, precision));
                yield general.contains(".") || general.contains("e") || general.contains("n")
                        ? general
                        : general + ".0";
            }
            default -> throw new Refusal("the format '" + type + "' is not one for '" + Operators.type(value) + "'");
        };
    }

    private String cased(String digits) {
        return Character.isUpperCase(type.charAt(0)) ? digits.toUpperCase(Locale.ROOT) : digits;
    }

    private String whole(@Nullable BigInteger value, Value original) {
        if (value == null) {
            throw new Refusal("the format '" + type + "' is not one for '" + Operators.type(original) + "'");
        }
        String sign = value.signum() < 0 ? "-" : "";
        BigInteger size = value.abs();
        return switch (type) {
            case "x" -> sign + (alternate ? "0x" : "") + size.toString(16);
            case "X" -> sign + (alternate ? "0X" : "") + size.toString(16).toUpperCase(Locale.ROOT);
            case "o" -> sign + (alternate ? "0o" : "") + size.toString(8);
            case "b" -> sign + (alternate ? "0b" : "") + size.toString(2);
            case "c" -> Character.toString(Math.clamp(Limits.index(value), 0, Character.MAX_CODE_POINT));
            default -> value.toString();
        };
    }

    private static String fixed(double value, int places) {
        if (!Double.isFinite(value)) {
            return PythonText.number(value);
        }
        String digits = new BigDecimal(Math.abs(value))
                .setScale(places, RoundingMode.HALF_EVEN)
                .toPlainString();
        return (value < 0 || 1 / value < 0 ? "-" : "") + digits;
    }

    private static String exponent(double value, int places) {
        if (!Double.isFinite(value)) {
            return PythonText.number(value);
        }
        BigDecimal exact = new BigDecimal(Math.abs(value));
        BigDecimal rounded = exact.round(new MathContext(places + 1, RoundingMode.HALF_EVEN));
        int exponent = value == 0 ? 0 : rounded.precision() - rounded.scale() - 1;
        String digits = rounded.movePointLeft(exponent)
                .setScale(places, RoundingMode.HALF_EVEN)
                .toPlainString();
        return (value < 0 || 1 / value < 0 ? "-" : "")
                + digits
                + (exponent < 0 ? "e-" : "e+")
                + (Math.abs(exponent) < 10 ? "0" : "")
                + Math.abs(exponent);
    }

    private String general(double value, int digits) {
        if (!Double.isFinite(value)) {
            return PythonText.number(value);
        }
        String exponential = exponent(value, digits - 1);
        int at = exponential.indexOf('e');
        int exponent = Integer.parseInt(exponential.substring(at + 1));
        boolean small = exponent >= -4 && exponent < digits;
        String mantissa = small ? fixed(value, Math.max(0, digits - 1 - exponent)) : exponential.substring(0, at);
        String stripped = mantissa.contains(".") && !alternate
                ? mantissa.replaceAll("0+$", "").replaceAll("\\.$", "")
                : mantissa;
        return small ? stripped : stripped + exponential.substring(at);
    }

    private String grouped(String digits) {
        int end = 0;
        while (end < digits.length() && Character.isDigit(digits.charAt(end))) {
            end++;
        }
        StringBuilder result = new StringBuilder(digits);
        for (int at = end - 3; at > 0; at -= 3) {
            result.insert(at, grouping);
        }
        return result.toString();
    }
}
