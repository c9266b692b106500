package io.lota4j.cli;

import io.lota4j.LotaException;
import io.lota4j.MergeOptions;
import io.lota4j.internal.Text;
import io.lota4j.internal.merge.run.MergeReportFile;
import io.lota4j.internal.merge.run.TicketMerge;
import io.lota4j.internal.ticket.MappedTicket;
import io.lota4j.merge.Compat;
import io.lota4j.merge.run.MergeReport;
import io.lota4j.ticket.TicketInfo;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// How tickets are merged, as a picocli group.
final class TicketMergeOptions {
    private static final String FIT = "fit";
    private static final String WEIGHT = "weight";

    @Option(
            names = "--method",
            paramLabel = "NAME",
            description = "add (default), linear, task_arithmetic, ties, dare_linear, dare_ties, della_linear, della, "
                    + "breadcrumbs, breadcrumbs_ties, sce, ram, ramplus_tl, nuslerp, multislerp, or fit, which finds "
                    + "coefficients on prompts.")
    private @Nullable String method;

    @Option(
            names = "--weight",
            paramLabel = "W",
            description = "The weight of a ticket: repeated for each, or once for all (default: 1).")
    private List<String> weights = new ArrayList<>();

    @Option(
            names = "--parameter",
            paramLabel = "NAME=V[,V...]",
            description = "A parameter of the method, such as density=0.2: one value, or one for each ticket.")
    private List<String> parameters = new ArrayList<>();

    @Option(
            names = "--compat",
            paramLabel = "WHOSE",
            description = "Whose definition of the method to follow: paper (default), mergekit or peft.")
    private @Nullable String compat;

    @Option(
            names = "--seed",
            paramLabel = "N",
            converter = Numbers.Seed.class,
            description = "Seed for methods that use random numbers, and of the order of a fit's prompts (default: 0).")
    private @Nullable Long seed;

    @Option(
            names = "--tune",
            paramLabel = "WHAT",
            description = "factor: multiply all changes of the merge by one factor, the best of twelve from 0.1 to 2 on"
                    + " --validation rows; for every method but fit.")
    private @Nullable Tuned tune;

    /// What may be tuned.
    enum Tuned {
        FACTOR
    }

    @Writes(OutputKind.REPORT)
    @Option(
            names = "--report",
            paramLabel = "F.json",
            description = "Write what each ticket contributed and kept, tensor by tensor, as JSON.")
    private @Nullable Path report;

    /// Refuses all of them, beside a recipe.
    void refuse() {
        if (method != null
                || compat != null
                || seed != null
                || report != null
                || tune != null
                || !weights.isEmpty()
                || !parameters.isEmpty()) {
            throw new LotaException(
                    "--method, --weight, --parameter, --compat, --seed, --tune and --report are for tickets; "
                            + "a recipe says these things itself.");
        }
    }

    /// Whether coefficients are to be fitted; refuses what has no meaning then.
    boolean fits() {
        boolean fits = FIT.equals(method);
        if (fits && (compat != null || tune != null || !weights.isEmpty() || !parameters.isEmpty())) {
            throw new LotaException(
                    "--weight, --parameter, --compat and --tune cannot be used with --method fit, which finds the"
                            + " weights itself.");
        }
        return fits;
    }

    /// Whether a factor is to be chosen.
    boolean tunes() {
        return tune != null;
    }

    /// How the tickets are merged.
    MergeOptions how() {
        return new MergeOptions(method == null ? "add" : method, reading(), given(), seed());
    }

    /// Seed of what is drawn.
    long seed() {
        return seed == null ? 0 : seed;
    }

    /// Where the report goes, or null.
    @Nullable
    Path report() {
        return report;
    }

    private record Merged(Sentence ticket, MergeReport report) {}

    void merge(List<Path> tickets, Path out, Result result) {
        TicketMerge merge = merge(tickets.size());
        Merged merged = Rescue.write(out, file -> {
            MergeReport made = merge.merge(tickets, Runtime.getRuntime().availableProcessors(), file);
            if (report != null) {
                MergeReportFile.write(report, made);
            }
            return new Merged(ticket(file), made);
        });
        result.say(merged.ticket());
        MergeReportText.tell(result, merged.report());
    }

    private static Sentence ticket(Path file) {
        try (MappedTicket ticket = MappedTicket.open(file)) {
            return ResultLines.ticket(ticket);
        }
    }

    DryRun plan(List<Path> tickets, Path out) {
        TicketMerge merge = merge(tickets.size());
        DryRun plan = new DryRun()
                .line(
                        "method",
                        Text.format(
                                "%s, as %s reads it",
                                merge.method().name(), merge.compat().word()));
        long bytes = 0;
        List<TicketInfo> infos = TicketMerge.check(tickets, out);
        for (int i = 0; i < infos.size(); i++) {
            Path file = tickets.get(i);
            plan.line(
                    "ticket",
                    Text.format("%s: for the base %s", file, infos.get(i).base()));
            bytes += file.toFile().length();
        }
        return plan.disk(out, bytes);
    }

    private TicketMerge merge(int tickets) {
        MergeOptions how = how();
        return TicketMerge.by(how.method(), how.compat(), how.parameters(), how.seed(), tickets);
    }

    private Compat reading() {
        if (compat == null) {
            return Compat.PAPER;
        }
        return Compat.of(compat)
                .orElseThrow(() ->
                        new LotaException(Text.format("--compat must be paper, mergekit or peft, found %s.", compat)));
    }

    private Map<String, List<Double>> given() {
        Map<String, List<Double>> given = new LinkedHashMap<>();
        if (!weights.isEmpty()) {
            given.put(WEIGHT, weights.stream().map(w -> number("--weight", w)).toList());
        }
        for (String parameter : parameters) {
            int equals = parameter.indexOf('=');
            if (equals <= 0) {
                throw new LotaException(Text.format("--parameter must be NAME=VALUE, found %s.", parameter));
            }
            String name = parameter.substring(0, equals);
            List<Double> values = Arrays.stream(parameter.substring(equals + 1).split(",", -1))
                    .map(value -> number("--parameter " + name, value))
                    .toList();
            if (given.put(name, values) != null) {
                throw new LotaException(Text.format("The parameter '%s' was given twice.", name));
            }
        }
        return given;
    }

    private static double number(String flag, String text) {
        if (text.equals("true") || text.equals("false")) {
            return text.equals("true") ? 1 : 0;
        }
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw new LotaException(Text.format("%s: expected a number, true or false, found '%s'.", flag, text), e);
        }
    }
}
