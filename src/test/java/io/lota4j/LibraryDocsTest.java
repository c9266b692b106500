package io.lota4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.DocumentationTool;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The library's front as javadoc renders it.
class LibraryDocsTest {
    @TempDir
    private Path folder = Path.of("");

    /// Errors are links that lead nowhere and broken tags; other packages are only looked up.
    @Test
    void javadocHasNoErrorsAndNoPublicTypeIsWithoutAWord() throws IOException {
        DocumentationTool javadoc = ToolProvider.getSystemDocumentationTool();
        DiagnosticCollector<JavaFileObject> found = new DiagnosticCollector<>();
        List<String> options = List.of(
                "-quiet",
                "-Xdoclint:all",
                "-Xmaxwarns",
                "1000",
                "--add-modules",
                "jdk.incubator.vector",
                "-d",
                folder.toString(),
                "-sourcepath",
                "src/main/java",
                "-classpath",
                System.getProperty("java.class.path"),
                "io.lota4j");
        try (StandardJavaFileManager files = javadoc.getStandardFileManager(null, null, null)) {
            boolean rendered =
                    javadoc.getTask(null, files, found, null, options, null).call();
            assertThat(found.getDiagnostics()).filteredOn(LibraryDocsTest::bad).isEmpty();
            assertThat(rendered).isTrue();
        }
        assertThat(folder.resolve("io/lota4j/Lota.html")).exists();
    }

    private static boolean bad(Diagnostic<?> diagnostic) {
        return diagnostic.getKind() == Diagnostic.Kind.ERROR
                || diagnostic.getMessage(Locale.ROOT).contains("no comment");
    }
}
