package io.lota4j.spark;

import io.lota4j.LotaException;
import io.lota4j.experiment.WorkPlan;
import io.lota4j.internal.Text;
import io.lota4j.train.LocalSgd;
import io.lota4j.train.TrainConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.SparkConf;

/// Spark's settings for works: one work a process at a time, with all of the process's cores, and none twice at once.
///
/// @param given what the user or `spark-submit` has set
/// @param master given beside; empty: the one that is set
record Settings(SparkConf given, Optional<String> master) {
    private static final String CORES = "spark.executor.cores";
    private static final String TASK_CORES = "spark.task.cpus";
    private static final String SPECULATION = "spark.speculation";
    private static final String EXECUTOR_OPTIONS = "spark.executor.extraJavaOptions";
    private static final String NAME = "spark.app.name";
    private static final String JARS = "spark.jars";

    /// Such as `local[4]`, with as many cores in this process.
    private static final Pattern LOCAL = Pattern.compile("local(?:\\[([0-9]+|\\*)(?:, *[0-9]+)?\\])?");

    /// Workers, cores and memory of each: processes on this machine.
    private static final Pattern LOCAL_CLUSTER =
            Pattern.compile("local-cluster\\[ *[0-9]+ *, *([0-9]+) *, *[0-9]+ *\\]");

    Settings {
        given = given.clone();
        master.ifPresent(given::setMaster);
    }

    private String address() {
        if (!given.contains("spark.master")) {
            throw new LotaException(
                    "Expected the address of Spark's master, found none. Give --master, such as spark://host:7077,"
                            + " yarn, k8s://https://host:6443 or local[4].");
        }
        return given.get("spark.master");
    }

    private boolean isLocal() {
        return LOCAL.matcher(address()).matches();
    }

    /// Cores of a process that does works.
    private int cores() {
        for (Pattern pattern : List.of(LOCAL, LOCAL_CLUSTER)) {
            Matcher found = pattern.matcher(address());
            if (found.matches()) {
                String cores = found.group(1);
                if ("*".equals(cores)) {
                    return Runtime.getRuntime().availableProcessors();
                }
                return cores == null ? 1 : Integer.parseInt(cores);
            }
        }
        if (!given.contains(CORES)) {
            throw new LotaException(Text.format(
                    "Expected %s, found nothing: a work has all cores of its executor, and how many those are decides"
                            + " the order of sums. Set it, such as --conf %s=8 of spark-submit.",
                    CORES, CORES));
        }
        return given.getInt(CORES, 1);
    }

    /// A work has all cores of its process: there is one libtorch in it.
    private int taskCores() {
        int cores = cores();
        if (given.contains(TASK_CORES) && given.getInt(TASK_CORES, 1) != cores) {
            throw new LotaException(Text.format(
                    "Expected %s to be the %d cores of an executor, found %s: a process has one libtorch and does one"
                            + " work at a time. Leave it out.",
                    TASK_CORES, cores, given.get(TASK_CORES)));
        }
        return cores;
    }

    /// What a context is opened with.
    ///
    /// @param name of the application
    /// @param says told what was set otherwise
    SparkConf complete(String name, Consumer<String> says) {
        SparkConf complete = given.clone();
        // By the class alone, which is what spark-submit names it, nobody would tell two apart.
        if (given.get(NAME, Main.class.getName()).equals(Main.class.getName())) {
            complete.setAppName(name);
        }
        // What Spark tells of each task would bury what is told of works.
        complete.setIfMissing("spark.log.level", "WARN");
        complete.set(TASK_CORES, Integer.toString(taskCores()));
        if (complete.getBoolean(SPECULATION, false)) {
            says.accept(Text.format(
                    "lota: %s is switched off: works take as long as they take, and a second try of one that goes on"
                            + " has the same bytes.",
                    SPECULATION));
        }
        complete.set(SPECULATION, "false");
        complete.set(
                EXECUTOR_OPTIONS,
                Text.format(
                                "%s -XX:ActiveProcessorCount=%d --enable-native-access=ALL-UNNAMED",
                                given.get(EXECUTOR_OPTIONS, ""), taskCores())
                        .strip());
        if (!isLocal()) {
            jar().ifPresent(jar -> complete.setIfMissing(JARS, jar.toString()));
        }
        return complete;
    }

    /// The jar that this class is in: executors need it too.
    private static Optional<Path> jar() {
        return Optional.ofNullable(Settings.class.getProtectionDomain().getCodeSource())
                .map(source -> Path.of(source.getLocation().getPath()))
                .filter(path -> path.toString().endsWith(".jar"));
    }

    /// What a training's shards would take.
    ///
    /// @param values that are trained
    /// @param memory of an executor, bytes
    List<String> plan(TrainConfig config, long values, long memory) {
        long megabytes = Math.ceilDiv(Float.BYTES * values, 1_000_000);
        long shards = config.shards();
        LocalSgd local = config.local();
        long moments = config.optimizer().moments();
        String job = local == null ? "a step is a job" : Text.format("%d steps are a job", local.innerSteps());
        String travels = local == null
                ? Text.format(
                        "With each step %d MB of trained values go to every executor, and %d MB of a shard's gradient"
                                + " come back from each task, %d MB to the driver in all; its heap has to hold that"
                                + " twice.",
                        megabytes, megabytes, shards * megabytes)
                : Text.format(
                        "With each such job %d MB of trained values go to every executor and %d MB of its optimizer's"
                            + " state to each task; %d MB of both come back from each, %d MB to the driver in all. Its"
                            + " heap has to hold that twice.",
                        megabytes, moments * megabytes, (1 + moments) * megabytes, shards * (1 + moments) * megabytes);
        return List.of(
                Text.format(
                        "Spark at %s: %s of %d tasks, a shard each; more executors than that have nothing to do.",
                        address(), job, shards),
                travels,
                Text.format(
                        "An executor has %d cores and takes about %d MB at most, of which little is heap.",
                        taskCores(), Math.ceilDiv(memory, 1_000_000)),
                "Base, rows and mask are read where they lie, which has to be the same path everywhere.");
    }

    List<String> plan(WorkPlan plan) {
        List<String> lines = new ArrayList<>();
        lines.add(Text.format(
                "Spark at %s: %d of %d works are left, each a task; at most %d of them can be done at once, so more"
                        + " executors than that have nothing to do.",
                address(), plan.left(), plan.works(), plan.atOnce()));
        lines.add(Text.format(
                "A task takes its executor's %d cores and about %d MB at most, of which little is heap: give"
                        + " spark.executor.memory and spark.executor.memoryOverhead together that much.",
                taskCores(), Math.ceilDiv(plan.memory(), 1_000_000)));
        lines.add(Text.format(
                "With each task travels the recipe, %d bytes, and once to each executor lota4j-spark.jar. Base, data"
                        + " and 'out' are read and written where they lie, which has to be the same path everywhere.",
                plan.travels()));
        lines.add("What the works take below was measured on this machine, one work after the other.");
        return lines;
    }
}
