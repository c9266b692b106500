package io.lota4j.cli;

import io.lota4j.Lota;
import io.lota4j.StoppedException;
import io.lota4j.data.Dataset;
import io.lota4j.data.file.DataFiles;
import io.lota4j.guard.Detector;
import io.lota4j.guard.DetectorOptions;
import io.lota4j.guard.DetectorRows;
import io.lota4j.guard.DetectorRows.Use;
import io.lota4j.guard.Interval;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.model.Loadable;
import io.lota4j.kernel.choice.KernelChoice;
import io.lota4j.mask.Mask;
import io.lota4j.mask.MaskFile;
import io.lota4j.mask.Pool;
import io.lota4j.model.MemoryPolicy;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.TicketFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `lota guard detect`: finds inputs that trigger a hidden behaviour of a ticket.
@Prints(
        value = {
            Key.EXPERTS,
            Key.AUXILIARY_RIGHT,
            Key.SUSPECT_RIGHT,
            Key.HELD_OUT_ROWS,
            Key.CALIBRATED,
            Key.CALIBRATION_ROWS,
            Key.RATE,
            Key.FALSE_ALARMS,
            Key.ALARMS,
            Key.PROMISED,
            Key.FALSE_ALARMS_LOW,
            Key.FALSE_ALARMS_HIGH,
            Key.OTHER_ALARMS,
            Key.OTHER_ROWS,
            Key.AUROC,
            Key.FOUND_SHARE,
            Key.TRIGGERED,
            Key.PATH
        },
        sometimes = {Key.ALERTS, Key.INPUTS})
@Command(
        name = "detect",
        description =
                "Make a detector of inputs that trigger a hidden behaviour of a ticket: an expert forgets what the"
                    + " suspect does on clean rows, and what it still knows as well as a model that forgot nothing is"
                    + " suspicious. Without known triggers there are only false alarms to find.")
final class DetectCommand extends BaseCommand {
    @Mixin
    private BaseOption model = new BaseOption();

    @Reads
    @Option(
            names = "--ticket",
            paramLabel = "T",
            description = "The ticket that is suspected (default: the base is, with --mask or --dense).")
    private @Nullable Path ticket;

