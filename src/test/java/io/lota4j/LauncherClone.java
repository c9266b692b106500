package io.lota4j;

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

/// The script `lota`, in a clone that is built already, with the classes of the tests.
public final class LauncherClone {
    private LauncherClone() {}

    /// Makes the clone.
    ///
    /// @param folder that gets the script `lota`
    public static void make(Path folder) throws IOException {
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

    /// Lines for bash, where there is no locale, as in a container: for Java that is one without letters but those of
    /// ASCII.
    public static ProcessBuilder bash(Path folder, String lines) {
        ProcessBuilder bash = new ProcessBuilder("bash", "-euc", lines).directory(folder.toFile());
        Map<String, String> environment = bash.environment();
        environment.keySet().removeAll(List.of("LANG", "LC_CTYPE", "LOTA_JAVA_OPTS", "JDK_JAVA_OPTIONS"));
        environment.put("LC_ALL", "C");
        environment.put("JAVA_HOME", System.getProperty("java.home"));
        return bash;
    }
}
