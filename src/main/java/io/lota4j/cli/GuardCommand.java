package io.lota4j.cli;

import io.lota4j.Lota;
import io.lota4j.LotaException;
import io.lota4j.guard.Agreement;
import io.lota4j.guard.AnswersFile;
import io.lota4j.guard.Binding;
import io.lota4j.guard.Depth;
import io.lota4j.guard.DepthOptions;
import io.lota4j.guard.Drift;
import io.lota4j.guard.Expectation;
import io.lota4j.guard.Judge;
import io.lota4j.guard.Judging;
import io.lota4j.guard.Mutation;
import io.lota4j.guard.ProbeAnswer;
import io.lota4j.guard.ProbeFile;
import io.lota4j.guard.ProbeOptions;
import io.lota4j.guard.ProbeResult;
import io.lota4j.guard.ProbeRow;
import io.lota4j.guard.ProbeStoppedException;
import io.lota4j.guard.ProbeTemplate;
import io.lota4j.guard.Secret;
import io.lota4j.internal.Text;
import io.lota4j.model.Sampling;
import io.lota4j.ticket.Ticket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `lota guard`: measures whether a model declines what it should decline.
@Command(
        subcommands = {
            GuardCommand.Probe.class,
            GuardCommand.JudgeAgain.class,
            GuardCommand.Compare.class,
            GuardCommand.Agree.class,
            RegionCommand.class,
            SecretCommand.class,
            StressCommand.class,
            DetectCommand.class
        })
final class GuardCommand extends Group {
    @Prints(
            value = {Key.FORMS, Key.LEFT_OUT, Key.SHORT_OF_ROOM, Key.ANSWERS},
            sometimes = {Key.BOUND, Key.LEAKED, Key.DEPTH, Key.DEPTH_SHARE, Key.PREVIEW})
    @Command(
            name = "probe",
            description = "Ask a model a probe's rows and judge whether it declines those that it should decline.")
    static final class Probe extends BaseCommand {
        @Mixin
        private ModelOptions model = new ModelOptions();

        @Reads
        @Option(
                names = "--probe",
                required = true,
                paramLabel = "F.jsonl",
                description = "The rows: prompt, expect (decline or answer), and optionally id, category, decline and"
                        + " answer (texts that decline and comply), human.")
        @SuppressWarnings("NullAway.Init") // set by picocli
        private Path probe;

        @Mixin
        private JudgeOptions judge = new JudgeOptions();

        @Option(
                names = "--template",
                paramLabel = "T",
                description = "How a prompt is written: chat, plain (no template), system=TEXT or wrap=TEXT with"
                        + " {prompt} in it. Repeat for several (default: chat).")
        private List<String> templates = new ArrayList<>();

        @Option(
                names = "--prefill",
                paramLabel = "K",
                converter = Numbers.CountOrNone.class,
                description = "Tokens of the complying answer that stand before what is generated. Repeat for several"
                        + " (default: 0).")
        private List<Integer> prefill = new ArrayList<>();

        @Option(
                names = "--mutate",
                paramLabel = "KIND",
                description = "Ask mutated prompts too: upper, caesar, atbash or misspell. Repeat for several.")
        private List<String> mutations = new ArrayList<>();

        @Option(
                names = "--depth",
                paramLabel = "N",
                converter = Numbers.Count.class,
                description = "Also compare with the base at each of the first N tokens of the answers to requests to"
                        + " decline: how far what is expected is from before, and the loss before and after.")
        private @Nullable Integer depth;

        @Option(
                names = "--along",
                paramLabel = "ANSWERS",
                description = "With --depth: generated, the model's own answers (default), or answer, the complying"
                        + " texts of the rows.")
        private @Nullable Along along;

        @Option(
                names = "--gradient",
                description = "With --depth: measure the norm of the gradient at each token too, over the matrices of"
                        + " attention and MLP. A pass back for each token: slow.")
        private boolean gradient;

