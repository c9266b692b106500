package io.lota4j.cli;

import io.lota4j.internal.Text;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// The commands of `lota`.
///
/// @param all in the order that the help lists them
record Commands(List<CommandEntry> all) {
    /// Every command there is. Each is made only when it runs: the lambdas keep its class from being loaded.
    static Commands standard() {
        return new Commands(List.of(
                entry(
                        "calibrate",
                        "Fine-tune briefly and derive the mask of the weights that moved most, or choose by another"
                                + " score.",
                        () -> new CalibrateCommand()),
                entry(
                        TrainCommand.NAME,
                        "Train the weights of a mask and write what they learned as a ticket.",
                        () -> new TrainCommand()),
                entry(
                        "lora",
                        "Train low-rank factors (LoRA), to compare sparse training with.",
                        () -> new LoraCommand()),
                entry("eval", "Score a base, with or without tickets, on data.", () -> new EvalCommand()),
                entry("apply", "Write a base with tickets on it as a model directory.", () -> new ApplyCommand()),
                entry(
                        "export",
                        "Write a base with tickets on it, or tickets alone, as other programs load them.",
                        () -> new ExportCommand()),
                entry("import", "Make a ticket of a PEFT adapter.", () -> new ImportCommand()),
                entry("revert", "Take a ticket off again: the base, bit for bit.", () -> new RevertCommand()),
                entry(
                        "extract",
                        "Make a ticket of the difference of two model directories.",
                        () -> new ExtractCommand()),
                entry("merge", "Merge tickets, or whole models by a recipe.", () -> new MergeCommand()),
                entry("mask", "Look at masks, combine them, draw random ones.", () -> new MaskCommand()),
                entry("ticket", "Look at tickets, or shrink one to what its task needs.", () -> new TicketCommand()),
                entry("guard", "Measure whether a model declines what it should decline.", () -> new GuardCommand()),
                entry("report", "Make a page of what experiments found.", () -> new ReportCommand()),
                entry("init", "Start a model from random weights.", () -> new InitCommand()),
                entry("bench", "Time optimizer steps or merges on this machine.", () -> new BenchCommand()),
                entry("generate", "Answer a prompt.", () -> new GenerateCommand()),
                entry("demo", "Try all of it on a tiny base that comes with lota.", () -> new DemoCommand()),
                entry(
                        CompletionCommand.NAME,
                        "Print the script that makes a shell complete commands and options.",
                        () -> new CompletionCommand(standard())),
                entry(
                        RunCommand.NAME,
                        "Run a recipe: a YAML file that names a command and its flags.",
                        () -> new RunCommand(standard()))));
    }

    private static CommandEntry entry(String name, String summary, Supplier<Object> factory) {
        return new CommandEntry(name, summary, factory);
    }

    Optional<CommandEntry> find(String name) {
        return all.stream().filter(command -> command.name().equals(name)).findFirst();
    }

    List<String> names() {
        return all.stream().map(CommandEntry::name).toList();
    }

    /// What `lota --help` prints.
    String help() {
        StringBuilder text = new StringBuilder("""
            Usage: lota COMMAND [OPTIONS]
            Lottery Ticket Adaptation: find the few weights that a task needs, train only those, merge them.

            Commands:
            """);
        for (CommandEntry command : all) {
            text.append(Text.format("  %-10s %s\n", command.name(), command.summary()));
        }
        return text.append("""

            'lota COMMAND --help' (or 'lota help COMMAND') lists a command's options; 'lota --version' prints the version.
            """).toString();
    }

    /// One command of `lota`, as the top level knows it: without picocli, which would double the time of `lota --help`.
    ///
    /// @param name what the user types
    /// @param summary one line for `lota --help`, and the first line of the command's own help
    /// @param factory makes the picocli command object; its class is loaded only then
    record CommandEntry(String name, String summary, Supplier<Object> factory) {}
}
