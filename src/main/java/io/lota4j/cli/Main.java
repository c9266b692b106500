package io.lota4j.cli;

import io.lota4j.cli.Commands.CommandEntry;
import io.lota4j.internal.Suggestions;
import io.lota4j.internal.Text;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// The command `lota`: finds the command that its first argument names and runs it.
///
/// Help, version and unknown commands are answered from the table in [Commands]: picocli reads one command's
/// annotations only when that command runs, which keeps `lota --help` as fast as a JVM starts.
public final class Main {
    private final Commands commands;
    private final PrintWriter out;
    private final PrintWriter err;
    private boolean ranCommand;

    Main(Commands commands, PrintWriter out, PrintWriter err) {
        this.commands = commands;
        this.out = out;
        this.err = err;
    }

    /// Runs one command line and ends the process with its exit code.
    public static void main(String[] args) {
        // The process is this command line alone; picocli sorts flags by the letters of the locale.
        Locale.setDefault(Locale.ROOT);
        Logging.configure(Arrays.asList(args).contains("--debug"));
        StandardOutput output = new StandardOutput(new FileOutputStream(FileDescriptor.out));
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        Main lota = new Main(Commands.standard(), output.writer(), err);
        int code = output.end(lota.execute(args), err);
        // System.exit asks every jar on the class path for a logger, which takes longer than the help itself;
        // but only
        // a command may have left threads behind that keep the process alive.
        if ((lota.ranCommand || code != ExitCode.OK) && !StopSignal.stopping()) {
            System.exit(code);
        }
    }

    /// Runs one command line.
    ///
    /// @return an exit code: 0 done, 1 failed, 2 not understood, 130 interrupted
    public int execute(String... args) {
        Optional<String> unreadable = Unreadable.of(args);
        if (unreadable.isPresent()) {
            err.println("lota: " + unreadable.get());
            err.flush();
            return ExitCode.USAGE;
        }
        if (args.length == 0) {
            err.print(commands.help());
            err.flush();
            return ExitCode.USAGE;
        }
        return switch (args[0]) {
            case "-h", "--help", "help" -> args.length == 1 ? print(commands.help()) : help(rest(args));
            case "-V", "--version", "version" -> print(Version.line() + "\n");
            default ->
                commands.find(args[0]).map(command -> run(command, rest(args))).orElseGet(() -> unknown(args[0]));
        };
    }

    private int run(CommandEntry command, String... arguments) {
        ranCommand = true;
        try {
            return CommandLines.of(command, out, err).execute(arguments);
        } catch (InternalError fault) {
            return Failures.memory(fault, err);
        }
    }

    /// The help of a command, or of one within it, as in `lota help mask stats`.
    private int help(String... names) {
        String[] arguments = Arrays.copyOf(names, names.length + 1);
        arguments[names.length] = "--help";
        return commands.find(names[0])
                .map(command -> run(command, rest(arguments)))
                .orElseGet(() -> unknown(names[0]));
    }

    private int print(String text) {
        out.print(text);
        out.flush();
        return ExitCode.OK;
    }

    private int unknown(String name) {
        Optional<String> nearest = Suggestions.nearest(name, commands.names());
        String what = name.startsWith("-") ? "expected a command before the option" : "unknown command";
        err.println(Text.format(
                "lota: %s '%s'%s",
                what,
                name,
                nearest.map(near -> Text.format("; did you mean '%s'?", near)).orElse("")));
        err.println("Try 'lota --help'.");
        return ExitCode.USAGE;
    }

    private static String[] rest(String[] args) {
        return Arrays.copyOfRange(args, 1, args.length);
    }
}
