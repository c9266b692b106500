package io.lota4j.cli;

import io.lota4j.LotaException;
import io.lota4j.RowOptions;
import io.lota4j.data.file.DataFiles;
import io.lota4j.internal.Suggestions;
import io.lota4j.internal.Text;
import io.lota4j.train.fit.FitConfig;
import io.lota4j.train.fit.FitConfig.Answers;
import io.lota4j.train.fit.FitConfig.Per;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// How a merge's coefficients are fitted, as a picocli group.
final class FitOptions {
    /// What the completion of a row is that nobody looks at.
    private static final String ANY = "-";

    @Reads
    @Option(
            names = "--model",
            converter = ModelDirectory.class,
            paramLabel = "DIR",
            description = "The base that the tickets are for, a Hugging Face directory.")
    private @Nullable Path model;

    @Reads
    @Option(
            names = "--prompts",
            paramLabel = "T=F",
            converter = Named.OfPath.class,
            description = "Rows of a ticket's task that nothing is judged by later; T is the name of the ticket's file"
                    + " before its .ticket.safetensors. Repeat for each ticket.")
    private List<Named<Path>> prompts = new ArrayList<>();

    @Option(
            names = "--prompt",
            paramLabel = "T=TEXT",
            converter = Named.OfText.class,
            description = "Template of the user's message in a ticket's rows, with {columns}. Not needed for rows that"
                    + " say it themselves.")
    private List<Named<String>> templates = new ArrayList<>();

    @Option(
            names = "--completion",
            paramLabel = "T=TEXT",
            converter = Named.OfText.class,
            description = "Template of the assistant's message, beside --prompt with --answers given.")
    private List<Named<String>> completions = new ArrayList<>();

    @Option(
            names = "--per",
            paramLabel = "WHAT",
            description = "matrix: a coefficient for each ticket and matrix; task: one for each ticket (default:"
                    + " matrix).")
    private @Nullable Per per;

    @Option(
            names = "--answers",
            paramLabel = "WHOSE",
            description = "At which tokens behind the prompts the merge is held against a ticket: own, those that the"
                    + " ticket alone answers, or given, those of the rows (default: own).")
    private @Nullable Answers answers;

    @Option(
            names = "--steps",
            paramLabel = "N",
            converter = Numbers.LongCount.class,
            description = "Steps of Adam (default: 60).")
    private @Nullable Long steps;

    @Option(
            names = "--rate",
            paramLabel = "R",
            converter = Numbers.Positive.class,
            description = "Its rate, which falls to zero (default: 0.03).")
    private @Nullable Double rate;

    @Option(
            names = "--batch",
            paramLabel = "B",
            converter = Numbers.Count.class,
            description = "Prompts of each ticket in a step (default: 8).")
    private @Nullable Integer batch;

    @Option(
            names = "--rows",
            paramLabel = "N",
            converter = Numbers.Count.class,
            description = "Use the first N prompts of each ticket only (default: 64).")
    private @Nullable Integer rows;

    @Option(
            names = "--generate",
            paramLabel = "K",
            converter = Numbers.Count.class,
            description = "Most tokens of a ticket's own answer (default: 64).")
    private @Nullable Integer generate;

    /// Refuses all of them where nothing is fitted.
    void refuse() {
        if (model != null
                || per != null
                || answers != null
                || steps != null
                || rate != null
                || batch != null
                || rows != null
                || generate != null
                || !prompts.isEmpty()
                || !templates.isEmpty()
                || !completions.isEmpty()) {
            throw new LotaException("--model, --prompts, --prompt, --completion, --per, --answers, --steps, --rate,"
                    + " --batch, --rows and --generate are for --method fit.");
        }
    }

    Path model() {
        if (model == null) {
            throw new LotaException("--method fit needs --model, the base that the tickets are for: the merge is run on"
                    + " the prompts.");
        }
        return model;
    }

    FitConfig config(long seed) {
        FitConfig by = FitConfig.DEFAULT;
        return new FitConfig(
                per == null ? by.per() : per,
                steps == null ? by.steps() : steps,
                rate == null ? by.rate() : rate,
                batch == null ? by.batch() : batch,
                rows == null ? by.rows() : rows,
                answers == null ? by.answers() : answers,
                generate == null ? by.generate() : generate,
                seed);
    }

    /// Where one ticket's prompts come from.
    record Prompts(DataFiles files, RowOptions rows) {}

    /// Those of the tickets, in their order.
    ///
    /// @throws LotaException when a ticket has none, or a name is no ticket's or two tickets'
    List<Prompts> prompts(List<Path> tickets) {
        List<String> names = tickets.stream().map(Named::of).toList();
        for (String name : names) {
            if (names.indexOf(name) != names.lastIndexOf(name)) {
                throw new LotaException(Text.format(
                        "Two tickets have the file name %s, so prompts cannot be told apart; rename one.", name));
            }
        }
        SequencedMap<String, Path> files = byTicket("--prompts", prompts, names);
        Map<String, String> users = byTicket("--prompt", templates, names);
        Map<String, String> assistants = byTicket("--completion", completions, names);
        List<String> without =
                names.stream().filter(name -> !files.containsKey(name)).toList();
        if (!without.isEmpty()) {
            throw new LotaException(Text.format(
                    "--method fit needs prompts of each ticket's task; there are none for %s. Give %s.",
                    String.join(", ", without),
                    without.stream().map(name -> "--prompts " + name + "=F").collect(Collectors.joining(" "))));
        }
        return names.stream()
                .map(name -> new Prompts(
                        DataFiles.of(files.getOrDefault(name, Path.of(""))),
                        rows(users.get(name), assistants.get(name))))
                .toList();
    }

    private RowOptions rows(@Nullable String user, @Nullable String assistant) {
        RowOptions read = user == null && assistant == null
                ? RowOptions.chats()
                : new RowOptions(
                        user,
                        assistant == null && answers != Answers.GIVEN ? ANY : assistant,
                        RowOptions.chats().maxLength(),
                        RowOptions.chats().limit());
        return read.limit(config(0).rows());
    }

    private static <T> SequencedMap<String, T> byTicket(String option, List<Named<T>> given, List<String> names) {
        SequencedMap<String, T> byTicket = new LinkedHashMap<>();
        for (Named<T> one : given) {
            if (!names.contains(one.name())) {
                throw new LotaException(Text.format(
                        "%s %s: no ticket is called %s; they are %s.%s",
                        option, one, one.name(), String.join(", ", names), Suggestions.hint(one.name(), names)));
            }
            if (byTicket.put(one.name(), one.given()) != null) {
                throw new LotaException(Text.format("%s was given twice for the ticket %s.", option, one.name()));
            }
        }
        return byTicket;
    }
}