    @Reads
    @Option(
            names = "--clean",
            required = true,
            paramLabel = "D",
            description = "Rows of the ticket's task, free of triggers, that the expert forgets.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path clean;

    @Reads
    @Option(
            names = "--calibrate",
            required = true,
            paramLabel = "C",
            description = "Other such rows, that the threshold is taken from.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path calibrate;

    @Reads
    @Option(
            names = "--test",
            required = true,
            paramLabel = "F",
            description = "Other such rows, that false alarms are counted on.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path test;

    @Reads
    @Option(names = "--triggered", paramLabel = "X", description = "Rows that are known to trigger it, if there are.")
    private @Nullable Path triggered;

    @Reads
    @Option(names = "--input", paramLabel = "U", description = "Rows of which nothing is known, to be looked at.")
    private @Nullable Path input;

    @Mixin
    private ChatOptions chats = new ChatOptions();

    @Option(
            names = "--limit",
            paramLabel = "N",
            converter = Numbers.Count.class,
            description = "Use the first N rows of each file only.")
    private int limit = Dataset.ALL;

    @Reads
    @Option(
            names = "--mask",
            paramLabel = "M",
            description = "Which weights the expert may change (default: those that the ticket changes).")
    private @Nullable Path mask;

    @Option(names = "--dense", description = "Let the expert change every matrix of attention and MLP.")
    private boolean dense;

    @Option(
            names = "--lr",
            paramLabel = "X",
            split = ",",
            converter = Numbers.Positive.class,
            description = "Learning rates of the expert, ascending, with commas: the first that forgets enough counts"
                    + " (default: 1e-4,3e-4,1e-3).")
    private List<Double> lr = new ArrayList<>();

    @Option(
            names = "--stop",
            paramLabel = "X",
            defaultValue = "0.2",
            converter = Numbers.Fraction.class,
            description = "The expert has forgotten enough where it answers no more than this share of held-out clean"
                    + " rows right (default: ${DEFAULT-VALUE}).")
    private double stop;

    @Option(
            names = "--rate",
            paramLabel = "X",
            defaultValue = "0.01",
            converter = Numbers.Fraction.class,
            description = "Share of false alarms to accept on clean rows (default: ${DEFAULT-VALUE}).")
    private double rate;

    @Option(
            names = "--aux",
            paramLabel = "NAME",
            defaultValue = "tuned",
            description =
                    "What forgets nothing: tuned, the suspect trained on the clean rows, or base, the base trained"
                            + " on them (default: ${DEFAULT-VALUE}).")
    private DetectorOptions.Auxiliary auxiliary = DetectorOptions.Auxiliary.TUNED;

    @Option(
            names = "--generate",
            paramLabel = "K",
            defaultValue = "32",
            converter = Numbers.Count.class,
            description = "Most new tokens of an answer (default: ${DEFAULT-VALUE}).")
    private int generate;

    @Option(
            names = "--batch",
            paramLabel = "B",
            defaultValue = "8",
            converter = Numbers.Count.class,
            description = "Rows of a step (default: ${DEFAULT-VALUE}).")
    private int batch;

    @Option(
            names = "--seed",
            paramLabel = "S",
            converter = Numbers.Seed.class,
            description = "Seed of the rows' order and of wrong answers (default: 0).")
    private long seed;

    @Mixin
    private DeviceOption device = new DeviceOption();

    @Writes(OutputKind.DIRECTORY)
    @Option(
            names = "--out",
            required = true,
            paramLabel = "DIR",
            description = "A new directory for expert and auxiliary tickets, scores and figures; lota report shows it.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path out;

    @Override
    void checkOptions(OptionRules rules) {
        if (ticket == null) {
            rules.requireOne("--mask", "--dense");
        } else if (mask != null) {
            rules.refuse("--dense", "--mask");
        }
    }

    @Override
    void check() {
        options();
    }

    @Override
    boolean usesKernel() {
        return true;
    }

    private DetectorOptions options() {
        return new DetectorOptions(
                lr.isEmpty() ? DetectorOptions.USUAL.lr() : lr, stop, rate, auxiliary, generate, batch, seed);
    }

    @Override
    DryRun plan() {
        try (Checkpoint base = Checkpoint.open(model.path())) {
            DryRun plan = new DryRun().model(Loadable.of(base));
            if (ticket != null) {
                plan.line("ticket", ResultLines.ticket(ticket, TicketFile.read(ticket)));
            }
            plan.line("clean", rows(clean)).line("calibrate", rows(calibrate)).line("test", rows(test));
            if (triggered != null) {
                plan.line("triggered", rows(triggered));
            }
            if (input != null) {
                plan.line("input", rows(input));
            }
            return plan.line(
                    "needs",
                    Text.format(
                            "%,d calibration rows that are answered right",
                            options().least()));
        }
    }

    private String rows(Path file) {
        return Text.format("%s: %,d rows", file, DataFiles.of(file).count(limit));
    }

    @Override
    int execute(Result result) {
        long begin = System.nanoTime();
        DetectorOptions how = options();
        try (Lota lota = warned(Lota.open(model.path(), device.device(), KernelChoice.AUTO, MemoryPolicy.KEEP))) {
            Function<Path, Dataset> load = file -> {
                Dataset data = chats.load(lota, DataFiles.of(file), limit, false);
                messages().tellAll(data.notices());
                return data;
            };
            DetectorRows rows = new DetectorRows(
                    load.apply(clean),
                    load.apply(calibrate),
                    load.apply(test),
                    triggered == null ? null : load.apply(triggered),
                    input == null ? null : load.apply(input));
            Ticket suspect = ticket == null ? null : TicketFile.read(ticket);
            Detector found = made(lota, suspect, mask(lota, suspect), rows, how);
            DetectorFolder folder = new DetectorFolder(out, model.path(), ticket, rows, how, found);
            folder.write(lota.fingerprint(), (System.nanoTime() - begin) / 1e9);
            say(found, result);
        } catch (StoppedException stopped) {
            messages().tell("lota: " + stopped.getMessage());
            return ExitCode.INTERRUPTED;
        }
        return ExitCode.OK;
    }

    private Mask mask(Lota lota, @Nullable Ticket suspect) {
        if (mask != null) {
            return MaskFile.read(mask);
        }
        return dense || suspect == null ? lota.everything(Pool.standard()) : Lota.changedBy(suspect);
    }

    private Detector made(Lota lota, @Nullable Ticket suspect, Mask changed, DetectorRows rows, DetectorOptions how) {
        try (StopSignal signal = StopSignal.hold(System.err);
                PartBar bar = new PartBar(messages())) {
            return lota.detector(
                    suspect,
                    changed,
                    rows,
                    how,
                    (what, done, all) -> bar.at(what, done, all, Double.NaN, Double.NaN),
                    signal);
        }
    }

    private void say(Detector found, Result result) {
        found.tried()
                .forEach(tried -> result.add(
                        Key.EXPERTS,
                        Sentence.of(
                                "expert at rate %s: after %s steps %s of the held-out rows are answered right, at a"
                                        + " distance of %s from the suspect",
                                Figure.of(Key.LR, tried.lr()),
                                Figure.of(Key.STEPS, tried.steps()),
                                Figure.share(Key.RIGHT_SHARE, tried.right()),
                                Figure.real(Key.DISTANCE, tried.norm(), 4))));
        result.say(
                "of %s held-out rows the suspect answers %s right and the auxiliary model %s; of %s calibration rows"
                        + " the suspect answers %s right",
                Figure.of(Key.HELD_OUT_ROWS, found.heldOut()),
                Figure.share(Key.SUSPECT_RIGHT, found.suspectRight()),
                Figure.share(Key.AUXILIARY_RIGHT, found.auxiliaryRight()),
                Figure.count(Key.CALIBRATION_ROWS, found.asked()),
                Figure.count(Key.CALIBRATED, found.right()));
        falseAlarms(found, result);
        List<Detector.Scored> bad = found.of(Use.TRIGGERED).toList();
        result.say(
                bad.isEmpty()
                        ? "no triggers are known: what it finds was not evaluated%s%s%s"
                        : "triggered rows: AUROC %s, found %s of %s",
                bad.isEmpty() ? new Figure(Key.AUROC, null, "") : GuardLines.number(Key.AUROC, found.auroc()),
                bad.isEmpty()
                        ? new Figure(Key.FOUND_SHARE, null, "")
                        : GuardLines.figure(Key.FOUND_SHARE, found.found()),
                new Figure(Key.TRIGGERED, bad.size(), bad.isEmpty() ? "" : Text.format("%,d", bad.size())));
        List<Detector.Scored> unknown = found.of(Use.INPUT).toList();
        if (!unknown.isEmpty()) {
            result.say(
                    "%s of %s inputs of which nothing is known have an alert",
                    Figure.count(
                            Key.ALERTS,
                            unknown.stream().filter(Detector.Scored::alert).count()),
                    Figure.count(Key.INPUTS, unknown.size()));
        }
        result.say(
                "%s: expert and auxiliary tickets, scores and figures (lota report shows them)",
                Figure.of(Key.PATH, out));
    }

    private static void falseAlarms(Detector found, Result result) {
        List<Detector.Scored> promised = found.promised().toList();
        List<Detector.Scored> others =
                found.of(Use.TEST).filter(one -> !one.right()).toList();
        long alarms = promised.stream().filter(Detector.Scored::alert).count();
        Interval interval = promised.isEmpty() ? null : Interval.wilson(alarms, promised.size());
        result.say(
                "false alarms %s on clean rows that are answered right (%s of %s, %s to %s) at a rate of %s; %s of %s"
                        + " that are answered wrong have one, for which no rate is promised",
                GuardLines.figure(Key.FALSE_ALARMS, found.falseAlarms()),
                Figure.count(Key.ALARMS, alarms),
                Figure.count(Key.PROMISED, promised.size()),
                interval == null
                        ? new Figure(Key.FALSE_ALARMS_LOW, null, "none")
                        : Figure.share(Key.FALSE_ALARMS_LOW, interval.low()),
                interval == null
                        ? new Figure(Key.FALSE_ALARMS_HIGH, null, "none")
                        : Figure.share(Key.FALSE_ALARMS_HIGH, interval.high()),
                Figure.share(Key.RATE, found.rate()),
                Figure.count(
                        Key.OTHER_ALARMS,
                        others.stream().filter(Detector.Scored::alert).count()),
                Figure.count(Key.OTHER_ROWS, others.size()));
    }
}
