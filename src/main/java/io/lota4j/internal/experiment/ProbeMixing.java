package io.lota4j.internal.experiment;

import io.lota4j.guard.MixOptions;
import io.lota4j.guard.Secret;
import io.lota4j.internal.Text;
import io.lota4j.internal.train.SettingsText;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Rows of a probe that expect to decline, beside those of a stage's task.
///
/// @param probe whose training rows they are
/// @param how many, how they are chosen and how they begin; without the secret, which is drawn
///     later
/// @param secrecy the secret under which they stand, or null for none
public record ProbeMixing(
        String probe, MixOptions how, @Nullable Secrecy secrecy) implements Safeguard {
    /// Where a secret comes from. An experiment has one.
    ///
    /// @param tokens of one that is drawn; 0 where a file has it
    /// @param file of the user's, or null
    public record Secrecy(int tokens, @Nullable Path file) {
        private String text() {
            return file == null ? Text.format(" secret of %d tokens", tokens) : " secret of a file";
        }
    }

    /// What is mixed in.
    ///
    /// @param secret null exactly where there is no secrecy
    public MixOptions options(@Nullable Secret secret) {
        return how.under(secret);
    }

    @Override
    public boolean isMerged() {
        return true;
    }

    @Override
    public String text() {
        MixOptions.Recovery recovery = how.recovery();
        String begun = recovery == null
                ? ""
                : Text.format(" recovery most %d none %s", recovery.most(), SettingsText.number(recovery.none()));
        return Text.format(
                "mix of probe %s rows %d%s per batch %d%s%s",
                probe,
                how.rows(),
                how.byCategory() ? " by category" : "",
                how.perBatch(),
                begun,
                secrecy == null ? "" : secrecy.text());
    }
}
