package io.lota4j.internal.jinja;

import io.lota4j.internal.jinja.Value.Int;
import io.lota4j.internal.jinja.Value.Listed;
import io.lota4j.internal.jinja.Value.Real;
import io.lota4j.internal.jinja.Value.Tuple;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// `+ - * / // % **` and signs, as Python computes them: whole numbers have no bound but that of [Limits].
final class Arithmetic {
    private Arithmetic() {}

    static Value signed(String sign, Value value) {
        Operators.defined(value);
        BigInteger whole = Operators.whole(value);
        boolean minus = sign.equals("-");
        if (whole != null) {
            return new Int(minus ? whole.negate() : whole);
        }
        if (value instanceof Real real) {
            return new Real(minus ? -real.value() : real.value());
        }
        throw new Refusal("bad operand type for unary " + sign + ": '" + Operators.type(value) + "'");
    }

    static Value binary(String operator, Value left, Value right) {
        Operators.defined(left);
        if (operator.equals("%") && left instanceof MarkedText format) {
            return PercentFormat.format(format, right);
        }
        Operators.defined(right);
        if (Operators.isNumber(left) && Operators.isNumber(right)) {
            BigInteger a = Operators.whole(left);
            BigInteger b = Operators.whole(right);
            return a != null && b != null
                    ? whole(operator, a, b)
                    : new Real(real(operator, Operators.real(left), Operators.real(right)));
        }
        Value sequence = switch (operator) {
            case "+" -> joined(left, right);
            case "*" -> repeated(left, right);
            default -> null;
        };
        if (sequence == null) {
            throw new Refusal("unsupported operand type(s) for " + operator + ": '" + Operators.type(left) + "' and '"
                    + Operators.type(right) + "'");
        }
        return sequence;
    }

    private static @Nullable Value joined(Value left, Value right) {
        if (left instanceof MarkedText a && right instanceof MarkedText b) {
            return a.plus(b);
        }
        if (left instanceof Listed a && right instanceof Listed b) {
            return Listed.of(joined(a.items(), b.items()));
        }
        return left instanceof Tuple a && right instanceof Tuple b ? Tuple.of(joined(a.items(), b.items())) : null;
    }

    private static List<Value> joined(List<Value> left, List<Value> right) {
        List<Value> items = new ArrayList<>(left);
        items.addAll(right);
        return items;
    }

    private static @Nullable Value repeated(Value left, Value right) {
        BigInteger count = Operators.whole(right);
        if (count == null) {
            count = Operators.whole(left);
            return count == null ? null : repeated(right, Limits.index(count));
        }
        return repeated(left, Limits.index(count));
    }

    private static @Nullable Value repeated(Value value, int count) {
        return switch (value) {
            case MarkedText text -> {
                Limits.text((long) text.units() * Math.max(count, 0));
                MarkedText.Builder result = new MarkedText.Builder();
                for (int i = 0; i < count && !text.isEmpty(); i++) {
                    result.add(text);
                }
                yield result.build();
            }
            case Listed list -> Listed.of(repeated(list.items(), count));
            case Tuple tuple -> Tuple.of(repeated(tuple.items(), count));
            default -> null;
        };
    }

    private static List<Value> repeated(List<Value> items, int count) {
        if ((long) items.size() * count > Limits.WEIGHT) {
            throw new Refusal("more than " + Limits.WEIGHT + " values in one");
        }
        List<Value> result = new ArrayList<>();
        for (int i = 0; i < count && !items.isEmpty(); i++) {
            result.addAll(items);
        }
        return result;
    }

    private static Value whole(String operator, BigInteger a, BigInteger b) {
        return switch (operator) {
            case "+" -> new Int(a.add(b));
            case "-" -> new Int(a.subtract(b));
            case "*" -> {
                Limits.bits((long) a.bitLength() + b.bitLength());
                yield new Int(a.multiply(b));
            }
            case "/" -> new Real(quotient(a, nonZero(b)));
            case "//" -> new Int(floor(a, nonZero(b)));
            case "%" -> new Int(a.subtract(floor(a, nonZero(b)).multiply(b)));
            default -> power(a, b);
        };
    }

    private static double quotient(BigInteger a, BigInteger b) {
        double quotient = a.bitLength() < 54 && b.bitLength() < 54
                ? a.doubleValue() / b.doubleValue()
                : new BigDecimal(a)
                        .divide(new BigDecimal(b), MathContext.DECIMAL128)
                        .doubleValue();
        if (Double.isInfinite(quotient)) {
            throw new Refusal("integer division result too large for a float");
        }
        return quotient;
    }

    static BigInteger floor(BigInteger a, BigInteger b) {
        BigInteger[] parts = a.divideAndRemainder(b);
        boolean down = parts[1].signum() != 0 && parts[1].signum() != b.signum();
        return down ? parts[0].subtract(BigInteger.ONE) : parts[0];
    }

    private static BigInteger nonZero(BigInteger divisor) {
        if (divisor.signum() == 0) {
            throw new Refusal("division by zero");
        }
        return divisor;
    }

    private static Value power(BigInteger a, BigInteger b) {
        if (b.signum() < 0) {
            return new Real(real("**", a.doubleValue(), b.doubleValue()));
        }
        int exponent = Limits.index(b);
        Limits.bits(a.abs().bitLength() <= 1 ? 1 : (long) a.bitLength() * exponent);
        return new Int(a.abs().bitLength() <= 1 ? a.pow(exponent == 0 ? 0 : 2 - exponent % 2) : a.pow(exponent));
    }

    private static double real(String operator, double a, double b) {
        if (b == 0 && (operator.equals("/") || operator.equals("//") || operator.equals("%"))) {
            throw new Refusal("division by zero");
        }
        return switch (operator) {
            case "+" -> a + b;
            case "-" -> a - b;
            case "*" -> a * b;
            case "/" -> a / b;
            case "//" -> Math.floor((a - remainder(a, b)) / b);
            case "%" -> remainder(a, b);
            default -> power(a, b);
        };
    }

    private static double remainder(double a, double b) {
        double remainder = a % b;
        if (remainder == 0) {
            return Math.copySign(0, b);
        }
        return remainder < 0 == b < 0 ? remainder : remainder + b;
    }

    private static double power(double a, double b) {
        double power = Math.pow(a, b);
        if ((a < 0 && Double.isNaN(power)) || (a == 0 && b < 0) || (Double.isInfinite(power) && Double.isFinite(a))) {
            throw new Refusal("a power that is no real number");
        }
        return power;
    }
}
