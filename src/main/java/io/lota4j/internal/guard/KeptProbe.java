package io.lota4j.internal.guard;

import io.lota4j.LotaException;
import io.lota4j.guard.AnswersFile;
import io.lota4j.guard.Judge;
import io.lota4j.guard.ProbeAnswer;
import io.lota4j.guard.ProbeOptions;
import io.lota4j.guard.ProbeRow;
import io.lota4j.internal.FileKind;
import io.lota4j.internal.Sha256;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Answers of a probe under way, which it goes on from when it was stopped or killed.
///
/// @param file that keeps them, or null to keep none
public record KeptProbe(@Nullable Path file) {
    /// Keeps none.
    public static final KeptProbe NONE = new KeptProbe(null);

    /// So much of a digest is in a name.
    private static final int SHOWN = 12;

    /// Of all that decides an answer; how answers are judged does not.
    ///
    /// @param beside the name that the file's begins with
    /// @param model what tells it from every other
    public static KeptProbe of(Path beside, String model, List<ProbeRow> rows, ProbeOptions options) {
        String kind = options.judge() instanceof Judge.Margin ? "margins" : "answers";
        String what = Text.format(
                "%s %s %s %s %s %s %d %d %s %d",
                model,
                kind,
                rows,
                options.templates(),
                options.mutations(),
                options.prefill(),
                options.generate(),
                options.samples(),
                options.sampling(),
                options.seed());
        String name = Text.format(
                "%s.%s.part", beside.getFileName(), Sha256.ofText(what).substring(0, SHOWN));
        return new KeptProbe(beside.resolveSibling(name));
    }

    /// The answers that are there, in the order in which they are asked.
    List<ProbeAnswer> read() {
        return file == null || !Files.exists(file) ? List.of() : AnswersFile.read(file);
    }

    /// Keeps all answers so far.
    void write(List<ProbeAnswer> answers) {
        if (file != null) {
            AnswersFile.write(file, answers);
        }
    }

    /// All is asked.
    void remove() {
        if (file == null) {
            return;
        }
        try {
            AtomicFile.delete(file);
        } catch (IOException e) {
            throw new LotaException(file + ": cannot be removed: " + FileKind.reason(e) + ".", e);
        }
    }
}