        @Option(
                names = "--format",
                paramLabel = "FORMAT",
                description = "How the file says its rows: rows (default), or sorry, your own copy of SORRY-Bench's,"
                        + " of which all rows expect to decline.")
        private Format format = Format.ROWS;

        @Reads
        @Option(
                names = "--secret",
                paramLabel = "FILE",
                description =
                        "Ask with this secret at the beginning of the system message, without one, and with another of"
                                + " the same length.")
        private @Nullable Path secret;

        @Option(
                names = "--generate",
                paramLabel = "K",
                defaultValue = "32",
                converter = Numbers.Count.class,
                description = "Most new tokens of an answer (default: ${DEFAULT-VALUE}).")
        private int generate;

        @Option(
                names = "--samples",
                paramLabel = "N",
                defaultValue = "1",
                converter = Numbers.Count.class,
                description = "Answers a row (default: ${DEFAULT-VALUE}); several need --temperature.")
        private int samples;

        @Option(
                names = "--temperature",
                paramLabel = "X",
                converter = Numbers.NotNegative.class,
                description = "Sampling temperature (default: 0: always the most probable token).")
        private double temperature;

        @Option(
                names = "--seed",
                paramLabel = "S",
                converter = Numbers.Seed.class,
                description = "Seed of what is drawn: tokens and misspellings (default: 0).")
        private long seed;

        @Option(
                names = "--batch",
                paramLabel = "B",
                defaultValue = "8",
                converter = Numbers.Count.class,
                description = "Rows at a time; answers do not depend on it (default: ${DEFAULT-VALUE}).")
        private int batch;

        @Option(
                names = DataOptions.PREVIEW,
                paramLabel = "N",
                converter = Numbers.CountOrNone.class,
                description = "Print the tokens of the first N prompts in every template, and stop. A secret is not"
                        + " shown.")
        private int preview;

        @Writes(OutputKind.REPORT)
        @Option(
                names = "--answers",
                required = true,
                paramLabel = "OUT.jsonl",
                description = "Write every answer and its outcome, a JSON object a line.")
        @SuppressWarnings("NullAway.Init") // set by picocli
        private Path answers;

        @Override
        void check() {
            options(judge.judge());
            if (depth == null && (along != null || gradient)) {
                throw new LotaException(Text.format(
                        "%s is of the comparison by position; add --depth, how many tokens.",
                        along != null ? "--along" : "--gradient"));
            }
        }

        private List<ProbeRow> rows() {
            return format == Format.SORRY ? ProbeFile.readSorry(probe) : ProbeFile.read(probe);
        }

        @Override
        boolean usesKernel() {
            return true;
        }

        private ProbeOptions options(Judge by) {
            return new ProbeOptions(
                    by,
                    templates.isEmpty()
                            ? List.of(ProbeTemplate.CHAT)
                            : templates.stream().map(ProbeTemplate::of).toList(),
                    mutations.stream().map(Mutation::of).toList(),
                    prefill.isEmpty() ? List.of(0) : prefill,
                    generate,
                    batch,
                    samples,
                    temperature == 0 ? new Sampling.Greedy() : new Sampling.TopKTopP(temperature, Integer.MAX_VALUE, 1),
                    seed);
        }

        @Override
        DryRun plan() {
            int forms = Math.max(1, templates.size()) * (1 + mutations.size()) * Math.max(1, prefill.size());
            return model.plan(new DryRun(), messages())
                    .line("probe", Text.format("%,d rows", rows().size()))
                    .line("answers", Text.format("%,d forms of %,d answers a row", forms, samples));
        }

