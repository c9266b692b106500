package io.lota4j.cli;

import java.util.List;
import java.util.Optional;

/// The commands of `lota`.
///
/// @param all in the order that the help lists them
record Commands(List<CommandEntry> all) {
    /// Every command there is. Each is made only when it runs: the lambdas keep its class from being loaded.
    static Commands standard() {
        return new Commands(List.of(
                new CommandEntry(DemoCommand.NAME, "The built-in model and its tasks.", () -> new DemoCommand()),
                new CommandEntry(
                        RunCommand.NAME,
                        "Run a recipe: a YAML file that names a command and its flags.",
                        () -> new RunCommand(standard()))));
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
            text.append("  %-10s %s\n".formatted(command.name(), command.summary()));
        }
        return text.append("""

            'lota COMMAND --help' lists a command's options; 'lota --version' prints the version.
            """).toString();
    }
}
