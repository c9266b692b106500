package io.lota4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.data.Dataset;
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
import io.lota4j.train.Job;
import io.lota4j.train.TrainConfig;
import io.lota4j.train.attribution.Fisher;
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
        assertThat(growth("close", 50)).isLessThan(BOUND);
    }

    @Test
    void openModelsWouldBeSeen() throws Exception {
        assertThat(growth("leak", 20)).isGreaterThan(BOUND);
    }

    @Test
    void theLibrarysFrontClosesWhatItOpens() throws Exception {
        // Each round opens the model three times.
        assertThat(growth("front", 17)).isLessThan(BOUND);
    }

    private long growth(String how, int rounds) throws IOException, InterruptedException {
        ProcessBuilder builder = Processes.java(FLAGS, Rounds.class, how, folder.toString(), Integer.toString(rounds));
        builder.environment().put("OMP_WAIT_POLICY", "PASSIVE");
        List<String> lines = Processes.output(builder).lines().toList();
        return Long.parseLong(lines.getLast());
    }

    /// Opens a model, scores, trains a step and closes it, again and again; prints by how many bytes the
    /// process grew since the first rounds.
    static final class Rounds {
        private static final TrainConfig ONE_STEP =
                TrainConfig.of(1, 1e-4).batchSize(4).build();
        private static final Rows ROWS =
                Rows.templates("{prompt}", "{completion}").limit(8);

        private Rounds() {}

        public static void main(String[] args) throws IOException {
            Path base = Path.of(args[1], "base");
            Path rows = Path.of(args[1], "plus-train.jsonl");
            Dataset data;
            try (Lota lota = Lota.open(base)) {
                data = lota.data(rows, ROWS);
            }
            List<AutoCloseable> left = new ArrayList<>();
            long before = 0;
            for (int round = 1; round <= WARM_UP + Integer.parseInt(args[2]); round++) {
                switch (args[0]) {
                    case "front" -> front(base, rows);
                    case "close" -> use(base, data).close();
                    case "leak" -> left.add(use(base, data));
                    default -> throw new IllegalArgumentException(args[0]);
                }
                if (round == WARM_UP) {
                    before = resident();
                }
            }
            System.out.println(resident() - before);
        }

        private static void front(Path base, Path rows) {
            try (Lota lota = Lota.open(base)) {
                Dataset data = lota.data(rows, ROWS);
                lota.evaluate(data, List.of(), EvalOptions.answers(2));
                lota.calibrate(data, Calibration.of(0.9), ONE_STEP);
                lota.mask(new Fisher(), data, Calibration.of(0.9));
            }
        }

        private static AdaptedModel use(Path base, Dataset data) {
            AdaptedModel model = AdaptedModel.open(base);
            try (Tokenizer tokenizer = Tokenizer.of(base)) {
                new Evaluator(model.decoder(), tokenizer, Set.of(), 4, 2, new AnswerCheck(null))
                        .run(data.examples(), (done, all, tokens) -> {});
                Mask everything = Mask.full(model.base(), Pool.standard());
                new Job(model, everything, data, ONE_STEP, new JavaKernel())
                        .run(null, 0, false, progress -> {}, () -> false);
            }
            return model;
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
