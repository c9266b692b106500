package io.lota4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.internal.Text;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The code on `docs/library.md` compiles, runs and prints what the page says.
class LibraryPageTest {
    private static final Pattern BLOCK = Pattern.compile("(?s)```(\\w*)\\n(.*?)```\\n");
    private static final String MARK = "-- next block";
    private static final List<String> FLAGS =
            List.of("--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC", "-Xmx512m");

    @TempDir
    private Path folder = Path.of("");

    /// Code and what it prints.
    private record Block(String code, String output) {}

    @Test
    void everyBlockPrintsWhatStandsBelowIt() throws Exception {
        List<Block> blocks = blocks(Files.readString(Path.of("docs/library.md")));
        assertThat(blocks).hasSizeGreaterThan(6);
        compile(Files.writeString(folder.resolve("Page.java"), program(blocks)));
        List<String> printed = run();
        assertThat(printed).isEqualTo(blocks.stream().map(Block::output).toList());
    }

    /// A block of output belongs to the block of Java before it.
    private static List<Block> blocks(String page) {
        List<Block> blocks = new ArrayList<>();
        Matcher matcher = BLOCK.matcher(page);
        while (matcher.find()) {
            String text = matcher.group(2);
            switch (matcher.group(1)) {
                case "java" -> blocks.add(new Block(text, ""));
                case "" ->
                    blocks.set(blocks.size() - 1, new Block(blocks.getLast().code(), text));
                default -> assertThat(matcher.group(1)).isEqualTo("xml");
            }
        }
        return blocks;
    }

    /// Imports are hoisted; each other block is a method of its own.
    private static String program(List<Block> blocks) {
        StringBuilder imports = new StringBuilder();
        StringBuilder calls = new StringBuilder();
        StringBuilder methods = new StringBuilder();
        for (int i = 0; i < blocks.size(); i++) {
            String code = blocks.get(i).code();
            boolean only = code.startsWith("import ");
            imports.append(only ? code : "");
            methods.append(Text.format("static void block%d() throws Exception {\n%s}\n", i, only ? "" : code));
            calls.append(Text.format("block%d();\nSystem.out.println(\"%s\");\n", i, MARK));
        }
        return Text.format(
                "%s\nclass Page {\n%spublic static void main(String[] args) throws Exception {\n%s}\n}\n",
                imports, methods, calls);
    }

    private void compile(Path source) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter problems = new StringWriter();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            List<String> options =
                    List.of("-d", folder.toString(), "-cp", System.getProperty("java.class.path"), "-proc:none");
            boolean compiled = compiler.getTask(problems, files, null, options, null, files.getJavaFileObjects(source))
                    .call();
            assertThat(compiled).as(problems::toString).isTrue();
        }
    }

    private List<String> run() throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(FLAGS);
        command.addAll(List.of("-cp", absoluteClassPath(), "Page"));
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
        builder.environment().put("OMP_WAIT_POLICY", "PASSIVE");
        String output = Processes.output(builder);
        List<String> parts = new ArrayList<>(List.of(output.split(MARK + "\n", -1)));
        assertThat(parts.removeLast()).isEmpty();
        return parts;
    }

    private String absoluteClassPath() {
        return folder + ":"
                + Pattern.compile(":")
                        .splitAsStream(System.getProperty("java.class.path"))
                        .map(entry -> Path.of(entry).toAbsolutePath().toString())
                        .collect(Collectors.joining(":"));
    }
}
