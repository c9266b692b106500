package io.lota4j;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import io.lota4j.internal.Text;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.text.NumberFormat;
import java.time.format.DateTimeFormatter;
import java.util.Formatter;
import java.util.List;
import java.util.Locale;
import java.util.Scanner;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/// The rule finds what Error Prone finds, and what is named instead of called.
@SuppressWarnings({"DefaultLocale", "DefaultCharset", "StringCaseLocaleUsage", "AnnotateFormatMethod"})
class SameOnEveryMachineTest {
    private static final ArchRule RULE = ArchRuleDefinition.classes().should(new SameOnEveryMachine());

    private static int found(Class<?> type) {
        return RULE.evaluate(new ClassFileImporter().importClasses(type))
                .getFailureReport()
                .getDetails()
                .size();
    }

    /// One use a field.
    private static final class Asking {
        final Supplier<String> called = () -> "%d".formatted(1);
        final Supplier<String> whole = () -> String.format("%d", 1);
        final Function<Object, String> named = "%s"::formatted;
        final BiFunction<String, Object, String> namedWhole = String::format;
        final UnaryOperator<String> upper = String::toUpperCase;
        final Supplier<String> lower = () -> "I".toLowerCase();
        final Supplier<Formatter> formatter = Formatter::new;
        final Supplier<PrintStream> printed = () -> new PrintStream(new ByteArrayOutputStream()).printf("%d", 1);
        final Supplier<NumberFormat> number = NumberFormat::getInstance;
        final Supplier<Scanner> scanner = () -> new Scanner("1");
        final Supplier<DateTimeFormatter> date = () -> DateTimeFormatter.ofPattern("yyyy");
        final Supplier<Locale> locale = Locale::getDefault;
        final Supplier<byte[]> bytes = "a"::getBytes;
        final Function<byte[], String> text = String::new;
        final Supplier<InputStreamReader> reader = () -> new InputStreamReader(new ByteArrayInputStream(new byte[0]));
    }

    private static final class Told {
        final Supplier<String> whole = () -> String.format(Locale.ROOT, "%d", 1);
        final Supplier<String> ours = () -> Text.format("%d", 1);
        final Supplier<String> upper = () -> "i".toUpperCase(Locale.ROOT);
        final Supplier<byte[]> bytes = () -> "a".getBytes(StandardCharsets.UTF_8);
        final Function<byte[], String> text = some -> new String(some, StandardCharsets.UTF_8);
        final Function<char[], String> letters = String::new;
        final Supplier<Formatter> formatter = () -> new Formatter(Locale.ROOT);
    }

    @Test
    void everyUseOfADefaultIsFound() {
        assertThat(found(Asking.class)).isEqualTo(Asking.class.getDeclaredFields().length);
        assertThat(List.of(new Asking())).hasSize(1);
    }

    @Test
    void whatNamesItsLocaleOrCharsetIsLeftAlone() {
        assertThat(found(Told.class)).isZero();
        assertThat(List.of(new Told())).hasSize(1);
    }
}
