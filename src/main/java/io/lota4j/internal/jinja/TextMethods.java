package io.lota4j.internal.jinja;

import io.lota4j.internal.jinja.Value.Bool;
import io.lota4j.internal.jinja.Value.Int;
import io.lota4j.internal.jinja.Value.Listed;
import io.lota4j.internal.jinja.Value.Tuple;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.IntPredicate;

/// The methods of Python's `str`. What they cut out or put together keeps its marks.
final class TextMethods {
    static final Set<String> NAMES = Names.of("""
        strip lstrip rstrip split rsplit splitlines partition rpartition startswith endswith removeprefix
        removesuffix replace find rfind index rindex count join upper lower casefold title capitalize
        swapcase center ljust rjust zfill expandtabs format isalpha isalnum isdigit isdecimal isnumeric
        isspace isupper islower istitle isascii isprintable isidentifier
        """);

    private TextMethods() {}

    static Value call(MarkedText text, String name, Arguments arguments) {
        return switch (name) {
            case "strip" -> strip(text, arguments, true, true);
            case "lstrip" -> strip(text, arguments, true, false);
            case "rstrip" -> strip(text, arguments, false, true);
            case "split" -> split(text, arguments.bind(name, "sep", "maxsplit"), false);
            case "rsplit" -> split(text, arguments.bind(name, "sep", "maxsplit"), true);
            case "splitlines" ->
                Listed.of(lines(text, arguments.bind(name, "keepends").flag("keepends", false)));
            case "partition" -> partition(text, arguments.bind(name, "sep").text("sep"), false);
            case "rpartition" -> partition(text, arguments.bind(name, "sep").text("sep"), true);
            case "startswith" -> Bool.of(affix(text, name, arguments));
            case "endswith" -> Bool.of(affix(text, name, arguments));
            case "removeprefix" -> {
                MarkedText prefix = arguments.bind(name, "prefix").text("prefix");
                yield text.text().startsWith(prefix.text()) ? text.part(prefix.units(), text.units()) : text;
            }
            case "removesuffix" -> {
                MarkedText suffix = arguments.bind(name, "suffix").text("suffix");
                yield text.text().endsWith(suffix.text()) ? text.part(0, text.units() - suffix.units()) : text;
            }
            case "replace" -> {
                Arguments.Bound bound = arguments.bind(name, "old", "new", "count");
                yield replace(text, bound.text("old"), bound.text("new"), bound.number("count", -1));
            }
            case "find", "rfind", "index", "rindex" -> Int.of(find(text, name, arguments));
            case "count" -> Int.of(count(text, arguments));
            case "join" ->
                join(text, Operators.list(arguments.bind(name, "iterable").get("iterable")));
            case "center", "ljust", "rjust" -> pad(text, name, arguments.bind(name, "width", "fillchar"));
            case "zfill" -> zeros(text, arguments.bind(name, "width").number("width"));
            case "expandtabs" -> tabs(text, arguments.bind(name, "tabsize").number("tabsize", 8));
            case "format" -> BraceFormat.format(text, arguments);
            default -> plain(text, name, arguments);
        };
    }

