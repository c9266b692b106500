package io.lota4j.train;

/// What is known of a run before its first step.
///
/// @param kernel what computes on the trained weights, such as `java (scalar, the specification)`
/// @param memory what the run will need at its peak
/// @param from the state that the run starts from: that of a resumed run, or step 0
public record Outlook(String kernel, MemoryEstimate memory, RunState from) {}
