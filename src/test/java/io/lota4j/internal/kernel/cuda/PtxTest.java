package io.lota4j.internal.kernel.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lota4j.Processes;
import io.lota4j.internal.Sha256;
import io.lota4j.internal.Text;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import jcuda.nvptxcompiler.JNvPTXCompiler;
import jcuda.nvptxcompiler.nvPTXCompileResult;
import jcuda.nvptxcompiler.nvPTXCompilerHandle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The PTX in the jar is that of the sources, and real cards' assemblers take it.
class PtxTest {
    private static final Path SOURCES = Path.of("src/main/cuda");
    private static final Path RESOURCES = Path.of("src/main/resources/io/lota4j/internal/kernel/cuda");

    /// As nvcc names itself in what it writes.
    private static final Pattern COMPILER = Pattern.compile("Cuda compilation tools, release [^\n]*");

    private static final Pattern SPILLS = Pattern.compile("(\\d+) bytes spill stores, (\\d+) bytes spill loads");

    @Test
    void isThatOfTheSources() throws IOException {
        Map<String, String> digests = new TreeMap<>();
        try (Stream<Path> files = Files.list(SOURCES)) {
            for (Path file : files.toList()) {
                digests.put(file.getFileName().toString(), sha256(file));
            }
        }
        Map<String, String> recorded = new TreeMap<>();
        for (String line : Files.readAllLines(RESOURCES.resolve("kernels.sha256"))) {
            String[] words = line.split(" +", 2);
            recorded.put(words[1], words[0]);
        }
        assertThat(recorded)
                .as("digests of the sources that the PTX was made from; run src/main/cuda/build-ptx.sh")
                .isEqualTo(digests);
    }

    private static String sha256(Path file) throws IOException {
        return HexFormat.of().formatHex(Sha256.digest().digest(Files.readAllBytes(file)));
    }

    @Test
    void isWhatNvccWrites() throws IOException, InterruptedException {
        assumeTrue(StandIn.onPath("nvcc"), "nvcc is not on the PATH: the PTX is not made anew");
        Path folder = Path.of("target", "ptx").toAbsolutePath();
        Processes.output(new ProcessBuilder(SOURCES.resolve("build-ptx.sh").toString(), folder.toString()));
        String built = Files.readString(folder.resolve("kernels.ptx"));
        String embedded = Ptx.embedded().text();
        assumeTrue(
                compiler(built).equals(compiler(embedded)),
                () -> Text.format("nvcc here is another one: %s, not %s", compiler(built), compiler(embedded)));
        assertThat(built).isEqualTo(embedded);
    }

    private static String compiler(String ptx) {
        Matcher matcher = COMPILER.matcher(ptx);
        assertThat(matcher.find()).as("the PTX names its compiler").isTrue();
        return matcher.group();
    }

    /// A driver refuses PTX of a newer version than its own, and a card that of a newer card.
    @Test
    void asksForNoNewerDriverOrCardThanItNeeds() {
        assertThat(Ptx.embedded().text().lines().filter(l -> l.startsWith(".version") || l.startsWith(".target")))
                .containsExactly(".version 7.5", ".target sm_75");
    }

    /// Without this the assembler's consent would prove nothing.
    @Test
    void doesNotAssembleWhenBroken() {
        String text = Ptx.embedded().text();
        assertThatThrownBy(() -> assemble(text.replaceFirst("ld\\.param\\.u64", "ld.param.u65"), "sm_75"))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("sm_75")
                .hasMessageContaining("u65");
    }

    /// As newer drivers of CUDA 11 and all later ones do.
    @ParameterizedTest
    @ValueSource(strings = {"sm_75", "sm_80", "sm_86", "sm_89", "sm_90"})
    void assemblesWithoutSpills(String architecture) {
        String log = assemble(Ptx.embedded().text(), architecture);
        Matcher spills = SPILLS.matcher(log);
        int kernels = 0;
        while (spills.find()) {
            kernels++;
            assertThat(spills.group()).isEqualTo("0 bytes spill stores, 0 bytes spill loads");
        }
        assertThat(kernels).isEqualTo(Ptx.embedded().entries().size());
    }

    /// Newer than the assembler in the jar.
    @ParameterizedTest
    @ValueSource(strings = {"sm_100", "sm_120"})
    void assemblesForCardsOfLater(String architecture) throws IOException, InterruptedException {
        assumeTrue(StandIn.onPath("ptxas"), "ptxas is not on the PATH: the PTX is not assembled for " + architecture);
        Path cubin = Path.of("target", architecture + ".cubin");
        Process ptxas = new ProcessBuilder(
                        "ptxas",
                        "-v",
                        "-arch=" + architecture,
                        "-o",
                        cubin.toString(),
                        RESOURCES.resolve("kernels.ptx").toString())
                .redirectErrorStream(true)
                .start();
        String output = new String(ptxas.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assumeTrue(!output.contains("is not defined for option"), "ptxas here does not know " + architecture);
        assertThat(ptxas.waitFor()).as(output).isZero();
    }

    /// Nothing is fused that the sources do not fuse: results have the bits of the specification.
    @Test
    void fusesOnlyWhereTheSourcesSaySo() {
        String text = Ptx.embedded().text();
        for (String kernel : List.of("gather_add", "rmsprop", "adamw", "sgd")) {
            int start = text.indexOf(".entry " + kernel + "(");
            String body = text.substring(start, text.indexOf("\n}", start));
            assertThat(body).as(kernel).contains(".f32").doesNotContain("fma.", "approx", "ftz");
        }
    }

    @Test
    void namesItsEntriesAndTheirParameters() {
        assertThat(Ptx.embedded().entries())
                .containsEntry("gather", List.of("u64", "u64", "u64", "u64"))
                .containsEntry("scatter", List.of("u64", "u64", "u64", "u32", "u64"))
                .containsKeys(
                        "gather_add", "sddmm_tokens", "sddmm_features", "sum_of_squares", "rmsprop", "adamw", "sgd");
    }

    /// The assembler's log.
    private static String assemble(String ptx, String architecture) {
        byte[] text = ptx.getBytes(StandardCharsets.UTF_8);
        nvPTXCompilerHandle handle = new nvPTXCompilerHandle();
        check(JNvPTXCompiler.nvPTXCompilerCreate(handle, text.length, Arrays.copyOf(text, text.length + 1)));
        String[] options = {"--gpu-name=" + architecture, "--verbose"};
        int result = JNvPTXCompiler.nvPTXCompilerCompile(handle, options.length, options);
        long[] size = new long[1];
        check(JNvPTXCompiler.nvPTXCompilerGetErrorLogSize(handle, size));
        byte[] errors = new byte[(int) size[0] + 1];
        check(JNvPTXCompiler.nvPTXCompilerGetErrorLog(handle, errors));
        assertThat(result)
                .as("%s: %s", architecture, new String(errors, StandardCharsets.UTF_8))
                .isEqualTo(nvPTXCompileResult.NVPTXCOMPILE_SUCCESS);
        check(JNvPTXCompiler.nvPTXCompilerGetInfoLogSize(handle, size));
        byte[] info = new byte[(int) size[0] + 1];
        check(JNvPTXCompiler.nvPTXCompilerGetInfoLog(handle, info));
        check(JNvPTXCompiler.nvPTXCompilerDestroy(handle));
        return new String(info, StandardCharsets.UTF_8);
    }

    private static void check(int result) {
        assertThat(result).as(nvPTXCompileResult.stringFor(result)).isEqualTo(nvPTXCompileResult.NVPTXCOMPILE_SUCCESS);
    }
}
