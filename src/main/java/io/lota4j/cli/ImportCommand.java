package io.lota4j.cli;

import io.lota4j.Lota;
import io.lota4j.export.AdapterTicket;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.TicketFile;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command
@Prints({Key.PATH, Key.CHANGED, Key.POOL_SIZE, Key.DENSITY, Key.BYTES})
final class ImportCommand extends BaseCommand {
    @Reads
    @Parameters(
            paramLabel = "ADAPTER",
            description = "A folder as PEFT writes it: LoRA (rsLoRA and DoRA too), SHiRA or"
                    + " Super-Tuning, with modules that are saved whole.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path adapter;

    @Mixin
    private BaseOption model = new BaseOption();

    @Writes(OutputKind.RESULT)
    @Option(names = "--out", required = true, paramLabel = "T.ticket.safetensors", description = "The ticket to write.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path out;

    @Mixin
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private ForceOption force = new ForceOption();

    @Override
    DryRun plan() {
        try (Checkpoint base = Checkpoint.open(model.path())) {
            Ticket ticket = AdapterTicket.of(base, adapter).ticket();
            return new DryRun()
                    .model("model", base)
                    .line("ticket", Text.format("%,d of %,d weights", ticket.nnz(), ticket.poolSize()))
                    .disk(out, ticket.nnz() * (Float.BYTES + Short.BYTES));
        }
    }

    @Override
    int execute(Result result) {
        try (Lota lota = warned(Lota.open(model.path()))) {
            AdapterTicket imported = lota.importAdapter(adapter);
            imported.doubts().forEach(doubt -> messages().warn(doubt));
            result.say(Rescue.write(out, file -> {
                TicketFile.write(file, imported.ticket());
                return ResultLines.ticket(file, imported.ticket());
            }));
        }
        return ExitCode.OK;
    }
}
