package io.lota4j.internal;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What is wrong with a JSON text, in plain words instead of the parser's.
public final class JsonFault {
    private record Words(Pattern parsers, String plain) {}

    /// The parser's messages; `$1` is what the first group holds.
    private static final List<Words> WORDS = List.of(
            words("Duplicate Object property \"(.*)\"", "the key \"$1\" stands twice"),
            words("Unrecognized token '(.*?)'", "'$1' is not a JSON value"),
            words("Non-standard token '(.*?)'", "'$1' is not a JSON value"),
            words("Unexpected character \\('(.*?)' \\(code \\d+.*?\\)\\)", "unexpected character '$1'"),
            words("Unexpected close marker '(.*?)'", "unexpected character '$1'"),
            words("Unexpected end-of-input|Unexpected end of input", "the text ends in the middle of a value"),
            words("No content to map", "the text is empty"),
            words("Trailing token", "more text follows behind the value"),
            words("Illegal unquoted character|Illegal character \\(\\(CTRL-CHAR", "a control character is not escaped"),
            words("Unrecognized character escape", "an unknown escape behind a backslash"),
            words("Invalid UTF-8|Invalid UTF-32|Invalid white space character", "a byte that is not UTF-8 text"),
            words("nesting depth", "it is nested too deeply"),
            words("Number value length|String value length|name length|Document length", "a value is too long"),
            words("Invalid numeric value|Leading zero|Decimal point|Exponent", "a malformed number"));

    private JsonFault() {}

    private static Words words(String parsers, String plain) {
        return new Words(Pattern.compile(parsers), plain);
    }

    /// @param message the parser's, without its location
    /// @return the same without the parser's own words, such as `the key "a" stands twice`
    public static String plain(String message) {
        for (Words words : WORDS) {
            Matcher found = words.parsers().matcher(message);
            if (found.find()) {
                return found.groupCount() == 0 ? words.plain() : words.plain().replace("$1", found.group(1));
            }
        }
        return "malformed text";
    }

    /// As [#plain], with the place.
    ///
    /// @param line from 1; 0 where it is not known
    public static String plain(String message, int line, int column) {
        return line < 1 ? plain(message) : Text.format("%s (line %d, column %d)", plain(message), line, column);
    }
}
