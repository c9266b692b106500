package io.lota4j.internal.experiment;

import io.lota4j.internal.Text;
import io.lota4j.internal.train.SettingsText;
import io.lota4j.train.objective.ConstrainedSft;
import java.util.Locale;

/// The first tokens of a task's answers are held near what was expected there before. Choosing a
/// mask is left as it is, so that a constrained run trains the weights that the one without does.
///
/// @param objective what is minimised on the task's rows
/// @param reference before what
public record Constraint(ConstrainedSft objective, Reference reference) implements Safeguard {
    /// Whose log-probabilities tokens are held near.
    public enum Reference {
        /// Of the model that a stage starts from.
        START,
        /// Of the base, at every stage.
        BASE
    }

    @Override
    public boolean isMerged() {
        return true;
    }

    @Override
    public String text() {
        return Text.format(
                "constraint first %s prefix %s length %d rest %s reference %s",
                SettingsText.number(objective.first()),
                SettingsText.number(objective.prefix()),
                objective.length(),
                SettingsText.number(objective.rest()),
                reference.name().toLowerCase(Locale.ROOT));
    }
}
