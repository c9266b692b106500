package io.lota4j.cli;

import io.lota4j.demo.GuardedDemo;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `lota demo guard`: does a base that declines still do so after it was adapted, and after somebody undid it?
@Prints({Key.REPORT, Key.PATH, Key.SECONDS})
@Command(
        name = "guard",
        description = "Teach a tiny base to decline, adapt it, undo it, and show on a page what was kept.",
        footer = {
            "",
            "A mark before a skill's name is to be answered with 'no'. The base learns that, then flip,",
            "then somebody trains it on marked rows with their answers. A stopped demo goes on where it was."
        })
final class GuardDemoCommand extends BaseCommand {
    @Writes(OutputKind.FOLDER)
    @Option(
            names = "--out",
            paramLabel = "DIR",
            defaultValue = "lota-guard-demo",
            description = "Where bases, rows and results go (default: ${DEFAULT-VALUE}).")
    private Path out = Path.of("lota-guard-demo");

    @Option(names = "--short", description = "With one seed and two methods, which tells less.")
    private boolean brief;

    @Override
    DryRun plan() {
        return new DryRun()
                .line("base", "built in, 820,864 weights, and 200 steps in which it learns to decline")
                .line(
                        "grid",
                        (brief ? "two methods, one seed" : "four methods, three seeds")
                                + ", every protection, two orders")
                .line("files", out.toString());
    }

    @Override
    int execute(Result result) {
        long start = System.nanoTime();
        GuardedDemo demo = new GuardedDemo(out);
        demo.makeBase(new ShownStages(messages()));
        Path recipe = demo.writeRecipe(brief);
        if (!new DemoExperiment(recipe, out).run(messages(), result)) {
            return ExitCode.INTERRUPTED;
        }
        result.say("Left in %s; its recipe is guard.yaml, which lota run takes.", Figure.of(Key.PATH, out));
        double seconds = (System.nanoTime() - start) / 1e9;
        result.say("Done in %s.", new Figure(Key.SECONDS, seconds, ProgressText.duration(seconds)));
        return ExitCode.OK;
    }
}