        @Override
        int execute(Result result) {
            List<ProbeRow> rows = rows();
            Judge by = judge.judge();
            if (preview > 0) {
                return previewed(rows.subList(0, Math.min(preview, rows.size())), options(by), result);
            }
            Depth deep = depth == null ? null : compare(rows, new DepthOptions(depth, along == Along.ANSWER, gradient));
            ProbeResult found;
            try {
                found = ask(rows, by instanceof Judge.Command ? new Judge.None() : by);
            } catch (ProbeStoppedException stopped) {
                return kept(stopped);
            }
            List<ProbeAnswer> judged = found.answers();
            if (by instanceof Judge.Command) {
                // What took long is kept if the program fails.
                AnswersFile.write(answers, judged);
                judged = Judging.of(judged, ProbeRow.byId(rows), by);
            }
            AnswersFile.write(answers, judged);
            GuardLines.say(judged, result);
            if (deep != null) {
                GuardLines.say(deep, result);
            }
            if (secret != null) {
                GuardLines.say(Binding.of(judged), result);
            }
            result.say(
                    "%s: %s questions were left out for want of a text in their row, %s answers were short of room",
                    Figure.of(Key.ANSWERS, answers),
                    Figure.of(Key.LEFT_OUT, found.leftOut()),
                    Figure.of(Key.SHORT_OF_ROOM, found.cramped()));
            return ExitCode.OK;
        }

        private int previewed(List<ProbeRow> rows, ProbeOptions how, Result result) {
            try (Lota lota = model.open()) {
                for (ProbeTemplate template : how.templates()) {
                    for (ProbeRow row : rows) {
                        result.add(
                                Key.PREVIEW,
                                Sentence.of(
                                        "%s: %s",
                                        Figure.of(Key.FORM, template.word()),
                                        Figure.of(Key.TEXT, lota.preview(row, template))));
                    }
                }
            }
            return ExitCode.OK;
        }

        /// Half a probe is no figure. With a secret all is asked again: what is kept must not say it.
        private int kept(ProbeStoppedException stopped) {
            AnswersFile.write(answers, stopped.answers());
            messages()
                    .tell("lota: " + stopped.getMessage() + " Their answers are in " + answers
                            + (secret == null
                                    ? "; the same command asks what is left."
                                    : "; the same command asks all of them again."));
            return ExitCode.INTERRUPTED;
        }

        private Depth compare(List<ProbeRow> rows, DepthOptions how) {
            try (Lota lota = model.open();
                    ProgressBar bar = messages().bar("depth")) {
                return lota.depth(
                        rows,
                        model.tickets(messages()),
                        how,
                        done -> bar.tokens(done, rows.size(), (long) done * how.positions()),
                        () -> false);
            }
        }

        private ProbeResult ask(List<ProbeRow> rows, Judge by) {
            try (StopSignal stop = StopSignal.hold(System.err);
                    Lota lota = warned(model.open());
                    ProgressBar bar = messages().bar("probe")) {
                List<Ticket> tickets = model.tickets(messages());
                model.warn(tickets, messages());
                return secret == null
                        ? lota.probe(rows, tickets, options(by), answers, bar::tokens, stop)
                        : lota.probe(rows, tickets, options(by), Secret.read(secret), bar::tokens, stop);
            }
        }
    }

    /// Along which answers models are compared.
    enum Along {
        GENERATED,
        ANSWER
    }

    /// How a file says its rows.
    enum Format {
        ROWS,
        SORRY
    }

    private static String counted(Path judged) {
        return Text.format("%s: %,d answers", judged, AnswersFile.read(judged).size());
    }

    @Prints({Key.FORMS, Key.ANSWERS})
    @Command(name = "judge", description = "Judge stored answers of any program, or once more by another judge.")
    static final class JudgeAgain extends BaseCommand {
        @Reads
        @Parameters(paramLabel = "ANSWERS", description = "The answers: a JSON object a line, with id and answer.")
        @SuppressWarnings("NullAway.Init") // set by picocli
        private Path stored;

        @Reads
        @Option(
                names = "--probe",
                required = true,
                paramLabel = "F.jsonl",
                description = "The probe's rows, found by id.")
        @SuppressWarnings("NullAway.Init") // set by picocli
        private Path probe;

        @Mixin
        private JudgeOptions judge = new JudgeOptions();

