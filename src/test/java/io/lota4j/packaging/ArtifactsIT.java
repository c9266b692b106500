package io.lota4j.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.Processes;
import io.lota4j.ticket.TicketFile;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import javax.tools.ToolProvider;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/// What `mvn package` leaves, as those who depend on it find it. It runs after packaging, in `mvn verify`.
class ArtifactsIT {
    private static final Path TARGET = Path.of("target").toAbsolutePath();
    private static final Path LIBRARY = TARGET.resolve("lota4j.jar");
    private static final Path COMMAND_LINE = TARGET.resolve("lota4j-cli.jar");
    private static final Path CONSUMER = Path.of("src/test/consumer/src/main/java/Consumer.java");
    private static final Path DEMO_BASE = Path.of("src/main/resources/io/lota4j/demo/base");

    /// The artifacts that are only the command line's.
    private static final List<String> OF_COMMAND_LINE = List.of("picocli", "slf4j-simple");

    private static List<Element> dependencies = List.of();

    @TempDir
    private Path folder = Path.of("");

    @BeforeAll
    static void readPom() throws ParserConfigurationException, IOException, SAXException {
        NodeList nodes = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(TARGET.resolve("lota4j.pom").toFile())
                .getElementsByTagName("dependency");
        List<Element> all = new ArrayList<>();
        for (int i = 0; i < nodes.getLength(); i++) {
            all.add((Element) nodes.item(i));
        }
        dependencies = all;
    }

    @Test
    void thePomOfTheLibraryBringsNothingOfTheCommandLine() {
        List<String> optional = dependencies.stream()
                .filter(dependency -> text(dependency, "optional").equals("true"))
                .map(dependency -> text(dependency, "artifactId"))
                .toList();
        assertThat(optional).containsExactlyInAnyOrderElementsOf(OF_COMMAND_LINE);
        assertThat(dependencies).hasSizeGreaterThan(OF_COMMAND_LINE.size()).allSatisfy(dependency -> {
            assertThat(text(dependency, "version")).isNotEmpty().doesNotContain("$");
            assertThat(text(dependency, "scope")).isNotEqualTo("test");
        });
    }

    @Test
    void theJarsShareNoFile() throws IOException {
        List<String> library = files(LIBRARY);
        List<String> commandLine = files(COMMAND_LINE);
        assertThat(library)
                .contains("io/lota4j/Lota.class", "io/lota4j/internal/kernel/cuda/kernels.ptx")
                .noneMatch(name -> name.matches("io/lota4j/(cli|demo)/.*|.*picocli.*|simplelogger.*"));
        assertThat(commandLine).contains("io/lota4j/cli/Main.class", "io/lota4j/demo/base/model.safetensors");
        assertThat(commandLine).noneMatch(library::contains);
    }

    @Test
    void aProgramDependsOnTheLibraryAlone() throws IOException, InterruptedException {
        List<String> jars = new ArrayList<>(List.of(LIBRARY.toString()));
        try (Stream<Path> all = Files.list(TARGET.resolve("lib"))) {
            all.map(Path::toString)
                    .filter(jar -> OF_COMMAND_LINE.stream().noneMatch(name -> jar.contains("/" + name + "-")))
                    .forEach(jars::add);
        }
        String classPath = String.join(File.pathSeparator, jars);
        int compiled = ToolProvider.getSystemJavaCompiler()
                .run(null, null, null, "-cp", classPath, "-d", folder.toString(), CONSUMER.toString());
        assertThat(compiled).isZero();
        Path merged = folder.resolve("merged.ticket.safetensors");
        ProcessBuilder java = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                classPath + File.pathSeparator + folder,
                "Consumer",
                DEMO_BASE.toString(),
                merged.toString());
        assertThat(Processes.output(java)).contains("merged 2 tickets").doesNotContain("WARNING");
        assertThat(TicketFile.read(merged).tensors()).isNotEmpty();
    }

    @Test
    void theCommandLineStartsFromItsJar() throws IOException, InterruptedException {
        ProcessBuilder java = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-jar",
                COMMAND_LINE.toString(),
                "ticket",
                "--help");
        assertThat(Processes.output(java)).contains("Usage: lota ticket");
    }

    private static List<String> files(Path jar) throws IOException {
        try (JarFile opened = new JarFile(jar.toFile())) {
            return opened.stream()
                    .filter(entry -> !entry.isDirectory())
                    .map(ZipEntry::getName)
                    .filter(name -> !name.startsWith("META-INF/"))
                    .collect(Collectors.toList());
        }
    }

    private static String text(Element dependency, String name) {
        NodeList found = dependency.getElementsByTagName(name);
        return found.getLength() == 0 ? "" : found.item(0).getTextContent();
    }
}
