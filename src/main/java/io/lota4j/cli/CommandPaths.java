package io.lota4j.cli;

import io.lota4j.LotaException;
import io.lota4j.data.file.DataPart;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.AtomicFile;
import io.lota4j.internal.checkpoint.Claims;
import io.lota4j.internal.checkpoint.OutputLock;
import io.lota4j.internal.checkpoint.RealPath;
import java.io.IOException;
import java.lang.reflect.AnnotatedElement;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/// What a parsed command line reads and writes: from the options that are marked [Reads] and [Writes], and what a
/// command adds that no option says. All of it is looked at before any work is done.
final class CommandPaths {
    /// What other programs take as standard output, and what would here become a file of that name.
    private static final Path DASH = Path.of("-");

    private record Input(String what, Path path) {}

    private record Output(String what, Path path, OutputKind kind) {
        /// Whether something is there that would be lost. Who asks for a temporary name, or mounts a file, has an empty
        /// file there.
        boolean exists() {
            return Files.isRegularFile(path) && path.toFile().length() > 0;
        }
    }

    private final List<Input> inputs = new ArrayList<>();
    private final List<Output> outputs = new ArrayList<>();
    private final boolean force;

    private CommandPaths(boolean force) {
        this.force = force;
    }

    /// Those of a parsed command line's options and parameters.
    static CommandPaths of(CommandSpec spec) {
        CommandPaths places = new CommandPaths(isGiven(spec, ForceOption.NAME));
        for (ArgSpec arg : spec.args()) {
            if (arg.userObject() instanceof AnnotatedElement field) {
                String what = arg instanceof OptionSpec option ? option.longestName() : arg.paramLabel();
                paths(arg.getValue()).forEach(path -> places.add(what, path, field));
            }
        }
        return places;
    }

    private static boolean isGiven(CommandSpec spec, String flag) {
        OptionSpec option = spec.findOption(flag);
        return option != null && Boolean.TRUE.equals(option.getValue());
    }

    private static List<Path> paths(@Nullable Object value) {
        return switch (value) {
            case Path path -> List.of(path);
            case DataPart part -> List.of(part.path());
            case Named<?> named -> paths(named.given());
            case Collection<?> many ->
                many.stream().flatMap(one -> paths(one).stream()).toList();
            case null, default -> List.of();
        };
    }

    private void add(String what, Path path, AnnotatedElement field) {
        Reads reads = field.getAnnotation(Reads.class);
        Writes writes = field.getAnnotation(Writes.class);
        if (writes != null) {
            writes(what, path, writes.value());
        } else if (reads != null && reads.takesPages() && Files.isDirectory(path)) {
            readsFilesIn(what, path);
        } else if (reads != null) {
            reads(what, path);
        }
    }

    /// Adds what no option names.
    CommandPaths reads(String what, Path path) {
        inputs.add(new Input(what, path));
        return this;
    }

    /// Adds what no option names.
    ///
    /// @throws LotaException for a dash, which may be meant as standard output
    CommandPaths writes(String what, Path path, OutputKind kind) {
        if (path.equals(DASH)) {
            throw new LotaException(
                    Text.format("%s: '-' is not taken as a path. Give %s.", what, kind.insteadOfDash()));
        }
        outputs.add(new Output(what, path, kind));
        return this;
    }

    /// Makes an output one of another kind than its option's.
    CommandPaths makes(Path path, OutputKind kind) {
        outputs.replaceAll(output -> output.path.equals(path) ? new Output(output.what, output.path, kind) : output);
        return this;
    }

    private void readsFilesIn(String what, Path directory) {
        try (var files = Files.walk(directory)) {
            files.filter(Files::isRegularFile).filter(file -> !isPage(file)).forEach(file -> reads(what, file));
        } catch (IOException e) {
            throw new LotaException(Text.format("%s cannot be read: %s", directory, e.getMessage()), e);
        }
    }