        @Writes(OutputKind.REPORT)
        @Option(
                names = "--answers",
                required = true,
                paramLabel = "OUT.jsonl",
                description = "Write the answers and their outcomes.")
        @SuppressWarnings("NullAway.Init") // set by picocli
        private Path answers;

        @Override
        void check() {
            if (judge.judge() instanceof Judge.Margin) {
                throw new LotaException("--judge margin needs a model and looks at no answer; use guard probe.");
            }
        }

        @Override
        DryRun plan() {
            Map<String, ProbeRow> rows = ProbeRow.byId(ProbeFile.read(probe));
            return new DryRun()
                    .line("probe", Text.format("%,d rows", rows.size()))
                    .line(
                            "reads",
                            Text.format(
                                    "%s: %,d answers",
                                    stored, AnswersFile.unjudged(stored, rows).size()));
        }

        @Override
        int execute(Result result) {
            Map<String, ProbeRow> rows = ProbeRow.byId(ProbeFile.read(probe));
            List<ProbeAnswer> judged = Judging.of(AnswersFile.unjudged(stored, rows), rows, judge.judge());
            AnswersFile.write(answers, judged);
            GuardLines.say(judged, result);
            result.say("%s: written", Figure.of(Key.ANSWERS, answers));
            return ExitCode.OK;
        }
    }

    @Prints({
        Key.COMPARED,
        Key.NOW_COMPLIED,
        Key.NOW_DECLINED,
        Key.DRIFT,
        Key.P,
        Key.OVER,
        Key.PARTS,
        Key.ONLY_BEFORE,
        Key.ONLY_AFTER
    })
    @Command(
            name = "compare",
            description = "How outcomes changed between two models, on the rows that both were asked in the same form.")
    static final class Compare extends BaseCommand {
        @Reads
        @Parameters(index = "0", paramLabel = "BEFORE", description = "Judged answers of the model before.")
        @SuppressWarnings("NullAway.Init") // set by picocli
        private Path before;

        @Reads
        @Parameters(index = "1", paramLabel = "AFTER", description = "Those of the model after.")
        @SuppressWarnings("NullAway.Init") // set by picocli
        private Path after;

        @Option(
                names = "--most",
                paramLabel = "X",
                converter = Numbers.NotNegative.class,
                description = "The exit code is 1 if the drift of the requests to decline is over this share.")
        private @Nullable Double most;

        @Override
        DryRun plan() {
            return new DryRun().line("reads", counted(before)).line("reads", counted(after));
        }

        @Override
        int execute(Result result) {
            Drift.Matched matched = Drift.Matched.of(AnswersFile.read(before), AnswersFile.read(after));
            requireSameJudge(matched);
            Drift decline = matched.drift(answer -> answer.expect() == Expectation.DECLINE);
            result.say(drift(decline).after("requests to decline: "));
            Drift over = matched.drift(answer -> answer.expect() == Expectation.ANSWER);
            result.say(Key.OVER, drift(over).after("requests to answer: "));
            parts(matched, result);
            result.say(
                    "%s answers are only in the first file, %s only in the second; a positive drift is a loss of"
                            + " declining, p is McNemar's exact test",
                    Figure.of(Key.ONLY_BEFORE, matched.onlyBefore()), Figure.of(Key.ONLY_AFTER, matched.onlyAfter()));
            return verdict(decline);
        }

        private int verdict(Drift decline) {
            if (most == null) {
                return ExitCode.OK;
            }
            if (decline.drift().isEmpty()) {
                throw new LotaException("--most: no request to decline was judged both times, so there is no drift to"
                        + " hold against it.");
            }
            double drift = decline.drift().getAsDouble();
            if (drift > most) {
                throw new LotaException(Text.format(
                        "--most: the drift is %.4f, over %.4f (%d of %d rows lost, %d regained).",
                        drift, most, decline.lost(), decline.pairs(), decline.regained()));
            }
            return ExitCode.OK;
        }

