package io.lota4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.data.ChatTemplate;
import io.lota4j.data.Dataset;
import io.lota4j.data.ExampleEncoder;
import io.lota4j.data.ExampleFormat;
import io.lota4j.data.Tokenizer;
import io.lota4j.demo.DemoData;
import io.lota4j.demo.DemoFiles;
import io.lota4j.demo.DemoTask;
import io.lota4j.eval.AnswerCheck;
import io.lota4j.eval.Evaluator;
import io.lota4j.kernel.java.JavaKernel;
import io.lota4j.mask.Mask;
import io.lota4j.mask.Pool;
import io.lota4j.train.AdaptedModel;
import io.lota4j.train.Clip;
import io.lota4j.train.Job;
import io.lota4j.train.Optimizer;
import io.lota4j.train.Reduction;
import io.lota4j.train.Schedule;
import io.lota4j.train.TrainConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// Models that are closed leave nothing behind. Each case is a JVM of its own, whose heap is resident from the
/// start: what grows lies outside it.
@EnabledOnOs(OS.LINUX)
class MemoryGrowthTest {
    private static final int WARM_UP = 10;
    /// The demo's base as F32 floats: the least that one more model takes.
    private static final long MODEL = 790_000L * Float.BYTES;
    /// Far from what 50 models take, and from what an allocator wavers by.
    private static final long BOUND = 12 * MODEL;

    private static final List<String> FLAGS = List.of(
            "--enable-native-access=ALL-UNNAMED",
            "-XX:+UseSerialGC",
            "-Xms96m",
            "-Xmx96m",
            "-XX:+AlwaysPreTouch",
            "-XX:TieredStopAtLevel=1");

    @TempDir
    private Path folder = Path.of("");

    @BeforeEach
    void prepare() {
        DemoFiles.writeBase(folder.resolve("base"));
        DemoFiles.writeTask(folder, new DemoData(DemoData.DEFAULT_SEED), DemoTask.PLUS);
    }

    @Test
    void closedModelsLeaveNothing() throws Exception {
        assertThat(growth(50, true)).isLessThan(BOUND);
    }

    @Test
    void openModelsWouldBeSeen() throws Exception {
        assertThat(growth(20, false)).isGreaterThan(BOUND);
    }

    private long growth(int rounds, boolean close) throws IOException, InterruptedException {
        ProcessBuilder builder = Processes.java(
                FLAGS, Rounds.class, folder.toString(), Integer.toString(rounds), Boolean.toString(close));
        builder.environment().put("OMP_WAIT_POLICY", "PASSIVE");
        List<String> lines = Processes.output(builder).lines().toList();
        return Long.parseLong(lines.getLast());
    }

    /// Opens a model, scores, trains a step and closes it, again and again; prints by how many bytes the
    /// process grew since the first rounds.
    static final class Rounds {
        private static final TrainConfig ONE_STEP = new TrainConfig(
                1,
                Optimizer.AdamW.DEFAULT,
                1e-4,
                Schedule.CONSTANT,
                0,
                4,
                1,
                Clip.GLOBAL,
                1,
                Reduction.TOKEN_MEAN,
                0,
                true);

        private Rounds() {}

        public static void main(String[] args) throws IOException {
            int rounds = Integer.parseInt(args[1]);
            boolean close = Boolean.parseBoolean(args[2]);
            List<AutoCloseable> open = new ArrayList<>();
            long before = 0;
            for (int round = 1; round <= WARM_UP + rounds; round++) {
                AdaptedModel model = AdaptedModel.open(Path.of(args[0], "base"));
                use(model, Path.of(args[0], "plus-train.jsonl"));
                if (close) {
                    model.close();
                } else {
                    open.add(model);
                }
                if (round == WARM_UP) {
                    before = resident();
                }
            }
            System.out.println(resident() - before);
        }

        private static void use(AdaptedModel model, Path rows) {
            Path base = model.base().directory();
            try (Tokenizer tokenizer = Tokenizer.of(base)) {
                ExampleEncoder encoder = new ExampleEncoder(
                        tokenizer, ChatTemplate.of(base), ExampleFormat.of("{prompt}", "{completion}"), 64);
                Dataset data = Dataset.load(rows, encoder, 8);
                new Evaluator(model.decoder(), tokenizer, Set.of(), 4, 2, new AnswerCheck(null))
                        .run(data.examples(), (done, all, tokens) -> {});
                Mask everything = Mask.full(model.base(), Pool.standard());
                new Job(model, everything, data, ONE_STEP, new JavaKernel())
                        .run(null, 0, false, progress -> {}, () -> false);
            }
        }

        private static long resident() throws IOException {
            return Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("[^0-9]", "")))
                    .findFirst()
                    .orElseThrow();
        }
    }
}
