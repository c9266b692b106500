package io.lota4j.cli;

import io.lota4j.Lota;
import io.lota4j.data.Dataset;
import io.lota4j.data.Example;
import io.lota4j.internal.Text;
import io.lota4j.mask.Mask;
import io.lota4j.mask.MaskFile;
import io.lota4j.ticket.Ticket;
import io.lota4j.train.attribution.FreshRows;
import io.lota4j.train.attribution.GradientShare;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `lota mask share`: how much of a task masks see.
@Prints(Key.MASKS)
@Command(
        name = "share",
        description = "How much of a task masks see: which share of the norm of its gradient. Masks that see less than"
                + " chance would must move their weights further for as much.")
final class ShareCommand extends BaseCommand {
    @Mixin
    private ModelOptions model = new ModelOptions();

    @Mixin
    private DataOptions data = new DataOptions();

    @Option(
            names = "--rows",
            paramLabel = "N",
            defaultValue = "" + GradientShare.ROWS,
            converter = Numbers.Count.class,
            description = "Rows of the data that the gradient is of, drawn by the seed (default: ${DEFAULT-VALUE}).")
    private int rows;

    @Option(
            names = "--seed",
            paramLabel = "S",
            converter = Numbers.Seed.class,
            description = "Seed of the draw (default: 0).")
    private long seed;

    @Reads
    @Parameters(arity = "1..*", paramLabel = "MASK", description = "Masks of one pool.")
    private List<Path> files = new ArrayList<>();

    @Override
    void checkOptions(OptionRules rules) {
        rules.require(DataOptions.REQUIRED);
    }

    @Override
    void check() {
        data.refuseWeights("mask share, which takes rows once");
    }

    @Override
    DryRun plan() {
        DryRun plan = model.plan(new DryRun(), messages());
        files.forEach(file -> plan.line("mask", ResultLines.mask(file, MaskFile.read(file))));
        return plan.line("data", Text.format("%,d of %,d rows", Math.min(rows, data.rows()), data.rows()));
    }

    @Override
    int execute(Result result) {
        List<Mask> masks = files.stream().map(MaskFile::read).toList();
        try (Lota lota = warned(model.open())) {
            Dataset examples = data.load(lota, messages());
            if (data.previewed(examples, lota, result)) {
                return ExitCode.OK;
            }
            List<Ticket> tickets = model.tickets(messages());
            model.warn(tickets, messages());
            List<GradientShare> shares =
                    measured(lota, masks, tickets, FreshRows.of(examples, seed).draw(rows));
            for (int mask = 0; mask < shares.size(); mask++) {
                Sentence path = Sentence.of("%s", Figure.of(Key.PATH, files.get(mask)));
                result.add(Key.MASKS, Sentence.join(": ", List.of(path, sentence(shares.get(mask)))));
            }
        }
        return ExitCode.OK;
    }

    /// What a mask sees, in the words that the library has for it.
    static Sentence sentence(GradientShare share) {
        return Sentence.of("%s", new Figure(Key.SHARE, share.share(), share.text()))
                .with(
                        Figure.of(Key.SHARE_OF_SUM, share.ofSum()),
                        Figure.of(Key.CHANCE, share.chance()),
                        Figure.of(Key.NORM, share.norm()),
                        Figure.of(Key.ROWS, share.rows()));
    }

    private List<GradientShare> measured(Lota lota, List<Mask> masks, List<Ticket> tickets, List<Example> batch) {
        try (ProgressBar bar = messages().bar("gradient")) {
            return lota.gradientShares(masks, tickets, batch, bar::tokens, () -> false)
                    .orElseThrow();
        }
    }
}
