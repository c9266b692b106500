package io.lota4j.cli;

import io.lota4j.internal.Text;
import java.math.BigInteger;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// The ranges of numeric options: a value outside is refused when the command line is parsed, with what was expected
/// and what was found.
final class Numbers {
    private Numbers() {}

    /// Whole numbers of at least 1 that fit an `int`.
    static final class Count implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String value) {
            return (int) whole(value, 1, Integer.MAX_VALUE);
        }
    }

    /// Whole numbers of at least 0 that fit an `int`.
    static final class CountOrNone implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String value) {
            return (int) whole(value, 0, Integer.MAX_VALUE);
        }
    }

    /// Whole numbers of at least 1.
    static final class LongCount implements ITypeConverter<Long> {
        @Override
        public Long convert(String value) {
            return whole(value, 1, Long.MAX_VALUE);
        }
    }

    /// Bytes over 0, such as `5GB`, `500 MB` or `1000000`: units of a thousand, as Hugging Face's programs take them.
    static final class Bytes implements ITypeConverter<Long> {
        private static final Pattern SIZE = Pattern.compile("(\\d{1,15})\\s*([KMGT]?)B?", Pattern.CASE_INSENSITIVE);

        @Override
        public Long convert(String value) {
            Matcher size = SIZE.matcher(value);
            BigInteger bytes = BigInteger.ZERO;
            if (size.matches()) {
                int thousands = size.group(2).isEmpty()
                        ? 0
                        : "KMGT".indexOf(size.group(2).toUpperCase(Locale.ROOT)) + 1;
                bytes = new BigInteger(size.group(1))
                        .multiply(BigInteger.valueOf(1000).pow(thousands));
            }
            if (bytes.signum() <= 0 || bytes.bitLength() >= Long.SIZE) {
                throw new TypeConversionException(
                        Text.format("expected a size over 0, such as 5GB or 500MB, found '%s'", value));
            }
            return bytes.longValueExact();
        }
    }

    /// Any whole number of 64 bits.
    static final class Seed implements ITypeConverter<Long> {
        @Override
        public Long convert(String value) {
            return whole(value, Long.MIN_VALUE, Long.MAX_VALUE);
        }
    }

    /// Numbers over 0.
    static final class Positive implements ITypeConverter<Double> {
        @Override
        public Double convert(String value) {
            double number = number(value, "a number over 0");
            return require(number > 0 && Double.isFinite(number), number, value, "a number over 0");
        }
    }

    /// Numbers of at least 0.
    static final class NotNegative implements ITypeConverter<Double> {
        @Override
        public Double convert(String value) {
            double number = number(value, "a number of at least 0");
            return require(number >= 0 && Double.isFinite(number), number, value, "a number of at least 0");
        }
    }

    /// Shares of a whole that is not left empty.
    static final class Share implements ITypeConverter<Double> {
        private static final String EXPECTED = "a number over 0 and at most 1";

        @Override
        public Double convert(String value) {
            double number = number(value, EXPECTED);
            return require(number > 0 && number <= 1, number, value, EXPECTED);
        }
    }

    /// Shares that may be all or nothing. Whoever gives a percentage is told the fraction.
    static final class Fraction implements ITypeConverter<Double> {
        private static final String EXPECTED = "a fraction from 0 to 1";

        @Override
        public Double convert(String value) {
            double number = number(value, EXPECTED);
            if (number > 1 && number <= 100) {
                throw new TypeConversionException(
                        Text.format("expected %s, found '%s'; did you mean %s?", EXPECTED, value, number / 100));
            }
            return require(number >= 0 && number <= 1, number, value, EXPECTED);
        }
    }

    private static long whole(String value, long least, long most) {
        String expected = least == Long.MIN_VALUE ? "a whole number" : "a whole number of at least " + least;
        BigInteger number;
        try {
            number = new BigInteger(value.strip());
        } catch (NumberFormatException e) {
            throw wrong(expected, value);
        }
        if (number.compareTo(BigInteger.valueOf(least)) < 0) {
            throw wrong(least == Long.MIN_VALUE ? "a whole number of at least " + least : expected, value);
        }
        if (number.compareTo(BigInteger.valueOf(most)) > 0) {
            throw wrong("a whole number of at most " + most, value);
        }
        return number.longValue();
    }

    private static double number(String value, String expected) {
        try {
            return Double.parseDouble(value);
        } catch (NumberFormatException e) {
            throw wrong(expected, value);
        }
    }

    private static double require(boolean inRange, double number, String value, String expected) {
        if (!inRange) {
            throw wrong(expected, value);
        }
        return number;
    }

    private static TypeConversionException wrong(String expected, String found) {
        return new TypeConversionException(Text.format("expected %s, found '%s'", expected, found));
    }
}
