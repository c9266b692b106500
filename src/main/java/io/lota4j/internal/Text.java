package io.lota4j.internal;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Text that is the same on every machine.
///
/// `String.formatted` and its relatives write digits and separators as the JVM's default locale has them: the same
/// number would be another text, and with it another fingerprint, in another country. The build forbids them (Error
/// Prone's `DefaultLocale`).
public final class Text {
    private Text() {}

    /// What [String#format] gives in no country in particular: ASCII digits, a point before decimals, a comma between
    /// thousands.
    ///
    /// @param format a pattern of [java.util.Formatter]
    @FormatMethod
    public static String format(@FormatString String format, @Nullable Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
