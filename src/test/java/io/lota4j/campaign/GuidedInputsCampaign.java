package io.lota4j.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.Processes;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Hostile inputs that jazzer finds by what they reach: each format's seeds are where it begins.
///
/// Settings are system properties: `campaign.guided`, inputs in all, and those of [HostileInputsCampaign].
class GuidedInputsCampaign {
    private static final String JAZZER = "com.code_intelligence.jazzer.Jazzer";

    /// Jazzer's own detectors look for what servers must not do, as opening the path that a file names; here paths and
    /// patterns are what files are to name.
    private static final String DETECTORS = Stream.of(
                    "FilePathTraversal", "RegexInjection", "ReflectiveCall", "Deserialization", "UnsafeSanitizer")
            .map("com.code_intelligence.jazzer.sanitizers."::concat)
            .reduce((one, other) -> one + ":" + other)
            .orElseThrow();

    /// What the fuzzer says now and then: how many inputs it has tried, and how many branches they have reached.
    private static final Pattern STATUS = Pattern.compile("(?m)^#(\\d+)\\s.*? cov: (\\d+) ");

    private final long inputs = Long.getLong("campaign.guided", 200_000);
    private final Path results = Path.of("target", "campaign", "guided").toAbsolutePath();

    @Test
    void noInputThatIsFoundByCoverageEndsOtherwise() throws Exception {
        AtomicFile.deleteTree(results);
        List<String> asked = List.of(System.getProperty("campaign.formats", "").split(","));
        List<String> formats = asked.getFirst().isEmpty() ? HostileFormats.names() : asked;
        List<Future<String>> rows = new ArrayList<>();
        try (ExecutorService two = Executors.newFixedThreadPool(Integer.getInteger("campaign.jvms", 2))) {
            for (String format : formats) {
                Callable<String> work = () -> row(format);
                rows.add(two.submit(work));
            }
        }
        StringBuilder table =
                new StringBuilder("| format | inputs | branches reached | ended well |\n|---|---|---|---|\n");
        for (Future<String> row : rows) {
            table.append(row.get());
        }
        Files.writeString(results.resolve("table.md"), table);
        System.out.println(table);
        assertThat(table.toString()).as("see the logs in %s", results).doesNotContain("| no |");
    }

    private String row(String name) throws IOException, InterruptedException {
        Path folder = Files.createDirectories(results.resolve(name));
        Path corpus = Files.createDirectories(folder.resolve("corpus"));
        Path scratch = Files.createTempDirectory("lota-guided-" + name);
        Path log = folder.resolve("log.txt");
        int code;
        try {
            List<byte[]> seeds = HostileFormats.of(name, scratch).seeds();
            for (int i = 0; i < seeds.size(); i++) {
                Files.write(corpus.resolve("seed-" + i), seeds.get(i));
            }
            code = jazzer(name, folder, corpus, scratch)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start()
                    .waitFor();
        } finally {
            AtomicFile.deleteTree(scratch);
        }
        Matcher status = STATUS.matcher(Files.readString(log));
        String inputs = "0";
        String reached = "0";
        while (status.find()) {
            inputs = status.group(1);
            reached = status.group(2);
        }
        return Text.format("| %s | %s | %s | %s |%n", name, inputs, reached, code == 0 ? "yes" : "no");
    }

    private ProcessBuilder jazzer(String name, Path folder, Path corpus, Path scratch) {
        List<String> flags = List.of(
                "-Xmx512m",
                "-XX:+EnableDynamicAgentLoading",
                "--enable-native-access=ALL-UNNAMED",
                "--add-modules=jdk.incubator.vector",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
                "-Dcampaign.format=" + name,
                "-Dcampaign.scratch=" + scratch);
        return Processes.java(
                flags,
                JAZZER,
                "--target_class=" + GuidedTarget.class.getName(),
                "--instrumentation_includes=io.lota4j.**:org.snakeyaml.**:dev.hardwood.**:tools.jackson.**",
                "--disabled_hooks=" + DETECTORS,
                "--reproducer_path=" + folder,
                "-artifact_prefix=" + folder + "/",
                "-runs=" + HostileFormats.share(name, inputs),
                "-seed=" + Long.getLong("campaign.seed", 1),
                "-timeout=5",
                "-rss_limit_mb=2048",
                "-max_len=" + HostileFormat.LONGEST,
                corpus.toString());
    }
}
