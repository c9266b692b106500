package io.lota4j.campaign;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A file system that is mounted for a while, where that is allowed.
///
/// @param folder that it is mounted at
/// @param mounted whether it is
record Mount(Path folder, boolean mounted) implements AutoCloseable {
    /// @param folder that is empty
    /// @param arguments of mount(8) before the folder
    static Mount of(Path folder, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("mount"));
        command.addAll(List.of(arguments));
        command.add(folder.toString());
        return new Mount(folder, run(command.toArray(String[]::new)));
    }

    /// Runs a program.
    ///
    /// @return whether it ended well; false where there is none of that name
    static boolean run(String... command) throws InterruptedException {
        try {
            return new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException noSuchProgram) {
            return false;
        }
    }

    @Override
    public void close() throws InterruptedException {
        if (mounted && !run("umount", folder.toString())) {
            throw new AssertionError(folder + " cannot be unmounted");
        }
    }
}
