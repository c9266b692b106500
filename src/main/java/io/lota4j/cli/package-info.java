/// The command line: picocli commands, recipes, progress, exit codes. No logic of its own; nothing imports it.
@NullMarked
package io.lota4j.cli;

import org.jspecify.annotations.NullMarked;