    private static Value plain(MarkedText text, String name, Arguments arguments) {
        arguments.bind(name);
        return switch (name) {
            case "upper" -> text.mapped(t -> t.toUpperCase(Locale.ROOT));
            case "lower" -> text.mapped(t -> t.toLowerCase(Locale.ROOT));
            case "casefold" -> text.mapped(t -> t.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT));
            case "title" -> text.mapped(TextMethods::title);
            case "capitalize" -> text.mapped(TextMethods::capitalize);
            case "swapcase" -> text.mapped(TextMethods::swapCase);
            case "isalpha" -> all(text, Character::isLetter);
            case "isalnum" -> all(text, c -> Character.isLetter(c) || isNumeric(c));
            case "isdigit" -> all(text, TextMethods::isDigit);
            case "isdecimal" -> all(text, c -> Character.getType(c) == Character.DECIMAL_DIGIT_NUMBER);
            case "isnumeric" -> all(text, TextMethods::isNumeric);
            case "isspace" -> all(text, PythonText::isSpace);
            case "isascii" -> Bool.of(text.text().chars().allMatch(c -> c < 128));
            case "isprintable" -> Bool.of(text.text().codePoints().allMatch(PythonText::isPrintable));
            case "isupper" -> Bool.of(isUpper(text.text()));
            case "islower" -> Bool.of(isLower(text.text()));
            case "istitle" -> Bool.of(isUpperOrTitle(text.text()));
            default -> Bool.of(isIdentifier(text.text()));
        };
    }

    static boolean isUpper(String text) {
        return text.codePoints().anyMatch(Character::isUpperCase)
                && text.codePoints().noneMatch(c -> Character.isLowerCase(c) || Character.isTitleCase(c));
    }

    static boolean isLower(String text) {
        return text.codePoints().anyMatch(Character::isLowerCase)
                && text.codePoints().noneMatch(c -> Character.isUpperCase(c) || Character.isTitleCase(c));
    }

    private static boolean isUpperOrTitle(String text) {
        return text.codePoints().anyMatch(c -> Character.isUpperCase(c) || Character.isLowerCase(c))
                && title(text).equals(text);
    }

    private static boolean isIdentifier(String text) {
        return !text.isEmpty()
                && (Character.isUnicodeIdentifierStart(text.codePointAt(0)) || text.charAt(0) == '_')
                && text.codePoints()
                        .allMatch(c -> Character.isUnicodeIdentifierPart(c) && !Character.isIdentifierIgnorable(c));
    }

    private static boolean isDigit(int c) {
        return Character.getType(c) == Character.DECIMAL_DIGIT_NUMBER
                || "\u00b2\u00b3\u00b9\u2070\u2074\u2075\u2076\u2077\u2078\u2079".indexOf(c) >= 0
                || (c >= 0x2080 && c <= 0x2089)
                || (c >= 0x2460 && c <= 0x2468);
    }

    private static boolean isNumeric(int c) {
        int type = Character.getType(c);
        return type == Character.DECIMAL_DIGIT_NUMBER
                || type == Character.LETTER_NUMBER
                || type == Character.OTHER_NUMBER;
    }

    private static Bool all(MarkedText text, IntPredicate predicate) {
        return Bool.of(!text.isEmpty() && text.text().codePoints().allMatch(predicate));
    }

    static String title(String text) {
        StringBuilder result = new StringBuilder();
        boolean inWord = false;
        for (int at = 0; at < text.length(); ) {
            int c = text.codePointAt(at);
            String one = Character.toString(c);
            boolean cased = Character.isUpperCase(c) || Character.isLowerCase(c) || Character.isTitleCase(c);
            result.append(inWord ? one.toLowerCase(Locale.ROOT) : titled(c));
            inWord = cased;
            at += Character.charCount(c);
        }
        return result.toString();
    }

    static String capitalize(String text) {
        if (text.isEmpty()) {
            return text;
        }
        int first = text.codePointAt(0);
        return titled(first) + text.substring(Character.charCount(first)).toLowerCase(Locale.ROOT);
    }

    private static String titled(int c) {
        int title = Character.toTitleCase(c);
        String upper = Character.toString(c).toUpperCase(Locale.ROOT);
        return title == c && upper.length() > Character.charCount(c)
                ? upper.charAt(0) + upper.substring(1).toLowerCase(Locale.ROOT)
                : Character.toString(title);
    }

    private static String swapCase(String text) {
        StringBuilder result = new StringBuilder();
        text.codePoints().forEach(c -> {
            String one = Character.toString(c);
            result.append(
                    Character.isUpperCase(c)
                            ? one.toLowerCase(Locale.ROOT)
                            : Character.isLowerCase(c) ? one.toUpperCase(Locale.ROOT) : one);
        });
        return result.toString();
    }

    private static MarkedText strip(MarkedText text, Arguments arguments, boolean left, boolean right) {
        Arguments.Bound bound = arguments.bind("strip", "chars");
        if (!bound.some("chars")) {
            return strip(text, PythonText::isSpace, left, right);
        }
        String chars = bound.text("chars").text();
        return strip(text, c -> chars.indexOf(c) >= 0, left, right);
    }

    static MarkedText strip(MarkedText text, IntPredicate strips, boolean left, boolean right) {
        String source = text.text();
        int start = 0;
        int end = source.length();
        while (left && start < end && strips.test(source.codePointAt(start))) {
            start += Character.charCount(source.codePointAt(start));
        }
        while (right && end > start && strips.test(source.codePointBefore(end))) {
            end -= Character.charCount(source.codePointBefore(end));
        }
        return text.part(start, end);
    }

    private static Listed split(MarkedText text, Arguments.Bound bound, boolean fromRight) {
        int most = bound.number("maxsplit", -1);
        long limit = most < 0 ? Long.MAX_VALUE : most;
        List<Value> parts = !bound.some("sep")
                ? words(text, limit, fromRight)
                : separated(text, notEmpty(bound.text("sep")), limit, fromRight);
        return Listed.of(parts);
    }

    private static MarkedText notEmpty(MarkedText separator) {
        if (separator.isEmpty()) {
            throw new Refusal("empty separator");
        }
        return separator;
    }

    private static List<Value> separated(MarkedText text, MarkedText separator, long limit, boolean fromRight) {
        Limits.search(text.units(), separator.units());
        List<Value> parts = new ArrayList<>();
        int start = 0;
        int end = text.units();
        for (long cuts = 0; cuts < limit; cuts++) {
            int found = fromRight
                    ? text.text().lastIndexOf(separator.text(), end - separator.units())
                    : text.text().indexOf(separator.text(), start);
            if (found < 0 || (fromRight && end < separator.units())) {
                break;
            }
            if (fromRight) {
                parts.add(text.part(found + separator.units(), end));
                end = found;
            } else {
                parts.add(text.part(start, found));
                start = found + separator.units();
            }
        }
        parts.add(text.part(start, end));
        if (fromRight) {
            Collections.reverse(parts);
        }
        return parts;
    }

    private static List<Value> words(MarkedText text, long limit, boolean fromRight) {
        List<Value> words = new ArrayList<>();
        MarkedText rest = strip(text, PythonText::isSpace, true, true);
        while (!rest.isEmpty()) {
            String left = rest.text();
            int cut = words.size() >= limit ? -1 : fromRight ? lastSpace(left) : firstSpace(left);
            if (cut < 0) {
                words.add(rest);
                break;
            }
            MarkedText before = strip(rest.part(0, cut), PythonText::isSpace, false, true);
            MarkedText after = strip(rest.part(cut, rest.units()), PythonText::isSpace, true, false);
            words.add(fromRight ? after : before);
            rest = fromRight ? before : after;
        }
        if (fromRight) {
            Collections.reverse(words);
        }
        // With a limit, split() keeps the space at the end of the last part, rsplit() that at the start of the first.
        return words.size() > limit ? untrimmed(text, words, fromRight) : words;
    }

    private static List<Value> untrimmed(MarkedText text, List<Value> words, boolean fromRight) {
        if (fromRight) {
            MarkedText trimmed = strip(text, PythonText::isSpace, false, true);
            MarkedText first = (MarkedText) words.getFirst();
            int start = strip(text, PythonText::isSpace, true, false).units();
            words.set(0, trimmed.part(0, text.units() - start + first.units()));
        } else {
            MarkedText last = (MarkedText) words.getLast();
            int end = strip(text, PythonText::isSpace, false, true).units();
            words.set(words.size() - 1, text.part(end - last.units(), text.units()));
        }
        return words;
    }

    private static int firstSpace(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (PythonText.isSpace(text.charAt(i))) {
                return i;
            }
        }
        return -1;
    }

    private static int lastSpace(String text) {
        for (int i = text.length() - 1; i >= 0; i--) {
            if (PythonText.isSpace(text.charAt(i))) {
                return i;
            }
        }
        return -1;
    }

    /// `splitlines`: more characters than `\n` end a line.
    static List<Value> lines(MarkedText text, boolean keepEnds) {
        List<Value> lines = new ArrayList<>();
        String source = text.text();
        int start = 0;
        for (int at = 0; at < source.length(); at++) {
            char c = source.charAt(at);
            if ("\n\r\u000b\f\u001c\u001d\u001e\u0085\u2028\u2029".indexOf(c) >= 0) {
                int end = c == '\r' && source.startsWith("\n", at + 1) ? at + 2 : at + 1;
                lines.add(text.part(start, keepEnds ? end : at));
                start = end;
                at = end - 1;
            }
        }
        if (start < source.length()) {
            lines.add(text.part(start, source.length()));
        }
        return lines;
    }

    private static Tuple partition(MarkedText text, MarkedText separator, boolean last) {
        notEmpty(separator);
        Limits.search(text.units(), separator.units());
        int at = last ? text.text().lastIndexOf(separator.text()) : text.text().indexOf(separator.text());
        if (at < 0) {
            return last
                    ? Tuple.of(MarkedText.EMPTY, MarkedText.EMPTY, text)
                    : Tuple.of(text, MarkedText.EMPTY, MarkedText.EMPTY);
        }
        int end = at + separator.units();
        return Tuple.of(text.part(0, at), text.part(at, end), text.part(end, text.units()));
    }

    private static boolean affix(MarkedText text, String name, Arguments arguments) {
        Arguments.Bound bound = arguments.bind(name, "affix", "start", "end");
        String part = within(text, bound).text();
        Value affix = Operators.defined(bound.get("affix"));
        List<Value> affixes = affix instanceof Tuple several ? several.items() : List.of(affix);
        return affixes.stream()
                .map(a -> Operators.text(a, name + "'s argument").text())
                .anyMatch(a -> name.equals("startswith") ? part.startsWith(a) : part.endsWith(a));
    }

    private static MarkedText within(MarkedText text, Arguments.Bound bound) {
        if (!bound.some("start") && !bound.some("end")) {
            return text;
        }
        Integer start = bound.some("start") ? bound.number("start") : null;
        Integer end = bound.some("end") ? bound.number("end") : null;
        return (MarkedText) Subscripts.slice(text, start, end, null);
    }

    private static int find(MarkedText text, String name, Arguments arguments) {
        Arguments.Bound bound = arguments.bind(name, "sub", "start", "end");
        MarkedText part = within(text, bound);
        String sought = bound.text("sub").text();
        Limits.search(part.units(), sought.length());
        int at = name.startsWith("r")
                ? part.text().lastIndexOf(sought)
                : part.text().indexOf(sought);
        if (at < 0) {
            if (name.endsWith("index")) {
                throw new Refusal("substring not found");
            }
            return -1;
        }
        int start = bound.some("start") ? bound.number("start") : 0;
        int before = start < 0 ? Math.max(0, start + text.length()) : start;
        return before + part.text().codePointCount(0, at);
    }

    private static int count(MarkedText text, Arguments arguments) {
        Arguments.Bound bound = arguments.bind("count", "sub", "start", "end");
        MarkedText part = within(text, bound);
        MarkedText sought = bound.text("sub");
        return sought.isEmpty()
                ? part.length() + 1
                : separated(part, sought, Long.MAX_VALUE, false).size() - 1;
    }

    static MarkedText replace(MarkedText text, MarkedText old, MarkedText with, int count) {
        long limit = count < 0 ? Long.MAX_VALUE : count;
        MarkedText.Builder result = new MarkedText.Builder();
        if (old.isEmpty()) {
            long left = limit;
            for (Value character : text.characters()) {
                if (left-- > 0) {
                    result.add(with);
                }
                result.add((MarkedText) character);
            }
            return left > 0 ? result.add(with).build() : result.build();
        }
        List<Value> parts = separated(text, old, limit, false);
        for (int i = 0; i < parts.size(); i++) {
            if (i > 0) {
                result.add(with);
            }
            result.add((MarkedText) parts.get(i));
        }
        return result.build();
    }

    private static MarkedText join(MarkedText separator, List<Value> items) {
        MarkedText.Builder result = new MarkedText.Builder();
        for (int i = 0; i < items.size(); i++) {
            if (i > 0) {
                result.add(separator);
            }
            if (!(items.get(i) instanceof MarkedText item)) {
                throw new Refusal(
                        "sequence item " + i + ": expected str instance, " + Operators.type(items.get(i)) + " found");
            }
            result.add(item);
        }
        return result.build();
    }

    private static MarkedText pad(MarkedText text, String name, Arguments.Bound bound) {
        int missing = bound.number("width") - text.length();
        String fill = bound.text("fillchar", " ").text();
        int width = bound.number("width");
        int left = switch (name) {
            case "ljust" -> 0;
            case "rjust" -> missing;
            default -> missing / 2 + (missing & width & 1);
        };
        return pad(text, Math.max(left, 0), Math.max(missing - left, 0), fill);
    }

    static MarkedText pad(MarkedText text, int left, int right, String fill) {
        if (fill.codePointCount(0, fill.length()) != 1) {
            throw new Refusal("the fill character must be exactly one character long");
        }
        Limits.text((long) fill.length() * ((long) left + right));
        return new MarkedText.Builder()
                .add(fill.repeat(left))
                .add(text)
                .add(fill.repeat(right))
                .build();
    }

    private static MarkedText zeros(MarkedText text, int width) {
        int zeros = Math.max(0, width - text.length());
        int sign = text.text().startsWith("-") || text.text().startsWith("+") ? 1 : 0;
        return text.part(0, sign).plus(pad(text.part(sign, text.units()), zeros, 0, "0"));
    }

    private static MarkedText tabs(MarkedText text, int size) {
        MarkedText.Builder result = new MarkedText.Builder();
        int column = 0;
        for (Value character : text.characters()) {
            MarkedText one = (MarkedText) character;
            if (one.text().equals("\t")) {
                int spaces = size > 0 ? size - column % size : 0;
                result.add(MarkedText.plain(" ".repeat(Math.min(spaces, Limits.TEXT)))
                        .with(one.anyMark()));
                column += spaces;
            } else {
                result.add(one);
                column = one.text().equals("\n") || one.text().equals("\r") ? 0 : column + 1;
            }
        }
        return result.build();
    }
}
