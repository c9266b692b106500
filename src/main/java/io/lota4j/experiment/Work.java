package io.lota4j.experiment;

import java.io.Serializable;
import java.util.Set;

/// A piece of an experiment that a process does by itself, such as a stage of a run.
///
/// @param number in the experiment, from 0: the same wherever the recipe is read
/// @param name for people
/// @param needs the numbers of the works that have to be done before
public record Work(int number, String name, Set<Integer> needs) implements Serializable {
    public Work {
        needs = Set.copyOf(needs);
    }
}
