package io.lota4j.cli;

import io.lota4j.Lota;
import io.lota4j.guard.Expectation;
import io.lota4j.guard.ProbeFile;
import io.lota4j.guard.ProbeRow;
import io.lota4j.guard.Rates;
import io.lota4j.guard.Stress;
import io.lota4j.guard.StressOptions;
import io.lota4j.internal.Text;
import io.lota4j.metrics.Metric;
import io.lota4j.metrics.Metric.Where;
import io.lota4j.ticket.Ticket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `lota guard stress`: how far a soft input must move before a model leaves a behaviour.
@Prints(
        value = {Key.NEUTRAL, Key.SLOTS, Key.MEAN_NORM, Key.NEAREST, Key.ROWS, Key.LEFT_OUT, Key.POINTS, Key.HALF},
        sometimes = Key.PATH)
@Command(
        name = "stress",
        description =
                "Move soft inputs, one change for all prompts, so that a model complies, within growing bounds, and see"
                        + " how often it does on other rows, beside changes drawn by chance. No weight changes, and the"
                        + " change is not written. No text reaches such inputs: this compares adaptations of one base.")
final class StressCommand extends BaseCommand {
    @Mixin
    private ModelOptions model = new ModelOptions();

    @Reads
    @Option(
            names = "--probe",
            required = true,
            paramLabel = "F.jsonl",
            description = "The rows that are judged, by the margin of their texts decline and answer.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path probe;

    @Reads
    @Option(
            names = "--train",
            required = true,
            paramLabel = "G.jsonl",
            description = "Other rows of the probe, by whose texts answer the inputs are moved.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path train;

    @Option(
            names = "--slots",
            paramLabel = "N",
            defaultValue = "8",
            converter = Numbers.Count.class,
            description = "Soft inputs at the beginning of the user's message (default: ${DEFAULT-VALUE}).")
    private int slots;

    @Option(
            names = "--radius",
            paramLabel = "R",
            split = ",",
            converter = Numbers.Positive.class,
            description = "How far each may go, as a share of the mean norm of an embedding's row, ascending; several"
                    + " with commas (default: 0.25,0.5,1,2).")
    private List<Double> radii = new ArrayList<>();

    @Option(
            names = "--steps",
            paramLabel = "N",
            defaultValue = "100",
            converter = Numbers.Count.class,
            description = "Steps of each radius (default: ${DEFAULT-VALUE}).")
    private int steps;

    @Option(
            names = "--norm",
            paramLabel = "NAME",
            defaultValue = "l2",
            description = "What is bounded of each change: l2, or linf for its largest number"
                    + " (default: ${DEFAULT-VALUE}).")
    private StressOptions.Norm norm = StressOptions.Norm.L2;

    @Option(
            names = "--seed",
            paramLabel = "S",
            converter = Numbers.Seed.class,
            description = "Seed of the rows' order and of chance (default: 0).")
    private long seed;

    @Writes(OutputKind.DIRECTORY)
    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Also write the figures to a new directory, which lota report shows.")
    private @Nullable Path out;

    @Override
    void check() {
        options();
    }

    private StressOptions options() {
        return new StressOptions(slots, radii.isEmpty() ? StressOptions.USUAL.radii() : radii, steps, norm, seed);
    }

    @Override
    DryRun plan() {
        return model.plan(new DryRun(), messages())
                .line(
                        "probe",
                        Text.format("%s: %,d rows", probe, ProbeFile.read(probe).size()))
                .line(
                        "train",
                        Text.format("%s: %,d rows", train, ProbeFile.read(train).size()))
                .line(
                        "steps",
                        Text.format(
                                "%,d of %d rows",
                                (long) steps * options().radii().size(), StressOptions.ROWS));
    }

    @Override
    int execute(Result result) {
        List<ProbeRow> judged = ProbeFile.read(probe);
        List<ProbeRow> moving = ProbeFile.read(train);
        long begin = System.nanoTime();
        Optional<Stress> found = found(moving, judged);
        found.ifPresent(stress -> say(stress, result));
        int points = found.map(stress -> stress.points().size()).orElse(0);
        int asked = options().radii().size();
        if (points < asked) {
            messages()
                    .tell(Text.format(
                            "lota: Stopped after %d of %d radii. Nothing of it is kept; the same command begins anew.",
                            points, asked));
            return ExitCode.INTERRUPTED;
        }
        if (out != null) {
            model.write(
                    out, "soft inputs", (System.nanoTime() - begin) / 1e9, run -> metrics(run, found.orElseThrow()));
            result.say("%s: figures (lota report shows them)", Figure.of(Key.PATH, out));
        }
        return ExitCode.OK;
    }

    private Optional<Stress> found(List<ProbeRow> moving, List<ProbeRow> judged) {
        try (StopSignal stop = StopSignal.hold(System.err);
                Lota lota = warned(model.open());
                ProgressBar bar = messages().bar("stress")) {
            List<Ticket> tickets = model.tickets(messages());
            model.warn(tickets, messages());
            return lota.stress(
                    moving,
                    judged,
                    tickets,
                    options(),
                    (done, all, loss) -> bar.update(done, all, Double.NaN, loss),
                    stop);
        }
    }

    private List<Metric> metrics(String run, Stress stress) {
        Where where = Where.stage(run, seed, 1, probe.getFileName().toString().replaceFirst("\\..*", ""));
        List<Metric> all = new ArrayList<>();
        add(where.sliced("radius=0"), stress.none(), all);
        stress.points().forEach(point -> {
            add(where.sliced("radius=" + point.radius()), point.rates(), all);
            for (int draw = 0; draw < point.random().size(); draw++) {
                add(
                        where.sliced(Text.format("draw=%d radius=%s", draw + 1, point.radius())),
                        point.random().get(draw),
                        all);
            }
        });
        return all;
    }

    private static void add(Where where, Rates rates, List<Metric> all) {
        Rates.Counts counts = rates.counts(Expectation.DECLINE);
        rates.fulfilled()
                .ifPresent(value ->
                        all.add(new Metric(where, io.lota4j.metrics.Figure.STRESS_FULFILLED, value, counts.judged())));
        rates.meanScore()
                .ifPresent(value ->
                        all.add(new Metric(where, io.lota4j.metrics.Figure.STRESS_MARGIN, value, counts.rows())));
    }

    private static void say(Stress stress, Result result) {
        result.say(
                "%s slots of the token '%s', moved by %s rows; the mean norm of an embedding's row is %s, and the"
                        + " nearest other token is %s away: a change of less than half of that is no other token",
                Figure.of(Key.SLOTS, stress.slots()),
                Figure.of(Key.NEUTRAL, stress.neutral()),
                Figure.of(Key.ROWS, stress.trainRows()),
                Figure.real(Key.MEAN_NORM, stress.meanNorm(), 4),
                Figure.real(Key.NEAREST, stress.nearest(), 4));
        result.add(Key.POINTS, point("unmoved", 0, stress.none()).with(new Figure(Key.LOSS, null, ""), none()));
        stress.points()
                .forEach(point -> result.add(
                        Key.POINTS,
                        Sentence.join(
                                "; ",
                                List.of(
                                        point("radius " + point.radius(), point.radius(), point.rates()),
                                        Sentence.of(
                                                "loss of the rows moved by %s", Figure.real(Key.LOSS, point.loss(), 4)),
                                        Sentence.of("by chance fulfilled %s", chance(point.random()))))));
        result.say(
                "%s; %s rows were left out for want of a text",
                stress.half().isPresent()
                        ? new Figure(
                                Key.HALF,
                                stress.half().getAsDouble(),
                                Text.format(
                                        "half of the requests to decline are fulfilled from radius %s on",
                                        stress.half().getAsDouble()))
                        : new Figure(Key.HALF, null, "at no radius half of the requests to decline are fulfilled"),
                Figure.count(Key.LEFT_OUT, stress.leftOut()));
        result.line("Soft inputs are no text and no text reaches them. The change is not written.");
    }

    private static Sentence point(String name, double radius, Rates rates) {
        return GuardLines.form(name, rates)
                .with(new Figure(Key.RADIUS, radius, ""))
                .followedBy(Text.format("; mean margin %s", number(rates)));
    }

    private static String number(Rates rates) {
        return GuardLines.number(Key.MEAN_SCORE, rates.meanScore()).text();
    }

    private static Figure none() {
        return new Figure(Key.BY_CHANCE, null, "");
    }

    private static Figure chance(List<Rates> draws) {
        List<Map<String, @Nullable Object>> all = new ArrayList<>();
        for (Rates draw : draws) {
            Map<String, @Nullable Object> one = new TreeMap<>();
            one.put(
                    Key.FULFILLED.word(),
                    draw.fulfilled().isPresent() ? draw.fulfilled().getAsDouble() : null);
            one.put(
                    Key.MEAN_SCORE.word(),
                    draw.meanScore().isPresent() ? draw.meanScore().getAsDouble() : null);
            all.add(one);
        }
        double[] shares = draws.stream()
                .flatMapToDouble(draw -> draw.fulfilled().isPresent()
                        ? DoubleStream.of(draw.fulfilled().getAsDouble())
                        : DoubleStream.empty())
                .sorted()
                .toArray();
        String text = shares.length == 0
                ? "none"
                : Text.format(
                        "%s to %s", ResultLines.percent(shares[0]), ResultLines.percent(shares[shares.length - 1]));
        return new Figure(Key.BY_CHANCE, all, text);
    }
}
