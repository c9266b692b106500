package io.lota4j.cli;

import io.lota4j.LotaException;
import io.lota4j.internal.Existing;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.merge.method.MergeMethods;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Prints({Key.WHAT, Key.RUNS, Key.SECONDS, Key.PEAK_RSS_BYTES})
@Command(name = "merge", description = "Time merges of real models; what they write is removed again.")
final class MergeBenchCommand extends BaseCommand {
    private static final List<String> USUAL =
            List.of("task_arithmetic", "ties", "dare_linear", "della_linear", "breadcrumbs", "karcher");

    @Mixin
    private BaseOption model = new BaseOption();

    @Reads
    @Option(
            names = "--expert",
            required = true,
            paramLabel = "DIR",
            description = "A model that was fine-tuned from it. Repeat for each, two or more.")
    private List<Path> experts = new ArrayList<>();

    @Option(
            names = "--method",
            paramLabel = "NAME",
            description = "A method to time. Repeat for each (default: six that cost differently).")
    private List<String> methods = new ArrayList<>();

    @Writes(OutputKind.FOLDER)
    @Option(
            names = "--dir",
            paramLabel = "WORK",
            defaultValue = ".",
            description = "Where results are written, in a directory that is removed (default: the working directory).")
    private Path dir = Path.of(".");

    @Option(
            names = "--runs",
            paramLabel = "N",
            defaultValue = "3",
            converter = Numbers.Count.class,
            description = "How often each is timed, after one warm-up run (default: ${DEFAULT-VALUE}).")
    private int runs;

    @Override
    void check() {
        if (experts.size() < 2) {
            throw new LotaException(Text.format("Give two models or more with --expert, found %d.", experts.size()));
        }
        Existing.problemOfDirectory(dir).ifPresent(problem -> {
            throw new LotaException(Text.format("--dir: %s: %s.", dir, problem));
        });
        chosen().forEach(MergeMethods::of);
    }

    private List<String> chosen() {
        return methods.isEmpty() ? USUAL : methods;
    }

    @Override
    DryRun plan() {
        try (Checkpoint base = Checkpoint.open(model.path())) {
            DryRun plan = new DryRun().model("base", base);
            for (Path path : experts) {
                try (Checkpoint expert = Checkpoint.open(path)) {
                    plan.model("expert", expert);
                }
            }
            return plan.line("methods", String.join(", ", chosen())).disk(dir, room(base));
        }
    }

    /// For a result and, at the worst, a ticket of each expert and a merged one, with an index and a value of F32 and
    /// the base's bits for each weight.
    private long room(Checkpoint base) {
        return DryRun.bytes(base) * (2 + 4L * (experts.size() + 1));
    }

    @Override
    int execute(Result result) {
        try (Checkpoint base = Checkpoint.open(model.path())) {
            DryRun.requireRoom(dir, room(base));
        }
        MergeTimes times = new MergeTimes();
        try (MergeWorks works = MergeWorks.in(dir, model.path(), experts);
                ProgressBar bar = messages().bar("bench")) {
            List<MergeWorks.Work> all = works.all(chosen());
            int total = (runs + 1) * all.size();
            int done = 0;
            for (int run = 0; run <= runs; run++) {
                for (MergeWorks.Work work : all) {
                    double seconds = works.time(work);
                    if (run > 0) {
                        times.add(work.name(), seconds);
                    }
                    bar.update(++done, total);
                }
            }
        }
        times.tell(result);
        return ExitCode.OK;
    }
}
