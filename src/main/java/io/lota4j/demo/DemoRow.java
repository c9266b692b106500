package io.lota4j.demo;

/// A row of the demo's data, for `--prompt '{prompt}' --completion '{completion}'`.
///
/// @param prompt `name:argument`
/// @param completion the right answer
public record DemoRow(String prompt, String completion) {}
