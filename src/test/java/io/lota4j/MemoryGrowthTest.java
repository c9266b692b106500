package io.lota4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.data.Dataset;
import io.lota4j.demo.DemoData;
import io.lota4j.demo.DemoFiles;
import io.lota4j.demo.DemoTask;
import io.lota4j.internal.Text;
import io.lota4j.internal.data.Tokenizer;
import io.lota4j.internal.eval.AnswerCheck;
import io.lota4j.internal.eval.Evaluator;
import io.lota4j.internal.kernel.java.JavaKernel;
import io.lota4j.internal.train.AdaptedModel;
import io.lota4j.internal.train.Job;
import io.lota4j.mask.Mask;
import io.lota4j.mask.Pool;
import io.lota4j.train.TrainConfig;
import io.lota4j.train.attribution.Fisher;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// A hundred runs in one process leave nothing behind: no memory of libtorch's or any other outside of the heap, no
/// open file and no mapping of one. All is counted in a JVM of its own.
@EnabledOnOs(OS.LINUX)
class MemoryGrowthTest {
    /// The small model's weights as F32: the least that a model which is not closed takes.
    private static final long MODEL = 128_000L * Float.BYTES;
    /// Far from what a hundred models take, and from what the JVM's own use wavers by.
    private static final long BOUND = 8 * MODEL;
    /// Open files and mappings that the JVM may come to need meanwhile, for classes and threads.
    private static final int SOME = 10;

    private static final List<String> FLAGS = List.of(
            "--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC", "-Xms96m", "-Xmx96m", "-XX:TieredStopAtLevel=1");

    @TempDir
    private static Path folder = Path.of("");

    private static Map<String, ProcessUse> grown = Map.of();

    @BeforeAll
    static void run() throws IOException, InterruptedException {
        SmallModels.write(folder.resolve("base"), 64, 160, 2, 1);
        DemoFiles.writeTask(folder, new DemoData(DemoData.DEFAULT_SEED), DemoTask.PLUS);
        ProcessBuilder builder = Processes.java(FLAGS, Rounds.class, folder.toString());
        builder.environment().put("OMP_WAIT_POLICY", "PASSIVE");
        grown = Processes.output(builder)
                .lines()
                .filter(line -> line.startsWith("grown "))
                .map(line -> line.substring("grown ".length()))
                .collect(Collectors.toMap(
                        line -> line.substring(0, line.indexOf(' ')),
                        line -> ProcessUse.of(line.substring(line.indexOf(' ') + 1))));
    }

    @Test
    void closedModelsLeaveNothing() {
        assertNothingIsLeft("close");
    }

    @Test
    void theLibrarysFrontClosesWhatItOpens() {
        assertNothingIsLeft("front");
    }

    private static void assertNothingIsLeft(String how) {
        assertThat(grown).hasEntrySatisfying(how, growth -> {
            assertThat(growth.bytes()).isLessThan(BOUND);
            assertThat(growth.files()).isLessThan(SOME);
            assertThat(growth.mappings()).isLessThan(SOME);
        });
    }

    /// That the counts see a fifth of what a hundred runs would leave.
    @Test
    void whatIsLeftOpenWouldBeSeen() {
        assertThat(grown).hasEntrySatisfying("leak", growth -> {
            assertThat(growth.bytes()).isGreaterThan(BOUND);
            assertThat(growth.files()).isGreaterThan(SOME);
            assertThat(growth.mappings()).isGreaterThan(SOME);
        });
    }

    /// Opens a model, scores, trains a step and closes it, again and again; prints by how much the process grew.
    static final class Rounds {
        private static final TrainConfig ONE_STEP =
                TrainConfig.of(1, 1e-4).batchSize(2).build();
        private static final RowOptions ROWS =
                RowOptions.templates("{prompt}", "{completion}").limit(2);
        private static final int WARM_UP = 8;

        private final Path base;
        private final Path rows;
        private final Dataset data;
        private final List<AutoCloseable> left = new ArrayList<>();

        private Rounds(Path folder) {
            base = folder.resolve("base");
            rows = folder.resolve("plus-train.jsonl");
            try (Lota lota = Lota.open(base)) {
                data = lota.data(rows, ROWS);
            }
        }

        /// One run.
        private interface Round {
            void run() throws IOException;
        }

        public static void main(String[] args) throws IOException {
            Rounds rounds = new Rounds(Path.of(args[0]));
            // A round of the front opens the model three times.
            rounds.grow("front", 34, rounds::front);
            rounds.grow("close", 100, () -> rounds.use().close());
            rounds.grow("leak", 20, rounds::leak);
            for (AutoCloseable open : rounds.left) {
                close(open);
            }
        }

        private static void close(AutoCloseable open) {
            try {
                open.close();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }

        private void grow(String how, int times, Round round) throws IOException {
            for (int warm = 0; warm < WARM_UP; warm++) {
                round.run();
            }
            ProcessUse before = ProcessUse.now(base);
            for (int time = 0; time < times; time++) {
                round.run();
            }
            System.out.println(Text.format(
                    "grown %s %s", how, ProcessUse.now(base).minus(before).text()));
        }

        private void leak() throws IOException {
            left.add(use());
            left.add(FileChannel.open(rows));
        }

        private void front() {
            try (Lota lota = Lota.open(base)) {
                Dataset read = lota.data(rows, ROWS);
                lota.evaluate(read, List.of(), EvalOptions.answers(2));
                lota.calibrate(read, Calibration.of(0.9), ONE_STEP);
                lota.mask(new Fisher(), read, Calibration.of(0.9));
            }
        }

        private AdaptedModel use() {
            AdaptedModel model = AdaptedModel.open(base);
            try (Tokenizer tokenizer = Tokenizer.of(base)) {
                new Evaluator(model.decoder(), tokenizer, Set.of(), 4, 0, new AnswerCheck(null))
                        .run(data.examples(), (done, all, tokens) -> {});
                Mask everything = Mask.full(model.base(), Pool.standard());
                new Job(model, everything, data, ONE_STEP, new JavaKernel())
                        .run(null, 0, false, progress -> {}, () -> false);
            }
            return model;
        }
    }
}
