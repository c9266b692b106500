package io.lota4j.cli;

import java.util.List;
import java.util.Optional;

/// Every command of `lota`, in the order that its help lists them.
final class Commands {
    private static final List<CommandEntry> ALL = List.of(new CommandEntry(
            "run", "Run a recipe: a YAML file that names a command and its flags.", () -> new RunCommand()));

    private Commands() {}

    static Optional<CommandEntry> find(String name) {
        return ALL.stream().filter(command -> command.name().equals(name)).findFirst();
    }

    static List<String> names() {
        return ALL.stream().map(CommandEntry::name).toList();
    }

    /// What `lota --help` prints.
    static String help() {
        StringBuilder text = new StringBuilder("""
            Usage: lota COMMAND [OPTIONS]
            Lottery Ticket Adaptation: find the few weights that a task needs, train only those, merge them.

            Commands:
            """);
        for (CommandEntry command : ALL) {
            text.append("  %-10s %s\n".formatted(command.name(), command.summary()));
        }
        return text.append("""

            'lota COMMAND --help' lists a command's options; 'lota --version' prints the version.
            """).toString();
    }
}