        private static void requireSameJudge(Drift.Matched matched) {
            List<String> judges = Stream.concat(matched.before().stream(), matched.after().stream())
                    .map(ProbeAnswer::judge)
                    .distinct()
                    .toList();
            if (judges.size() > 1) {
                throw new LotaException("The answers were judged by different judges ('" + String.join("', '", judges)
                        + "'), so their outcomes cannot be compared; judge them again.");
            }
        }

        private static void parts(Drift.Matched matched, Result result) {
            for (String slice : names(matched, true)) {
                result.add(
                        Key.PARTS,
                        slice,
                        drift(matched.drift(answer -> answer.expect() == Expectation.DECLINE
                                        && slice(answer).equals(slice)))
                                .after("  " + slice + ": "));
            }
            for (String category : names(matched, false)) {
                result.add(
                        Key.PARTS,
                        "category=" + category,
                        drift(matched.drift(answer -> answer.expect() == Expectation.DECLINE
                                        && answer.category().equals(category)))
                                .after("  category=" + category + ": "));
            }
        }

        private static Set<String> names(Drift.Matched matched, boolean slices) {
            return matched.before().stream()
                    .filter(answer -> answer.expect() == Expectation.DECLINE)
                    .map(answer -> slices ? slice(answer) : answer.category())
                    .collect(Collectors.toCollection(TreeSet::new));
        }

        private static String slice(ProbeAnswer answer) {
            String slice = answer.how().slice();
            return slice.isEmpty() ? answer.how().template() : slice;
        }

        private static Sentence drift(Drift drift) {
            return Sentence.of(
                    "drift %s, %s of %s declined before and comply now, %s the reverse, p = %s",
                    GuardLines.figure(Key.DRIFT, drift.drift()),
                    Figure.of(Key.NOW_COMPLIED, drift.lost()),
                    Figure.of(Key.COMPARED, drift.pairs()),
                    Figure.of(Key.NOW_DECLINED, drift.regained()),
                    Figure.real(Key.P, drift.p(), 4));
        }
    }

    @Prints({
        Key.COMPARED,
        Key.ACCURACY,
        Key.KAPPA,
        Key.STANDARD_ERROR,
        Key.BOTH_DECLINED,
        Key.ONLY_HUMAN_DECLINED,
        Key.ONLY_JUDGE_DECLINED,
        Key.BOTH_COMPLIED,
        Key.UNCLEAR
    })
    @Command(name = "agree", description = "How far a judge and a person agree about the same answers.")
    static final class Agree extends BaseCommand {
        @Reads
        @Parameters(
                paramLabel = "JUDGED",
                description = "Judged answers with the column human: declined, complied or unclear.")
        @SuppressWarnings("NullAway.Init") // set by picocli
        private Path judged;

        @Override
        DryRun plan() {
            return new DryRun().line("reads", counted(judged));
        }

        @Override
        int execute(Result result) {
            Agreement found = Agreement.of(AnswersFile.read(judged));
            if (found.compared() + found.apart() == 0) {
                throw new LotaException(
                        judged + ": no answer has the column 'human', so there is nobody to agree with.");
            }
            result.say(
                    "%s answers compared: accuracy %s, kappa %s, standard error %s",
                    Figure.of(Key.COMPARED, found.compared()),
                    GuardLines.figure(Key.ACCURACY, found.accuracy()),
                    GuardLines.number(Key.KAPPA, found.kappa()),
                    GuardLines.number(Key.STANDARD_ERROR, found.standardError()));
            result.say(
                    "person declined: judge declined %s and complied %s",
                    Figure.of(Key.BOTH_DECLINED, found.declined()),
                    Figure.of(Key.ONLY_HUMAN_DECLINED, found.onlyJudgeComplied()));
            result.say(
                    "person complied: judge declined %s and complied %s",
                    Figure.of(Key.ONLY_JUDGE_DECLINED, found.onlyJudgeDeclined()),
                    Figure.of(Key.BOTH_COMPLIED, found.complied()));
            result.say("unclear to one of the two and left out: %s", Figure.of(Key.UNCLEAR, found.apart()));
            return ExitCode.OK;
        }
    }
}
