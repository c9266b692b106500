package io.lota4j.cli;

import io.lota4j.LotaException;
import java.io.PrintWriter;
import java.nio.file.InvalidPathException;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/// Turns what a command throws into a line for the user and an exit code.
final class Failures implements IExecutionExceptionHandler {
    @Override
    public int handleExecutionException(Exception failure, CommandLine line, ParseResult parsed) {
        PrintWriter err = line.getErr();
        switch (failure) {
            case InterruptedException e -> err.println("lota: interrupted");
            case LotaException e -> err.println("lota: " + e.getMessage());
            case InvalidPathException e -> err.println("lota: " + Unreadable.of(e));
            default -> err.println("lota: internal error. Please report it with the stack trace below.");
        }
        if (!(failure instanceof LotaException
                        || failure instanceof InvalidPathException
                        || failure instanceof InterruptedException)
                || debug(parsed)) {
            failure.printStackTrace(err);
        }
        err.flush();
        return failure instanceof InterruptedException ? ExitCode.INTERRUPTED : ExitCode.FAILED;
    }

    /// Turns a fault of mapped memory, which the JVM tells by an error, into a line for the user: a file became shorter
    /// after it had been mapped, or its disk does not give it.
    ///
    /// @throws InternalError if it is another
    static int memory(InternalError fault, PrintWriter err) {
        String said = String.valueOf(fault.getMessage());
        if (!said.contains("unsafe memory access")) {
            throw fault;
        }
        err.println("lota: a file that is read was cut short, or could not be read, while it was open (" + said
                + "). Whatever writes to the command's files has to be done before; then start it again.");
        err.flush();
        return ExitCode.FAILED;
    }

    private static boolean debug(ParseResult parsed) {
        for (ParseResult level = parsed; level != null; level = level.hasSubcommand() ? level.subcommand() : null) {
            OptionSpec debug = level.matchedOption("--debug");
            if (debug != null && Boolean.TRUE.equals(debug.getValue())) {
                return true;
            }
        }
        return false;
    }
}
