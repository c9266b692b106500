package io.lota4j;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// What programs may use is listed on one page, and everything else is below `io.lota4j.internal`.
class PublicSurfaceTest {
    private static final Path PAGE = Path.of("docs/library.md");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `(io\\.lota4j[a-z0-9.]*)` \\| (.*) \\|$");
    private static final Pattern NAME = Pattern.compile("`(\\w+)`");
    private static final Pattern APART = Pattern.compile("io\\.lota4j\\.(internal|cli|demo)(\\..*)?");

    @Test
    void thePageListsEveryPublicType() throws IOException {
        TreeMap<String, Set<String>> listed = new TreeMap<>();
        for (MatchResult row : ROW.matcher(Files.readString(PAGE)).results().toList()) {
            Set<String> names = listed.computeIfAbsent(row.group(1), p -> new TreeSet<>());
            NAME.matcher(row.group(2)).results().map(name -> name.group(1)).forEach(names::add);
        }

        TreeMap<String, Set<String>> there = new TreeMap<>();
        for (JavaClass type : new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("io.lota4j")) {
            if (type.isTopLevelClass()
                    && type.getModifiers().contains(JavaModifier.PUBLIC)
                    && !APART.matcher(type.getPackageName()).matches()) {
                there.computeIfAbsent(type.getPackageName(), p -> new TreeSet<>())
                        .add(type.getSimpleName());
            }
        }

        assertThat(listed).isEqualTo(there);
    }
}
