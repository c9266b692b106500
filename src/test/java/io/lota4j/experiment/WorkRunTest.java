package io.lota4j.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.LotaException;
import io.lota4j.demo.DemoTask;
import io.lota4j.internal.Text;
import io.lota4j.internal.experiment.Experiment;
import io.lota4j.internal.experiment.recipe.ExperimentReader;
import io.lota4j.kernel.choice.KernelChoice;
import io.lota4j.metrics.Metric;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkRunTest {
    private static final String GRID = """
        training: {steps: 3, batch: 4}
        orders: [[flip, plus]]
        methods:
          - {method: lota, sparsity: [0.9, 0.99], lr: 1e-3, calibration-steps: 2, calibration-lr: 3e-4}
          - {method: lotto, sparsity: 0.9, lr: 1e-3, calibration-steps: 2, calibration-lr: 3e-4}
          - {method: random, sparsity: 0.9, lr: 1e-3}
          - {method: lora, rank: 2, lr: 1e-3}
        merge:
          - {method: add, of: lotto}
        """;
    private static final String SMALL = """
        training: {steps: 3, batch: 4}
        methods: [{method: lota, sparsity: 0.9, lr: 1e-3, calibration-steps: 2, calibration-lr: 3e-4}]
        """;
    private static final DemoTask[] TASKS = {DemoTask.FLIP, DemoTask.PLUS};

    @TempDir
    private Path directory;

    /// Does each work by itself, in a process of its own as far as files go.
    private static class Engine implements WorkEngine {
        final List<String> done = new ArrayList<>();

        @Override
        public String name() {
            return "test";
        }

        @Override
        public WorkEngine at(String address) {
            return this;
        }

        @Override
        public List<String> plan(WorkPlan plan) {
            return List.of();
        }

        @Override
        public boolean run(WorkOrder order, WorkQueue queue, Consumer<String> says, BooleanSupplier stop) {
            Deque<Work> ready = new ArrayDeque<>(queue.take());
            while (!ready.isEmpty()) {
                // The last first: an order that the grid has not.
                Work work = ready.removeLast();
                doWork(order, work);
                done.add(work.name());
                queue.done(work, "this host");
                ready.addAll(queue.take());
            }
            return true;
        }

        void doWork(WorkOrder order, Work work) {
            try (WorkRun run = open(order)) {
                run.run(work);
            }
        }
    }

    private static WorkRun open(WorkOrder order) {
        Experiment read = ExperimentReader.read(order.file(), order.recipe(), order::requireBase);
        return WorkRun.open(read, order, KernelChoice.JAVA, () -> false);
    }

    private static List<Metric> run(Experiment experiment, WorkEngine engine) {
        try (ExperimentRun run = new ExperimentRun(experiment, KernelChoice.JAVA, Stages.NONE, () -> false)) {
            assertThat(run.run(engine, says -> {})).isTrue();
            return run.metrics();
        }
    }

    /// Everything that was made, by its place: tickets, masks and adapters.
    private Map<Path, byte[]> results(String out) throws IOException {
        Path root = directory.resolve(out);
        Map<Path, byte[]> results = new TreeMap<>();
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file :
                    files.filter(f -> f.toString().endsWith(".safetensors")).toList()) {
                results.put(root.relativize(file), Files.readAllBytes(file));
            }
        }
        return results;
    }

    private void assertSame(String out, String other) throws IOException {
        Map<Path, byte[]> one = results(out);
        Map<Path, byte[]> two = results(other);
        assertThat(two.keySet()).isEqualTo(one.keySet());
        one.forEach(
                (file, bytes) -> assertThat(two.get(file)).as(file.toString()).isEqualTo(bytes));
    }

    @Test
    void worksDoneApartAreThoseOfOneRun() throws IOException {
        List<Metric> plain = Grids.run(Grids.write(directory, "plain", GRID, TASKS), new ArrayList<>());
        Engine engine = new Engine();
        List<Metric> apart = run(Grids.write(directory, "apart", GRID, TASKS), engine);
        assertThat(Grids.withoutCost(apart)).isEqualTo(Grids.withoutCost(plain));
        assertSame("plain", "apart");
        assertThat(directory.resolve("apart").resolve(Places.APART)).doesNotExist();
        assertThat(Files.readString(directory.resolve("apart/run.json"))).contains("\"finished\" : true");
        // The three that begin with the same calibration wait for that alone, and the calibration is done once.
        assertThat(engine.done)
                .contains("base")
                .filteredOn(name -> name.startsWith("mask of "))
                .hasSize(1);
        Engine again = new Engine();
        Experiment experiment = Grids.write(directory, "apart", GRID, TASKS);
        run(experiment, again);
        assertThat(again.done).isEmpty();
        try (ExperimentRun run = new ExperimentRun(experiment, KernelChoice.JAVA, Stages.NONE, () -> false)) {
            assertThat(run.plan().left()).isZero();
            assertThat(run.plan().atOnce()).isZero();
        }
    }

    @Test
    void whatOneWayOfRunningLeavesTheOtherTakesUp() throws IOException {
        Grids.run(Grids.write(directory, "plain", SMALL, TASKS), new ArrayList<>());
        // Stopped in the middle of a training, whose state lies there.
        AtomicBoolean stop = new AtomicBoolean();
        Stages stages = what -> new Stages.Stage() {
            @Override
            public void at(long done, long all, double tokensPerSecond, double loss) {
                stop.set(what.startsWith("train") && done == 2);
            }

            @Override
            public void close() {
                // Nothing was opened.
            }
        };
        Experiment experiment = Grids.write(directory, "both", SMALL, TASKS);
        try (ExperimentRun run = new ExperimentRun(experiment, KernelChoice.JAVA, stages, stop::get)) {
            assertThat(run.run()).isFalse();
        }
        // An engine goes on with it, and ends in the middle too.
        Engine half = new Engine() {
            @Override
            void doWork(WorkOrder order, Work work) {
                if (done.size() == 1) {
                    throw new LotaException("enough");
                }
                super.doWork(order, work);
            }
        };
        assertThatThrownBy(() -> run(experiment, half)).hasMessage("enough");
        assertThat(half.done).hasSize(1);
        Grids.run(experiment, new ArrayList<>());
        assertSame("plain", "both");
    }

    @Test
    void aWorkThatIsDoneTwiceAtOnceIsDoneOnce() throws IOException {
        Grids.run(Grids.write(directory, "plain", SMALL, DemoTask.FLIP), new ArrayList<>());
        Engine twice = new Engine() {
            @Override
            void doWork(WorkOrder order, Work work) {
                try (WorkRun first = open(order);
                        WorkRun second = open(order)) {
                    first.run(work);
                    second.run(work);
                    // One whose process was ended with work that it had begun, and what it had not moved yet.
                    Path left = second.place().resolve("stages/left");
                    Files.createDirectories(left);
                    Files.writeString(left.resolve("inputs.json"), "{}");
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        };
        run(Grids.write(directory, "twice", SMALL, DemoTask.FLIP), twice);
        assertSame("plain", "twice");
        assertThat(directory.resolve("twice").resolve(Places.APART)).doesNotExist();
    }

    @Test
    void aFolderThatIsThereAlreadyStays() throws IOException {
        Path out = directory.resolve("out");
        Places one = Places.apart(out);
        Places other = Places.apart(out);
        InputDigest inputs = InputDigest.of("test");
        for (Places places : List.of(one, other)) {
            Folder folder = places.folder("stages", "work", inputs);
            folder.begin(inputs);
            folder.finish(List.of());
        }
        one.publish();
        Path there = Places.of(out).folder("stages", "work", inputs).directory();
        Files.writeString(there.resolve("mark"), "the first");
        other.publish();
        assertThat(there.resolve("mark")).hasContent("the first");
        assertThat(other.folder("stages", "work", inputs).directory()).isEqualTo(there);
    }

    /// A run that was stopped leaves its state where the work belongs; what goes on with it elsewhere comes back whole.
    @Test
    void workThatWasBegunIsTakenAlongAndReplaced() throws IOException {
        Path out = directory.resolve("out");
        InputDigest inputs = InputDigest.of("test");
        Folder begun = Places.of(out).folder("stages", "work", inputs);
        begun.begin(inputs);
        Files.writeString(begun.state(), "step 2");
        Places apart = Places.apart(out);
        Folder own = apart.folder("stages", "work", inputs);
        assertThat(own.state()).hasContent("step 2");
        Files.writeString(own.ticket(), "step 4");
        own.finish(List.of());
        apart.publish();
        assertThat(begun.isDone()).isTrue();
        assertThat(begun.ticket()).hasContent("step 4");
        assertThat(begun.state()).doesNotExist();
    }

    @Test
    void anotherBaseIsRefusedWithBothFingerprints() throws IOException {
        WorkOrder order = order("other");
        WorkOrder other = new WorkOrder(order.file(), order.recipe(), "0123");
        assertThatThrownBy(() -> open(other))
                .isInstanceOf(LotaException.class)
                .hasMessageContaining(order.fingerprint())
                .hasMessageContaining("expected 0123");
        Path base = directory.resolve("base");
        Files.move(base, directory.resolve("moved"));
        assertThatThrownBy(() -> open(order))
                .isInstanceOf(LotaException.class)
                .hasMessageContaining("no base at " + base)
                .hasMessageContaining(order.fingerprint());
    }

    private WorkOrder order(String out) throws IOException {
        List<WorkOrder> orders = new ArrayList<>();
        Engine engine = new Engine() {
            @Override
            public boolean run(WorkOrder order, WorkQueue queue, Consumer<String> says, BooleanSupplier stop) {
                orders.add(order);
                return true;
            }
        };
        run(Grids.write(directory, out, SMALL, DemoTask.FLIP), engine);
        return orders.getFirst();
    }

    @Test
    void workThatLeavesNothingHereIsRefused() throws IOException {
        Engine idle = new Engine() {
            @Override
            void doWork(WorkOrder order, Work work) {
                // As one that writes to another disk.
            }
        };
        Experiment experiment = Grids.write(directory, "idle", SMALL, DemoTask.FLIP);
        assertThatThrownBy(() -> run(experiment, idle))
                .isInstanceOf(LotaException.class)
                .hasMessageContaining("was done on this host, and nothing of it is to be seen here");
    }

    @Test
    void pathsThatDependOnTheWorkingDirectoryAreNamed() throws IOException {
        Grids.write(directory, "relative", SMALL, DemoTask.FLIP);
        Path recipe = directory.resolve("relative.yaml");
        Path here = Path.of("").toAbsolutePath();
        String text = Files.readString(recipe)
                .replace(Text.format("test: %s", directory), Text.format("test: %s", here.relativize(directory)))
                .replace(Text.format("out: %s", directory), "out: target");
        Experiment experiment = ExperimentReader.read(Files.writeString(recipe, text));
        try (ExperimentRun run = new ExperimentRun(experiment, KernelChoice.JAVA, Stages.NONE, () -> false)) {
            assertThatThrownBy(run::plan)
                    .isInstanceOf(LotaException.class)
                    .hasMessageContaining("out: target/relative")
                    .hasMessageContaining("flip.test: ")
                    .hasMessageNotContaining("flip.train");
        }
    }

    @Test
    void aPlanCountsWhatIsLeftAndWhatCanBeDoneAtOnce() throws IOException {
        Experiment experiment = Grids.write(directory, "plan", GRID, TASKS);
        try (ExperimentRun run = new ExperimentRun(experiment, KernelChoice.JAVA, Stages.NONE, () -> false)) {
            WorkPlan plan = run.plan();
            assertThat(plan.left()).isEqualTo(plan.works());
            assertThat(plan.atOnce()).isBetween(4, plan.works() - 1);
            assertThat(plan.memory()).isGreaterThan(400_000_000);
        }
    }
}
