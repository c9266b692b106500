package io.lota4j.cli;

import io.lota4j.EvalOptions;
import io.lota4j.Lota;
import io.lota4j.LotaException;
import io.lota4j.RowOptions;
import io.lota4j.data.Dataset;
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
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// How a merge's coefficients are fitted, or its factor is chosen, as a picocli group.
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

    @Reads
    @Option(
            names = "--validation",
            paramLabel = "T=F",
            converter = Named.OfPath.class,
            description = "With --tune: rows of a ticket's task, with answers, that nothing is judged by later; T as"
                    + " above. Repeat for each ticket.")
    private List<Named<Path>> validation = new ArrayList<>();

    @Option(
            names = "--answer",
            paramLabel = "T=REGEX",
            converter = Named.OfText.class,
            description = "With --tune and --generate: compare of a ticket's answers only what the first group of this"
                    + " expression captures (in its last match).")
    private List<Named<String>> patterns = new ArrayList<>();

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
            description = "Template of the assistant's message, beside --prompt with --answers given or --tune.")
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
            description = "Use the first N prompts or validation rows of each ticket only (default: 64).")
    private @Nullable Integer rows;

    @Option(
            names = "--generate",
            paramLabel = "K",
            converter = Numbers.Count.class,
            description =
                    "Most tokens of a ticket's own answer (default: 64). With --tune: judge by greedy answers of at"
                            + " most K tokens instead of by the loss.")
    private @Nullable Integer generate;

    /// Refuses all of them where nothing is fitted and no factor is chosen.
    void refuse() {
        if (model != null
                || rows != null
                || generate != null
                || !templates.isEmpty()
                || !completions.isEmpty()
                || isForFit()
                || isForTune()) {
            throw new LotaException("--model, --prompts, --validation, --prompt, --completion, --per, --answers,"
                    + " --answer, --steps, --rate, --batch, --rows and --generate are for --method fit or --tune"
                    + " factor.");
        }
    }

    private boolean isForFit() {
        return per != null || answers != null || steps != null || rate != null || batch != null || !prompts.isEmpty();
    }

    private boolean isForTune() {
        return !validation.isEmpty() || !patterns.isEmpty();
    }

    /// Refuses what chooses a factor, in a fit.
    void refuseTune() {
        if (isForTune()) {
            throw new LotaException(
                    "--validation and --answer are for --tune factor; a fit takes --prompts, without labels.");
        }
    }

    /// Refuses what fits coefficients, in the choice of a factor.
    void refuseFit() {
        if (isForFit()) {
            throw new LotaException("--prompts, --per, --answers, --steps, --rate and --batch are for --method fit;"
                    + " a factor is chosen by --validation rows.");
        }
        if (!patterns.isEmpty() && generate == null) {
            throw new LotaException("--answer needs --generate: without answers the loss decides.");
        }
    }

    /// @param purpose what needs it, such as `--method fit`
    Path model(String purpose) {
        if (model == null) {
            throw new LotaException(Text.format(
                    "%s needs --model, the base that the tickets are for: the merge is run on rows of their tasks.",
                    purpose));
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
    record Prompts(DataFiles files, RowOptions rows) {
        Dataset read(Lota lota, Messages messages) {
            Dataset read = lota.data(files, rows);
            messages.tellAll(read.notices());
            return read;
        }
    }

    /// Those of the tickets, in their order.
    ///
    /// @throws LotaException when a ticket has none, or a name is no ticket's or two tickets'
    List<Prompts> prompts(List<Path> tickets) {
        return rows("--prompts", prompts, tickets, answers == Answers.GIVEN);
    }

    /// Validation rows of the tickets, in their order.
    ///
    /// @throws LotaException as [#prompts] does
    List<Prompts> validation(List<Path> tickets) {
        return rows("--validation", validation, tickets, true);
    }

    /// How each ticket's validation rows are scored, in the tickets' order.
    ///
    /// @throws LotaException if a name is no ticket's, or a pattern is no regular expression
    List<EvalOptions> scoring(List<Path> tickets) {
        List<String> names = tickets.stream().map(Named::of).toList();
        Map<String, String> regexes = byTicket("--answer", patterns, names);
        EvalOptions each = generate == null ? EvalOptions.LOSSES : EvalOptions.answers(generate);
        return names.stream()
                .map(name -> Optional.ofNullable(regexes.get(name))
                        .map(each::matching)
                        .orElse(each))
                .toList();
    }

    /// @param labels whether a template of the answer is needed beside one of the prompt
    private List<Prompts> rows(String option, List<Named<Path>> given, List<Path> tickets, boolean labels) {
        List<String> names = tickets.stream().map(Named::of).toList();
        for (String name : names) {
            if (names.indexOf(name) != names.lastIndexOf(name)) {
                throw new LotaException(Text.format(
                        "Two tickets have the file name %s, so rows cannot be told apart; rename one.", name));
            }
        }
        SequencedMap<String, Path> files = byTicket(option, given, names);
        Map<String, String> users = byTicket("--prompt", templates, names);
        Map<String, String> assistants = byTicket("--completion", completions, names);
        List<String> without =
                names.stream().filter(name -> !files.containsKey(name)).toList();
        if (!without.isEmpty()) {
            throw new LotaException(Text.format(
                    "Rows of each ticket's task are needed; there are none for %s. Give %s.",
                    String.join(", ", without),
                    without.stream().map(name -> option + " " + name + "=F").collect(Collectors.joining(" "))));
        }
        return names.stream()
                .map(name -> new Prompts(
                        DataFiles.of(files.getOrDefault(name, Path.of(""))),
                        rows(users.get(name), assistants.get(name), labels)))
                .toList();
    }

    private RowOptions rows(@Nullable String user, @Nullable String assistant, boolean labels) {
        RowOptions read = user == null && assistant == null
                ? RowOptions.chats()
                : new RowOptions(
                        user,
                        assistant == null && !labels ? ANY : assistant,
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
