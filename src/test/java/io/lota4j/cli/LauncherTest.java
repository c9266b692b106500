package io.lota4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.Processes;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The script `lota`, in a clone that is built already.
class LauncherTest {
    /// The letter is written as bash spells its bytes: no locale has a part in it.
    private static final String LETTERS = """
        e=$'\\xc3\\xa9'
        mkdir "d$e"
        mv base "d$e/base"
        ./lota mask random --model "d$e/base" --out "d$e/m$e" --sparsity 0.9
        test -f "d$e/m$e"
        ./lota eval --model "d$e/base" --data rows.jsonl --prompt "is {q$e}" --completion '{a}' --preview 1
        """;

    @TempDir
    private Path folder = Path.of("");

    @BeforeEach
    void prepare() throws IOException {
        TinyModel.write(folder.resolve("base"), 16, 1);
        Files.writeString(folder.resolve("rows.jsonl"), "{\"q\\u00e9\": \"yes\", \"a\": \"1\"}\n");
        Path clone = Path.of("").toAbsolutePath();
        Files.copy(clone.resolve("lota"), folder.resolve("lota"));
        Files.createDirectory(folder.resolve(".mvn"));
        Files.copy(clone.resolve(".mvn/find-jdk.sh"), folder.resolve(".mvn/find-jdk.sh"));
        Files.createDirectories(folder.resolve("src/main"));
        Files.createFile(folder.resolve("pom.xml"));
        Path built = Files.createDirectories(folder.resolve("target/lota"));
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, classPath());
        new JarOutputStream(Files.newOutputStream(built.resolve("lota4j.jar")), manifest).close();
        // A cache that is there is not made, and one that does not fit is not used.
        Files.createFile(built.resolve("jdk-" + System.getProperty("java.version") + ".aot"));
        Files.createFile(built.resolve("stamp"));
    }

    private static String classPath() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(entry -> Path.of(entry).toUri().toString())
                .collect(Collectors.joining(" "));
    }

    /// Containers have no locale, which for Java is one without letters but those of ASCII.
    @Test
    void lettersAreKeptWithoutALocale() throws IOException, InterruptedException {
        ProcessBuilder bash = new ProcessBuilder("bash", "-euc", LETTERS).directory(folder.toFile());
        Map<String, String> environment = bash.environment();
        environment.keySet().removeAll(List.of("LANG", "LC_CTYPE", "LOTA_JAVA_OPTS", "JDK_JAVA_OPTIONS"));
        environment.put("LC_ALL", "C");
        environment.put("JAVA_HOME", System.getProperty("java.home"));
        // A preview has dots between tokens.
        assertThat(Processes.output(bash).replace("\u00b7", ""))
                .contains("d\u00e9/m\u00e9: 384 of 3,840 weights trainable")
                .contains("is yes");
    }
}