    private static boolean isPage(Path file) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        return name.endsWith(".html") || name.endsWith(".md");
    }

    /// What is read at paths that mean another place in a process that works elsewhere.
    List<String> relativeInputs() {
        return inputs.stream()
                .filter(input -> !input.path.isAbsolute())
                .map(input -> Text.format("%s %s", input.what, input.path))
                .toList();
    }

    /// Whether all that is read are files and directories, not pipes, which are empty when they have been read.
    boolean canBeReadTwice() {
        return inputs.stream()
                .map(Input::path)
                .allMatch(path -> !path.equals(DASH)
                        && (!Files.exists(path) || Files.isRegularFile(path) || Files.isDirectory(path)));
    }

    /// Refuses an output that would come between what is printed.
    void refuseStandardOutput() {
        Path standard = RealPath.of(Path.of("/dev/stdout"));
        for (Output output : outputs) {
            if (RealPath.of(output.path).equals(standard)) {
                throw new LotaException(Text.format(
                        "%s: %s is standard output, where %s prints its object. Give a file, or leave out %s.",
                        output.what, output.path, ResultOptions.JSON, ResultOptions.JSON));
            }
        }
    }

    /// Refuses a place that would be harmed, is taken, or cannot be written.
    ///
    /// @param prints whether the command only prints this time: then no result is in its way
    /// @throws LotaException naming the place
    void check(boolean prints) {
        Claims claims = new Claims();
        inputs.forEach(input -> claims.reads(input.what, input.path));
        outputs.forEach(output -> claim(claims, output));
        claims.check();
        outputs.forEach(CommandPaths::requireWritable);
        if (!prints) {
            requireFree();
        }
    }

    /// Refuses, before the first step of a recipe, what a later one could not write: where its folder is not made by
    /// a step before it, and whatever the steps before it read or write.
    ///
    /// @param before places of the steps before
    void checkAfter(List<CommandPaths> before) {
        Claims read = new Claims();
        Claims written = new Claims();
        for (CommandPaths earlier : before) {
            earlier.inputs.forEach(input -> read.reads(input.what + " of a step before", input.path));
            earlier.outputs.stream()
                    .filter(output -> output.kind != OutputKind.LOG && output.kind != OutputKind.FOLDER)
                    .forEach(output ->
                            claim(written, new Output(output.what + " of a step before", output.path, output.kind)));
        }
        inputs.forEach(input -> read.reads(input.what, input.path));
        outputs.forEach(output -> claim(read, output));
        outputs.forEach(output -> claim(written, output));
        read.check();
        written.check();
        requireFree();
        outputs.stream()
                .filter(output -> Files.isDirectory(RealPath.parent(RealPath.of(output.path))))
                .forEach(CommandPaths::requireWritable);
    }

    private static void claim(Claims claims, Output output) {
        switch (output.kind) {
            case RESULT, REPORT, LOG, STATE -> claims.writes(output.what, output.path);
            case DIRECTORY -> claims.fills(output.what, output.path);
            case FOLDER -> claims.addsTo(output.what, output.path);
        }
    }

    private static void requireWritable(Output output) {
        switch (output.kind) {
            case RESULT, REPORT, LOG, STATE -> AtomicFile.requireWritable(output.path);
            case DIRECTORY, FOLDER -> AtomicFile.requireWritableDirectory(output.path);
        }
    }

    /// Refuses to replace results.
    private void requireFree() {
        for (Output output : outputs) {
            if (output.kind == OutputKind.DIRECTORY) {
                AtomicFile.requireEmpty(output.path);
            }
            if (output.kind == OutputKind.RESULT && output.exists() && !force) {
                throw new LotaException(Text.format(
                        "%s (%s) exists already and is kept. Give another path, or %s to replace it.",
                        output.path, output.what, ForceOption.NAME));
            }
        }
    }

    /// What will be replaced, a line for each.
    List<String> replaced() {
        return outputs.stream()
                .filter(output -> output.kind == OutputKind.RESULT || output.kind == OutputKind.REPORT)
                .filter(Output::exists)
                .map(output -> Text.format("%s replaces the existing %s", output.what, output.path))
                .toList();
    }

    /// Holds what is written against other runs, until it is closed.
    ///
    /// @throws LotaException if another run is at work on it
    Held hold() {
        Held held = new Held(new ArrayList<>());
        try {
            for (Output output : outputs) {
                // A run holds its state itself, and in a folder each run has files of its own.
                if (output.kind != OutputKind.STATE && output.kind != OutputKind.FOLDER) {
                    held.locks.add(OutputLock.hold(output.path));
                }
            }
            return held;
        } catch (LotaException e) {
            held.close();
            throw e;
        }
    }

    /// Outputs that no other run gets at.
    record Held(List<OutputLock> locks) implements AutoCloseable {
        @Override
        public void close() {
            locks.forEach(OutputLock::close);
        }
    }
}
