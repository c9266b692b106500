package io.lota4j.internal.jinja;

import io.lota4j.internal.Text;
import io.lota4j.internal.jinja.Value.Bool;
import io.lota4j.internal.jinja.Value.Int;
import io.lota4j.internal.jinja.Value.Listed;
import io.lota4j.internal.jinja.Value.None;
import io.lota4j.internal.jinja.Value.Real;
import io.lota4j.internal.jinja.Value.Tuple;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// `tojson` as transformers defines it: Python's `json.dumps`, which escapes nothing for HTML.
///
/// @param indent what a level is indented by, or null for all in one line
record Json(boolean ascii, @Nullable String indent, String comma, String colon, boolean sorted) {
    static MarkedText write(Value value, Arguments arguments) {
        Arguments.Bound bound = arguments.bind("tojson", "ensure_ascii", "indent", "separators", "sort_keys");
        @Nullable String indent = bound.some("indent") ? indent(bound.get("indent")) : null;
        List<Value> separators = bound.some("separators") ? Operators.list(bound.get("separators")) : List.of();
        if (!separators.isEmpty() && separators.size() != 2) {
            throw new Refusal("separators must be two texts");
        }
        Json json = new Json(
                bound.flag("ensure_ascii", false),
                indent,
                separators.isEmpty() ? (indent == null ? ", " : ",") : text(separators.getFirst()),
                separators.isEmpty() ? ": " : text(separators.getLast()),
                bound.flag("sort_keys", false));
        MarkedText.Builder out = new MarkedText.Builder();
        json.write(value, "\n", out);
        return out.build();
    }

    private static String indent(Value indent) {
        return indent instanceof MarkedText text
                ? text.text()
                : " ".repeat(Math.clamp(Operators.index(indent, "indent"), 0, 1000));
    }

    private static String text(Value separator) {
        return Operators.text(separator, "a separator").text();
    }

    private void write(Value value, String line, MarkedText.Builder out) {
        switch (value) {
            case MarkedText text -> string(text, out);
            case Listed list -> items(list.items(), line, out);
            case Tuple tuple -> items(tuple.items(), line, out);
            case Dict dict -> dict(dict, line, out);
            default -> out.add(scalar(value));
        }
    }

    private static String scalar(Value value) {
        return switch (value) {
            case None none -> "null";
            case Bool bool -> bool == Bool.TRUE ? "true" : "false";
            case Int number -> number.value().toString();
            case Real real when Double.isNaN(real.value()) -> "NaN";
            case Real real when Double.isInfinite(real.value()) -> real.value() > 0 ? "Infinity" : "-Infinity";
            case Real real -> PythonText.number(real.value());
            default -> throw new Refusal("Object of type " + Operators.type(value) + " is not JSON serializable");
        };
    }

    private void items(List<Value> items, String line, MarkedText.Builder out) {
        if (items.isEmpty()) {
            out.add("[]");
            return;
        }
        String inner = indent == null ? "" : line + indent;
        String between = "[" + inner;
        for (Value item : items) {
            out.add(between);
            write(item, inner, out);
            between = comma + inner;
        }
        out.add(indent == null ? "]" : line + "]");
    }

    private void dict(Dict dict, String line, MarkedText.Builder out) {
        List<Map.Entry<Value, Value>> entries = new ArrayList<>(dict.entries());
        if (entries.isEmpty()) {
            out.add("{}");
            return;
        }
        if (sorted) {
            entries.sort((a, b) -> Operators.order(a.getKey(), b.getKey(), "<"));
        }
        String inner = indent == null ? "" : line + indent;
        String between = "{" + inner;
        for (Map.Entry<Value, Value> entry : entries) {
            out.add(between);
            string(entry.getKey() instanceof MarkedText key ? key : key(entry.getKey()), out);
            out.add(colon);
            write(entry.getValue(), inner, out);
            between = comma + inner;
        }
        out.add(indent == null ? "}" : line + "}");
    }

    private static MarkedText key(Value key) {
        if (key instanceof Tuple) {
            throw new Refusal("keys must be str, int, float, bool or None, not tuple");
        }
        return MarkedText.plain(scalar(key));
    }

    private void string(MarkedText text, MarkedText.Builder out) {
        String source = text.text();
        out.add("\"");
        int kept = 0;
        for (int at = 0; at < source.length(); at++) {
            String escaped = escaped(source.charAt(at));
            if (!escaped.isEmpty()) {
                out.add(text.part(kept, at));
                out.add(MarkedText.plain(escaped).with(text.part(at, at + 1).anyMark()));
                kept = at + 1;
            }
        }
        out.add(text.part(kept, source.length()));
        out.add("\"");
    }

    private String escaped(char c) {
        return switch (c) {
            case '"' -> "\\\"";
            case '\\' -> "\\\\";
            case '\n' -> "\\n";
            case '\r' -> "\\r";
            case '\t' -> "\\t";
            case '\f' -> "\\f";
            case '\b' -> "\\b";
            default -> c < ' ' || (ascii && c > '~') ? Text.format("\\u%04x", (int) c) : "";
        };
    }
}
