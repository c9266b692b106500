package io.lota4j.experiment;

/// What an engine would have to do for an experiment.
///
/// @param works of the experiment in all
/// @param left of them, not done yet
/// @param atOnce at most so many of those can be done at the same time
/// @param memory that one takes at most, in bytes, from sizes alone
/// @param travels bytes that a process is sent with each work; everything else it reads where all see it
public record WorkPlan(int works, int left, int atOnce, long memory, long travels) {}
