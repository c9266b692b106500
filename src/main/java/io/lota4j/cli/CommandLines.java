package io.lota4j.cli;

import io.lota4j.cli.Commands.CommandEntry;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi;

/// Makes commands ready to parse and run: name, help, errors and exit codes are the same everywhere in `lota`.
final class CommandLines {
    private CommandLines() {}

    static CommandLine of(CommandEntry entry, PrintWriter out, PrintWriter err) {
        CommandLine line = new CommandLine(entry.factory().get());
        line.getCommandSpec().name("lota " + entry.name()).usageMessage().description(entry.summary());
        HelpPage.layOut(line, System.getenv("COLUMNS"));
        return line.setOut(out)
                .setErr(err)
                // A prompt may start with @.
                .setExpandAtFiles(false)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setColorScheme(Help.defaultColorScheme(Ansi.OFF))
                .setParameterExceptionHandler(new UsageErrors())
                .setExecutionExceptionHandler(new Failures());
    }
}
