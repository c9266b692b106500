package io.lota4j.internal.experiment;

import io.lota4j.data.Labels.LossOn;
import io.lota4j.data.file.DataPart;
import io.lota4j.internal.data.file.OnBadRow;
import io.lota4j.internal.train.Ranges;
import io.lota4j.train.objective.Objective;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// One task: its data, how rows become chats, and how answers are judged.
///
/// @param name in tables and directories
/// @param train files or folders of rows, with their weights, at least one
/// @param test file of rows, or a folder that has the split `test`
/// @param validation file of rows, a folder that has the split `validation`, or null: then the last of the rows taken
///     from the training file
/// @param rows how many rows are taken of each
/// @param prompt template of the user's message, or null for rows that say it themselves
/// @param completion template of the assistant's message; null exactly when `prompt` is
/// @param allowSpecial whether the text of control tokens in rows stands for these tokens
/// @param lossOn which turns of the assistant carry loss
/// @param onBadRow what is done about rows of any of its files that cannot be used
/// @param maxLength longest example, tokens
/// @param generate most new tokens of an answer; 0: answers are not generated
/// @param answer regular expression that picks the answer out of a text, or null for all of it
/// @param steps of training, where they differ from the experiment's
/// @param objective of training, or null where it does not differ from the experiment's
/// @param later who trains it where that is somebody else, whom no protection reaches; else null
public record Task(
        String name,
        List<DataPart> train,
        Path test,
        @Nullable Path validation,
        Rows rows,
        @Nullable String prompt,
        @Nullable String completion,
        boolean allowSpecial,
        LossOn lossOn,
        OnBadRow onBadRow,
        int maxLength,
        int generate,
        @Nullable String answer,
        OptionalLong steps,
        @Nullable Objective objective,
        @Nullable Later later) {
    /// @throws io.lota4j.LotaException with every number that is out of its range
    public Task {
        new Ranges()
                .atLeast(1, maxLength, "longest example")
                .atLeast(0, generate, "most new tokens of an answer")
                .atLeast(1, steps.orElse(1), "steps")
                .requireNone();
    }

    /// Whether runs learn it by their own method.
    public boolean isOwn() {
        return later == null || later.by().isEmpty();
    }

    /// A stage of somebody else.
    ///
    /// @param by how that one trains, each in runs of its own; empty: as the run's method does
    public record Later(List<Variant> by) {
        /// Copies the list.
        public Later {
            by = List.copyOf(by);
        }
    }

    /// @param train rows to train on, at most
    /// @param validation rows for choosing settings; 0: none
    /// @param test rows to judge on, at most
    public record Rows(int train, int validation, int test) {
        /// @throws io.lota4j.LotaException with every number that is out of its range
        public Rows {
            new Ranges()
                    .atLeast(1, train, "rows to train on")
                    .atLeast(0, validation, "rows for choosing settings")
                    .atLeast(1, test, "rows to judge on")
                    .requireNone();
        }
    }
}
