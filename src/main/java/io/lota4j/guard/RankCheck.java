package io.lota4j.guard;

/// What a model does without the ranks that a behaviour has alone: they were taken out of its weights,
/// in memory only.
///
/// @param before with all weights
/// @param without them
public record RankCheck(RegionCheck.Seen before, RegionCheck.Seen without) {}
