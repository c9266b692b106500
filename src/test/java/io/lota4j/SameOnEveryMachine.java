package io.lota4j;

import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnitAccess;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.nio.charset.Charset;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/// Nothing is called, or named as `Type::method`, that takes the JVM's default locale or charset. Error Prone's checks
/// see the calls only.
final class SameOnEveryMachine extends ArchCondition<JavaClass> {
    /// By their classes, the methods that ask for the default unless a locale or charset is given.
    private static final Map<String, Set<String>> ASKING = Map.ofEntries(
            Map.entry("java.lang.String", Set.of("format", "formatted", "toUpperCase", "toLowerCase", "getBytes")),
            Map.entry("java.io.PrintStream", Set.of("printf", "format")),
            Map.entry("java.io.PrintWriter", Set.of("printf", "format")),
            Map.entry("java.io.Console", Set.of("printf", "format", "readLine")),
            Map.entry("java.util.Formatter", Set.of("<init>")),
            Map.entry("java.util.Locale", Set.of("getDefault")),
            Map.entry("java.util.Calendar", Set.of("getInstance")),
            Map.entry("java.util.Date", Set.of("toString")),
            Map.entry("java.time.format.DateTimeFormatter", Set.of("ofPattern", "ofLocalizedDate")),
            Map.entry("java.time.format.DateTimeFormatterBuilder", Set.of("toFormatter")),
            Map.entry("java.nio.charset.Charset", Set.of("defaultCharset")),
            Map.entry("java.io.InputStreamReader", Set.of("<init>")),
            Map.entry("java.io.OutputStreamWriter", Set.of("<init>")),
            Map.entry("java.io.FileReader", Set.of("<init>")),
            Map.entry("java.io.FileWriter", Set.of("<init>")));

    SameOnEveryMachine() {
        super("take neither digits, letters nor bytes from the machine's locale or charset");
    }

    @Override
    public void check(JavaClass type, ConditionEvents events) {
        Stream.concat(type.getCodeUnitCallsFromSelf().stream(), type.getCodeUnitReferencesFromSelf().stream())
                .filter(access -> asks(access.getTarget()))
                .forEach(access -> events.add(SimpleConditionEvent.violated(access, described(access))));
    }

    private static String described(JavaCodeUnitAccess<?> access) {
        return access.getDescription();
    }

    private static boolean asks(CodeUnitAccessTarget target) {
        String owner = target.getOwner().getName();
        if (owner.equals("java.util.Scanner") || owner.startsWith("java.text.") && !owner.contains("Normalizer")) {
            return true;
        }
        return asksWithoutBeingTold(owner, target)
                && target.getRawParameterTypes().stream().noneMatch(SameOnEveryMachine::tells);
    }

    private static boolean asksWithoutBeingTold(String owner, CodeUnitAccessTarget target) {
        boolean bytes = owner.equals("java.lang.String")
                && target.getName().equals("<init>")
                && !target.getRawParameterTypes().isEmpty()
                && target.getRawParameterTypes().getFirst().getName().equals("[B");
        return bytes || ASKING.getOrDefault(owner, Set.of()).contains(target.getName());
    }

    private static boolean tells(JavaClass parameter) {
        return parameter.isEquivalentTo(Locale.class) || parameter.isEquivalentTo(Charset.class);
    }
}
