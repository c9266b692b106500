package io.lota4j.internal.experiment;

import java.util.List;

/// What an experiment's probes are about: who may undo which behaviour, and how.
///
/// @param behaviour that is protected, in words
/// @param actor who may undo it
/// @param access what that one can do to the model
/// @param budget how much of it was tried, in words
/// @param notTested what was not tried
public record Risk(String behaviour, Actor actor, Access access, String budget, List<String> notTested) {
    /// What no probe of text tries.
    public static final List<String> NEVER_TESTED = List.of("images", "tools", "audio");

    /// Who may undo a behaviour.
    public enum Actor {
        /// Nobody wants it undone.
        ACCIDENT,
        /// Somebody wants it undone, and knows of no protection.
        USER,
        /// Somebody wants it undone, and works around the protection.
        ADAPTIVE
    }

    /// What somebody can do to a model.
    public enum Access {
        PROMPTS,
        FINE_TUNING,
        WEIGHTS,
        SOFT_INPUT
    }

    /// Copies the list.
    public Risk {
        notTested = List.copyOf(notTested);
    }
}
