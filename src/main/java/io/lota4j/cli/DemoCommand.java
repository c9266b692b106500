package io.lota4j.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `lota demo`: the built-in base, its data and its tasks.
@Command(subcommands = DemoDataCommand.class)
final class DemoCommand {
    static final String NAME = "demo";

    @Mixin
    private CommonOptions common = new CommonOptions();
}
