package io.lota4j.campaign;

import io.lota4j.internal.checkpoint.AtomicFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;

/// Starts a command again after something went wrong, and follows what it says, as somebody would who reads it.
///
/// @param folder the working directory
/// @param log what the last run printed
/// @param expected all that is there in the end
record Retry(Path folder, Path log, SortedMap<String, byte[]> expected) {
    /// How often a command may ask for another flag.
    private static final int ANSWERS = 3;

    /// How a command ends that refuses to write over its own result.
    private static final String THERE = "refused, for all is there";

    /// Starts a command until it has worked, or has said that there is nothing to do.
    ///
    /// @param command as it was started before; its last word is its result
    /// @return how it came to its end; what a refusal says that names no way out
    String run(List<String> command) throws IOException, InterruptedException {
        List<String> arguments = command;
        String how = "as before";
        for (int answer = 0; answer <= ANSWERS; answer++) {
            LotaProcess process = LotaProcess.start(folder, log, arguments);
            int code = process.await();
            String output = process.output();
            if (code == 0) {
                return how;
            }
            if (output.contains("is not empty; give a directory that does not exist or is empty")) {
                if (difference(THERE).isEmpty()) {
                    return THERE;
                }
                how = "in a folder made empty";
                AtomicFile.deleteTree(folder.resolve(command.getLast()));
                continue;
            }
            String asked = asked(output);
            if (asked.isEmpty() || arguments.contains(asked)) {
                return "refused (" + code + "): " + output.strip();
            }
            arguments = Inputs.command(arguments, asked);
            how = String.join(" ", arguments.subList(command.size(), arguments.size()));
        }
        return "refused again and again";
    }

    /// What is otherwise than it is to be, in words.
    ///
    /// @param how the last run came to its end: one that was refused leaves the lock that it found
    String difference(String how) throws IOException {
        SortedMap<String, byte[]> found = Tree.contents(folder, name -> !how.equals(THERE) || !name.endsWith(".lock"));
        found.computeIfPresent(Inputs.METRICS, (name, rows) -> lastRows(rows));
        return Tree.difference(expected, found);
    }

    /// A log is appended to: a run that ended before it had a state left rows that the one after it knows nothing of.
    private byte[] lastRows(byte[] rows) {
        int length = expected.getOrDefault(Inputs.METRICS, rows).length;
        return Arrays.copyOfRange(rows, Math.max(0, rows.length - length), rows.length);
    }

    /// The flag that a refusal asks for.
    private static String asked(String output) {
        if (output.contains("--force to replace it")) {
            return "--force";
        }
        if (output.contains("--restart")) {
            return "--restart";
        }
        return output.contains("--resume") || output.contains("Resume it") ? "--resume" : "";
    }
}
