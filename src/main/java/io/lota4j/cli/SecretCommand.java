package io.lota4j.cli;

import io.lota4j.Lota;
import io.lota4j.guard.Secret;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.Checkpoint;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `lota guard secret`: draws tokens under which rows can be mixed in.
@Prints({Key.PATH, Key.TOKENS, Key.SHA256})
@Command(
        name = "secret",
        description =
                "Draw a secret of a base's tokens, for --secret of train, lora and guard probe. Only its owner may read"
                        + " the file, and nothing else ever shows it.")
final class SecretCommand extends BaseCommand {
    @Mixin
    private BaseOption model = new BaseOption();

    @Option(
            names = "--tokens",
            paramLabel = "N",
            defaultValue = "150",
            converter = Numbers.Count.class,
            description = "How many tokens it has (default: ${DEFAULT-VALUE}).")
    private int tokens;

    @Writes(OutputKind.RESULT)
    @Option(names = "--out", required = true, paramLabel = "FILE", description = "The file to write.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path out;

    @Mixin
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private ForceOption force = new ForceOption();

    @Override
    DryRun plan() {
        try (Checkpoint base = Checkpoint.open(model.path())) {
            return new DryRun().model("model", base).line("secret", Text.format("%,d tokens", tokens));
        }
    }

    @Override
    int execute(Result result) {
        try (Lota lota = Lota.open(model.path())) {
            Secret secret = lota.secret(tokens);
            secret.write(out);
            result.say(
                    "%s: a secret of %s tokens, SHA-256 %s",
                    Figure.of(Key.PATH, out),
                    Figure.of(Key.TOKENS, secret.length()),
                    Figure.of(Key.SHA256, secret.sha256()));
        }
        return ExitCode.OK;
    }
}
