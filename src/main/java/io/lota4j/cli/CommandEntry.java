package io.lota4j.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi;

/// One command of `lota`.
///
/// @param name what the user types
/// @param summary one line for `lota --help`, and the first line of the command's own help
/// @param factory makes a command object; its class is loaded only then
record CommandEntry(String name, String summary, Supplier<Callable<Integer>> factory) {
    /// The command ready to parse and run: name, help, errors and exit codes as everywhere in `lota`.
    CommandLine commandLine(PrintWriter out, PrintWriter err) {
        CommandLine line = new CommandLine(factory.get());
        line.getCommandSpec().name("lota " + name).usageMessage().description(summary);
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
