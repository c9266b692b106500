package io.lota4j.cli;

import io.lota4j.Lota;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// What every command has: help, debugging, a dry run, and where it prints.
abstract class BaseCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private CommonOptions common = new CommonOptions();

    @Mixin
    private ResultOptions printing = new ResultOptions();

    @Option(names = "--dry-run", description = "Read headers only, print what would happen, and stop.")
    private boolean dryRun;

    @Override
    public final Integer call() {
        checkOptions();
        CommandPaths places = places();
        if (printing.json()) {
            places.refuseStandardOutput();
        }
        places.check(previews());
        check();
        if (Preflight.asked()) {
            return preflight(!dryRun && usesKernel(), places);
        }
        Result result = printing.result(spec.commandLine().getOut());
        if (dryRun) {
            plan().print(result);
            return result.end(ExitCode.OK);
        }
        if (previews()) {
            return result.end(execute(result));
        }
        places.replaced().forEach(line -> messages().note("lota: " + line));
        try (CommandPaths.Held held = places.hold()) {
            return result.end(execute(result));
        }
    }

    /// @param vector whether the work would use the Vector API
    private int preflight(boolean vector, CommandPaths places) {
        if (vector && places.canBeReadTwice()) {
            // What this refuses is refused in a JVM that has not yet printed its line about the Vector API.
            plan();
        }
        return Preflight.answer(vector);
    }

    /// What the parsed command line reads and writes.
    final CommandPaths places() {
        CommandPaths places = CommandPaths.of(spec);
        addTo(places);
        return places;
    }

    /// The words of the parsed command line, without the command's name.
    final List<String> arguments() {
        return spec.commandLine().getParseResult().originalArgs();
    }

    /// Adds what is read and written and no option names.
    void addTo(CommandPaths places) {}

    private boolean previews() {
        OptionSpec preview = spec.findOption(DataOptions.PREVIEW);
        return preview != null && preview.getValue() instanceof Integer rows && rows > 0;
    }

    /// Whether the work that the parsed options ask for is one that the Vector API makes fast.
    boolean usesKernel() {
        return false;
    }

    /// Refuses a parsed command line that [#checkOptions(OptionRules)] refuses.
    final void checkOptions() {
        OptionRules rules = new OptionRules(spec);
        checkOptions(rules);
        rules.finish();
    }

    /// Refuses options that are missing, or have no part in what the others ask for, as far as the parser
    /// cannot know.
    ///
    /// @throws picocli.CommandLine.ParameterException as the parser throws
    void checkOptions(OptionRules rules) {}

    /// Refuses what cannot work before anything is read.
    void check() {}

    /// What would happen, from headers alone.
    abstract DryRun plan();

    /// Does the work.
    ///
    /// @param result gets all that is printed on standard output
    /// @return the exit code
    abstract int execute(Result result);

    /// Warns of what may not be meant about a base, and says what of it is left alone.
    Lota warned(Lota lota) {
        lota.untouched().forEach(sentence -> messages().note("lota: " + sentence));
        lota.doubts().forEach(doubt -> messages().warn(doubt));
        return lota;
    }

    /// Where everything is said that is no result.
    final Messages messages() {
        return printing.messages(spec.commandLine().getErr());
    }
}
