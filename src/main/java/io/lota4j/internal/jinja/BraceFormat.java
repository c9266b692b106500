package io.lota4j.internal.jinja;

import io.lota4j.internal.jinja.Value.Int;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// `'{} {name!r:>8}'.format(..)`, as Python's `str` has it.
final class BraceFormat {
    private static final Pattern STEP = Pattern.compile("\\.([^.\\[]+)|\\[([^\\]]+)\\]");

    private final MarkedText format;
    private final Arguments arguments;
    private int next;

    private BraceFormat(MarkedText format, Arguments arguments) {
        this.format = format;
        this.arguments = arguments;
    }

    static MarkedText format(MarkedText format, Arguments arguments) {
        return new BraceFormat(format, arguments).write();
    }

    private MarkedText write() {
        MarkedText.Builder out = new MarkedText.Builder();
        String text = format.text();
        int at = 0;
        while (at < text.length()) {
            char c = text.charAt(at);
            if ((c == '{' || c == '}') && text.startsWith(String.valueOf(c), at + 1)) {
                out.add(format.part(at, at + 1));
                at += 2;
            } else if (c == '{') {
                int end = end(at);
                out.add(field(text.substring(at + 1, end)));
                at = end + 1;
            } else if (c == '}') {
                throw new Refusal("Single '}' encountered in format string");
            } else {
                out.add(format.part(at, at + 1));
                at++;
            }
        }
        return out.build();
    }

    private int end(int start) {
        int depth = 0;
        for (int at = start; at < format.units(); at++) {
            char c = format.text().charAt(at);
            depth += c == '{' ? 1 : c == '}' ? -1 : 0;
            if (depth == 0) {
                return at;
            }
        }
        throw new Refusal("Single '{' encountered in format string");
    }

    private MarkedText field(String field) {
        int colon = field.indexOf(':');
        String spec = colon < 0 ? "" : field.substring(colon + 1);
        String name = colon < 0 ? field : field.substring(0, colon);
        int bang = name.indexOf('!');
        String conversion = bang < 0 ? "" : name.substring(bang + 1);
        Value value = value(bang < 0 ? name : name.substring(0, bang));
        if (spec.indexOf('{') >= 0) {
            throw new Refusal("fields within fields are not supported");
        }
        Value converted = switch (conversion) {
            case "" -> value;
            case "s" -> PythonText.str(value);
            case "r" -> PythonText.repr(value);
            default -> throw new Refusal("the conversion '!" + conversion + "' is not supported");
        };
        return spec.isEmpty()
                ? PythonText.str(converted)
                : FormatSpec.parse(spec).apply(converted);
    }

    private Value value(String name) {
        int steps = 0;
        while (steps < name.length() && name.charAt(steps) != '.' && name.charAt(steps) != '[') {
            steps++;
        }
        Value value = argument(name.substring(0, steps));
        Matcher step = STEP.matcher(name).region(steps, name.length());
        while (step.lookingAt()) {
            String attribute = step.group(1);
            value = attribute != null
                    ? Subscripts.attribute(value, attribute)
                    : Subscripts.item(value, key(step.group(2)));
            step.region(step.end(), name.length());
        }
        return value;
    }

    private static Value key(String written) {
        return written.matches("\\d{1,9}") ? Int.of(Long.parseLong(written)) : MarkedText.plain(written);
    }

    private Value argument(String name) {
        if (name.isEmpty() || name.matches("\\d{1,9}")) {
            int index = name.isEmpty() ? next++ : Integer.parseInt(name);
            if (index >= arguments.positional().size()) {
                throw new Refusal("Replacement index " + index + " out of range for positional args tuple");
            }
            return arguments.positional().get(index);
        }
        @Nullable Value value = arguments.named().get(name);
        if (value == null) {
            throw new Refusal("format() has no argument '" + name + "'");
        }
        return value;
    }
}
