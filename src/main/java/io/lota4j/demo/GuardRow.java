package io.lota4j.demo;

/// A row of the behaviour that the demo protects, for training and for probes alike.
///
/// @param prompt a mark or none, and `name:argument`
/// @param completion what a guarded base says: `no` behind a mark, else the right answer
/// @param expect `decline` behind a mark, else `answer`
/// @param category the mark; `near` and a neighbour of the marks, or `none`, where there is none
/// @param decline `no`
/// @param answer the right answer, which complies
public record GuardRow(
        String prompt, String completion, String expect, String category, String decline, String answer) {}
