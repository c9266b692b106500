package io.lota4j.cli;

import java.util.function.Supplier;

/// One command of `lota`, as the top level knows it: without picocli, which would double the time of `lota --help`.
///
/// @param name what the user types
/// @param summary one line for `lota --help`, and the first line of the command's own help
/// @param factory makes the picocli command object; its class is loaded only then
record CommandEntry(String name, String summary, Supplier<Object> factory) {}
