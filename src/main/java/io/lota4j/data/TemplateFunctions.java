package io.lota4j.data;

import com.hubspot.jinjava.Jinjava;
import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.lib.filter.Filter;
import com.hubspot.jinjava.lib.fn.ELFunctionDefinition;
import com.hubspot.jinjava.objects.date.StrftimeFormatter;
import io.lota4j.LotaException;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// What Hugging Face adds to Jinja for chat templates.
final class TemplateFunctions {
    private TemplateFunctions() {}

    static void register(Jinjava engine) {
        engine.registerFunction(
                new ELFunctionDefinition("", "raise_exception", TemplateFunctions.class, "raise", String.class));
        engine.registerFunction(
                new ELFunctionDefinition("", "strftime_now", TemplateFunctions.class, "now", String.class));
        engine.registerFilter(new Trim());
    }

    /// `raise_exception(message)`: the template refuses its messages.
    @SuppressWarnings("DoNotCallSuggester") // templates call it, by its name
    static String raise(String message) {
        throw new LotaException(message);
    }

    /// `strftime_now(format)`: the date, as Python formats it.
    ///
    /// jinjava answers `strftime_now is defined` with false, so a template that asks first takes its fixed date
    /// and renders the same text every day.
    static String now(String format) {
        return StrftimeFormatter.format(ZonedDateTime.now(ZoneId.systemDefault()), format, Locale.ENGLISH);
    }

    /// `trim` with Python's white space; jinjava's own keeps U+2028 and friends.
    private static final class Trim implements Filter {
        @Override
        public String getName() {
            return "trim";
        }

        @Override
        public @Nullable Object filter(@Nullable Object value, JinjavaInterpreter interpreter, String... arguments) {
            return value == null ? null : PythonText.strip(value.toString());
        }
    }
}
