package io.lota4j.cli;

import io.lota4j.LotaException;
import io.lota4j.cli.Commands.CommandEntry;
import io.lota4j.internal.Text;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// A command with a flag of every kind, which prints what it was given; or fails as it is told to.
@Command
final class ToyCommand implements Callable<Integer> {
    enum Optimizer {
        ADAMW,
        SGD
    }

    @Spec
    CommandSpec spec = CommandSpec.create();

    @Mixin
    CommonOptions common = new CommonOptions();

    @Option(names = "--model", required = true)
    String model = "";

    @Option(names = {"-n", "--steps"})
    int steps = 1;

    @Option(names = "--lr")
    double lr;

    @Option(names = "--optimizer")
    Optimizer optimizer = Optimizer.SGD;

    @Option(names = "--ticket")
    List<String> tickets = new ArrayList<>();

    @Option(names = "--max-length")
    int maxLength;

    @Option(names = "--out")
    String out = "";

    @Option(names = "--quiet")
    boolean quiet;

    @Option(names = "--no-shuffle", negatable = true)
    boolean shuffle = true;

    @Option(names = "--dry-run")
    boolean dryRun;

    @Option(names = "--fail")
    @Nullable
    String fail;

    @Parameters
    List<String> words = new ArrayList<>();

    static Commands commands() {
        return new Commands(List.of(
                new CommandEntry("toy", "Print the flags.", ToyCommand::new),
                new CommandEntry("toys", "Commands on toys.", Group::new),
                new CommandEntry(RunCommand.NAME, "Run a recipe.", () -> new RunCommand(commands()))));
    }

    @Override
    public Integer call() throws Exception {
        switch (fail) {
            case "user" -> throw new LotaException("mend it");
            case "defect" -> throw new IllegalStateException("broken");
            case "interrupt" -> throw new InterruptedException();
            case "memory" -> throw new InternalError("a fault occurred in an unsafe memory access operation");
            case "machine" -> throw new InternalError("broken");
            case null, default -> {}
        }
        PrintWriter printer = spec.commandLine().getOut();
        printer.println(Text.format(
                "model=%s steps=%d lr=%s %s tickets=%s max=%d quiet=%s shuffle=%s dry=%s words=%s",
                model, steps, lr, optimizer, tickets, maxLength, quiet, shuffle, dryRun, words));
        return ExitCode.OK;
    }

    @Command(subcommands = Nested.class)
    static final class Group {}

    @Command(name = "and")
    static final class Nested implements Callable<Integer> {
        @Spec
        CommandSpec spec = CommandSpec.create();

        @Mixin
        CommonOptions common = new CommonOptions();

        @Parameters
        List<String> masks = new ArrayList<>();

        @Override
        public Integer call() {
            spec.commandLine().getOut().println("and " + masks);
            return ExitCode.OK;
        }
    }
}
