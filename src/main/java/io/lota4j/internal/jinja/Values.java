package io.lota4j.internal.jinja;

import io.lota4j.LotaException;
import io.lota4j.internal.jinja.Value.Bool;
import io.lota4j.internal.jinja.Value.Int;
import io.lota4j.internal.jinja.Value.Listed;
import io.lota4j.internal.jinja.Value.None;
import io.lota4j.internal.jinja.Value.Real;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Makes values of what a caller passes.
final class Values {
    private Values() {}

    /// @param mark what every text in it is marked with, keys as well
    static Value of(@Nullable Object given, byte mark) {
        return switch (given) {
            case null -> None.NONE;
            case String text -> MarkedText.plain(text).with(mark);
            case Marked text -> marked(text, mark);
            case Boolean bool -> Bool.of(bool);
            case Double real -> new Real(real);
            case Float real -> new Real(real.doubleValue());
            case BigInteger whole -> new Int(whole);
            case BigDecimal decimal -> new Real(decimal.doubleValue());
            case Number whole -> Int.of(whole.longValue());
            case List<?> list ->
                Listed.of(list.stream().map(item -> of(item, mark)).toList());
            case Map<?, ?> map -> dict(map, mark);
            default ->
                throw new LotaException("A template's values are Map, List, String, Number, Boolean or null,"
                        + " found " + given.getClass().getName() + ".");
        };
    }

    private static MarkedText marked(Marked given, byte mark) {
        MarkedText text = MarkedText.plain(given.text());
        MarkedText.Builder parts = new MarkedText.Builder();
        byte around = (byte) (mark & ~MarkedText.DATA);
        int from = 0;
        for (Span data : given.data()) {
            parts.add(text.part(from, data.start()).with(around));
            parts.add(text.part(data.start(), data.end()).with(mark));
            from = data.end();
        }
        return parts.add(text.part(from, text.units()).with(around)).build();
    }

    private static Dict dict(Map<?, ?> map, byte mark) {
        List<Map.Entry<Value, Value>> pairs = new ArrayList<>();
        map.forEach((key, value) -> pairs.add(Map.entry(of(key, mark), of(value, mark))));
        return Dict.of(pairs);
    }
}
