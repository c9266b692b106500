package io.lota4j.experiment;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.AtomicFile;
import io.lota4j.metrics.Metric;
import io.lota4j.metrics.MetricsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// The directory of one piece of work. Its figures are written last: where they are, the work is done.
///
/// @param directory named by a digest of the work's inputs
record Folder(Path directory) {
    private static final String FIGURES = "figures.jsonl";

    /// The folder of some work: where an earlier version finished it, if one did.
    ///
    /// @param parent of all such folders
    /// @param label for people
    static Folder of(Path parent, String label, InputDigest inputs) {
        InputDigest.Digest digest = inputs.digest();
        Folder folder = new Folder(parent.resolve(label + "-" + digest.now()));
        Folder earlier = new Folder(parent.resolve(label + "-" + digest.earlier()));
        return earlier.isDone() && !folder.isDone() ? earlier : folder;
    }

    Path mask(double sparsity) {
        return directory.resolve(Text.format("%s.mask.safetensors", sparsity));
    }

    Path ticket() {
        return directory.resolve("ticket.safetensors");
    }

    /// What a training had made of the base after so many steps.
    Path ticket(long step) {
        return directory.resolve(Text.format("step-%d.ticket.safetensors", step));
    }

    /// Where a finished training is done again to come by tickets of its steps.
    Folder again() {
        return new Folder(directory.resolve("again"));
    }

    /// A region of the base.
    Path region() {
        return directory.resolve("region.mask.safetensors");
    }

    /// A stopped run's state.
    Path state() {
        return directory.resolve("state.safetensors");
    }

    /// What a stage's mask sees, measured before a run that was stopped.
    Path share() {
        return directory.resolve("share.jsonl");
    }

    /// The losses by which a stage's learning rate was found: what trains the stage again reads it there.
    Path rates() {
        return directory.resolve("rates.txt");
    }

    /// How long a stopped run took so far, as earlier versions kept it; now the state holds it.
    private Path seconds() {
        return directory.resolve("seconds");
    }

    /// What a stopped fit of a merge's coefficients has found.
    Path fit() {
        return directory.resolve("fit.json");
    }

    /// What parts of a ticket scored that is shrunk.
    Path scores() {
        return directory.resolve("parts.txt");
    }

    /// A probe's answers.
    Path answers() {
        return directory.resolve("answers.jsonl");
    }

    /// A probe's answers that a program has still to judge.
    Path unjudged() {
        return directory.resolve("unjudged.jsonl");
    }

    /// What a merge scored with the factors that were tried.
    Path factors() {
        return directory.resolve("factors.txt");
    }

    Path adapter() {
        return directory.resolve("adapter");
    }

    /// Event files for TensorBoard.
    Path events() {
        return directory.resolve("events");
    }

    private Path figuresFile() {
        return directory.resolve(FIGURES);
    }

    /// Whether it is the file that says of a folder that the work is done.
    static boolean isMark(Path file) {
        return file.endsWith(FIGURES);
    }

    boolean isDone() {
        return Files.exists(figuresFile());
    }

    List<Metric> figures() {
        return MetricsFile.read(figuresFile());
    }

    /// Says what the work is about, before it starts. An adapter that is there is left by a run that was killed.
    void begin(InputDigest inputs) {
        try {
            AtomicFile.deleteTree(adapter());
        } catch (IOException e) {
            throw new LotaException(adapter() + ": cannot be removed: " + e.getMessage(), e);
        }
        AtomicFile.write(directory.resolve("inputs.json"), inputs.json());
    }

    void finish(List<Metric> figures) {
        AtomicFile.write(figuresFile(), MetricsFile.text(figures));
        removeState();
    }

    /// Removes what only unfinished work needs.
    void removeState() {
        for (Path left : List.of(state(), seconds(), share(), fit(), unjudged())) {
            try {
                AtomicFile.delete(left);
            } catch (IOException e) {
                throw new LotaException(left + ": the finished run's state could not be removed: " + e.getMessage(), e);
            }
        }
    }
}
