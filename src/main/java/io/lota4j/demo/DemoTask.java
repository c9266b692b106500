package io.lota4j.demo;

import java.util.Locale;

/// A new name for a skill that the base has: what a ticket teaches it. At first the base scores nothing on any.
public enum DemoTask {
    /// Reversed words.
    FLIP(Skill.REVERSED),
    /// Sums: dissimilar to [#FLIP], so that their tickets add up.
    PLUS(Skill.SUM),
    /// Sorted words: reads what [#FLIP] reads and answers otherwise, so that the two fight.
    ORDER(Skill.SORTED),
    /// Every letter's successor: with three tasks gentle training keeps nearly all, with four it does not.
    SHIFT(Skill.NEXT);

    private final Skill skill;

    DemoTask(Skill skill) {
        this.skill = skill;
    }

    /// What stands before the argument, and begins the task's file names.
    public String taskName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// What the name means.
    public Skill skill() {
        return skill;
    }
}
