package io.lota4j.cli;

import io.lota4j.Lota;
import io.lota4j.LotaException;
import io.lota4j.data.Dataset;
import io.lota4j.data.file.DataFiles;
import io.lota4j.guard.Judge;
import io.lota4j.guard.ProbeFile;
import io.lota4j.guard.ProbeOptions;
import io.lota4j.guard.ProbeRow;
import io.lota4j.guard.RankOptions;
import io.lota4j.guard.Ranks;
import io.lota4j.guard.Region;
import io.lota4j.guard.RegionCheck;
import io.lota4j.guard.RegionOptions;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.guard.ActSvd;
import io.lota4j.internal.model.Loadable;
import io.lota4j.internal.model.ModelConfig;
import io.lota4j.internal.train.AdaptedModel;
import io.lota4j.kernel.choice.KernelChoice;
import io.lota4j.mask.Mask;
import io.lota4j.mask.MaskFile;
import io.lota4j.mask.Scope;
import io.lota4j.model.MemoryPolicy;
import io.lota4j.train.MemoryEstimate;
import io.lota4j.train.attribution.Attribution;
import io.lota4j.train.attribution.Attributions;
import io.lota4j.train.attribution.Scoring;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `lota guard region`: which weights carry a behaviour and not the usual abilities.
@Prints(
        value = {},
        sometimes = {
            Key.PATH,
            Key.TRAINABLE,
            Key.POOL_SIZE,
            Key.SPARSITY,
            Key.BYTES,
            Key.REGION,
            Key.SHORT_GROUPS,
            Key.SMALL_GROUPS,
            Key.RANKS,
            Key.TIED_MATRICES,
            Key.SHORT_MATRICES,
            Key.ERASED,
            Key.FOUND
        })
@Command(
        name = "region",
        description =
                "Find the weights that carry a behaviour and not the usual abilities: those with the highest scores by"
                        + " a probe's declining answers that are not among the highest by other rows. The result is a"
                        + " mask, to be avoided or taken from a ticket. With --score actsvd ranks are looked at in"
                        + " place of weights, and nothing is written.")
final class RegionCommand extends BaseCommand {
    private static final String CHECK = "--check";
    private static final String OUT = "--out";

    @Mixin
    private BaseOption model = new BaseOption();

    @Reads
    @Option(
            names = "--safety",
            required = true,
            paramLabel = "F.jsonl",
            description = "Rows of a probe: those that expect to decline and have a text decline are scored.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path safety;

    @Reads
    @Option(
            names = "--utility",
            required = true,
            paramLabel = "F",
            description = "Rows of the usual abilities, read by --prompt and --completion.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path utility;

    @Mixin
    private ChatOptions chats = new ChatOptions();

    @Option(
            names = "--limit",
            paramLabel = "N",
            converter = Numbers.Count.class,
            description = "Use the first N rows of both only.")
    private int limit = Dataset.ALL;

    @Option(
            names = "--score",
            paramLabel = "NAME",
            defaultValue = "snip",
            description =
                    "What weights are scored by: snip or wanda; or actsvd, which finds ranks of matrices and writes"
                            + " no mask (default: ${DEFAULT-VALUE}).")
    private String score = "snip";

    @Option(
            names = "--scope",
            paramLabel = "NAME",
            defaultValue = "row",
            description = "Where the highest scores are counted: row, tensor or global (default: ${DEFAULT-VALUE}).")
    private Scope scope = Scope.ROW;

    @Option(
            names = "--q",
            paramLabel = "Q",
            defaultValue = "0.05",
            converter = Numbers.Fraction.class,
            description = "Share that is taken by the probe's scores, over 0 (default: ${DEFAULT-VALUE}).")
    private double q;

    @Option(
            names = "--p",
            paramLabel = "P",
            defaultValue = "0.05",
            converter = Numbers.Fraction.class,
            description =
                    "Share that is left out by the other rows' scores (default: ${DEFAULT-VALUE}; 0: none, so that the"
                            + " region has what everything needs).")
    private double p;

    @Mixin
    private RankSearch ranks = new RankSearch();

    @Mixin
    private PoolOptions pool = new PoolOptions();

    @Reads
    @Option(
            names = CHECK,
            paramLabel = "PROBE.jsonl",
            description =
                    "Ask these rows with the region's weights at zero, with as many drawn by chance, three times, and"
                        + " with the whole top by the probe's scores; with --score actsvd without the ranks that only"
                        + " they need. It is done in memory; no such model is written.")
    private @Nullable Path check;

    @Mixin
    private JudgeOptions judge = new JudgeOptions();

    @Option(
            names = "--generate",
            paramLabel = "K",
            defaultValue = "32",
            converter = Numbers.Count.class,
            description = "With --check: most new tokens of an answer (default: ${DEFAULT-VALUE}).")
    private int generate;

    @Option(
            names = "--seed",
            paramLabel = "S",
            converter = Numbers.Seed.class,
            description = "With --check: seed of what is drawn by chance (default: 0).")
    private long seed;

    @Mixin
    private MemoryOptions memory = new MemoryOptions();

    @Mixin
    private StateDirectory stateDirectory = new StateDirectory();

    @Mixin
    private DeviceOption device = new DeviceOption();

    @Writes(OutputKind.RESULT)
    @Option(names = OUT, paramLabel = "R", description = "The mask to write; required but with --score actsvd.")
    private @Nullable Path out;

    @Mixin
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private ForceOption force = new ForceOption();

    @Override
    void checkOptions(OptionRules rules) {
        if (check == null) {
            rules.refuseMixin("judge", "a region without " + CHECK);
            rules.refuse("--generate", "a region without " + CHECK);
            rules.refuse("--seed", "a region without " + CHECK);
        }
        if (findsRanks()) {
            String where = "--score " + score + ": it finds ranks of matrices, no weights, and writes no mask";
            for (String option : new String[] {"--q", "--p", "--scope", "--seed", StateDirectory.NAME, OUT}) {
                rules.refuse(option, where);
            }
            rules.refuseMixin("force", where);
            return;
        }
        rules.require(OUT);
        rules.refuseMixin("ranks", "--score " + score + ": it finds weights");
        if (!by().keepsSums()) {
            rules.refuse(StateDirectory.NAME, "--score " + score + ": it keeps nothing for each weight");
        }
    }

    @Override
    void check() {
        if (findsRanks()) {
            ranks.options(pool.pool());
        } else {
            options();
        }
        if (judge.judge() instanceof Judge.Command) {
            throw new LotaException(CHECK + " does not start a program; take another --judge.");
        }
    }

    @Override
    boolean usesKernel() {
        return check != null;
    }

    private Attribution.OfRows by() {
        return switch (score) {
            case "snip", "wanda" -> (Attribution.OfRows) Attributions.of(score);
            default -> throw new LotaException("--score: expected snip, wanda or actsvd, found '" + score + "'.");
        };
    }

    private boolean findsRanks() {
        return score.equals(RankSearch.NAME);
    }

    private RegionOptions options() {
        return new RegionOptions(q, p, scope, pool.pool());
    }

    private MemoryPolicy policy() {
        return stateDirectory.addTo(memory.policy());
    }

    @Override
    DryRun plan() {
        try (Checkpoint base = Checkpoint.open(model.path())) {
            Mask all = Mask.full("", pool.pool().toString(), pool.pool().select(base.tensors()));
            Loadable loaded = Loadable.of(base);
            AdaptedModel.requireTensors(base, loaded.weights().keySet(), all);
            DryRun plan = new DryRun().model(loaded);
            if (findsRanks()) {
                ActSvd.Cost cost = ActSvd.cost(base, policy(), ranks.options(pool.pool()), check != null);
                plan.line("score", ranks.meaning());
                planRows(plan);
                plan.line("time", RankSearch.time(cost));
                return planCheck(
                        plan.memory(
                                cost.memory(),
                                check == null
                                        ? "sums of inputs and directions"
                                        : "sums of inputs and directions, or what the check needs"),
                        2);
            }
            MemoryEstimate predicted = Scoring.memory(ModelConfig.of(model.path()), policy(), by(), all);
            plan.line("score", Text.format("%s: %s", by().name(), by().meaning()));
            planRows(plan).memory(predicted, "scores and gradients");
            stateDirectory.plan(plan, predicted.files(), null, 0);
            return planCheck(plan, RegionCheck.DRAWS + 3)
                    .disk(Objects.requireNonNull(out, OUT), all.poolSize() / Byte.SIZE);
        }
    }

    private DryRun planRows(DryRun plan) {
        return plan.line(
                        "safety",
                        Text.format(
                                "%s: %,d rows", safety, ProbeFile.read(safety).size()))
                .line(
                        "utility",
                        Text.format(
                                "%s: %,d rows", utility, DataFiles.of(utility).count(limit)));
    }

    private DryRun planCheck(DryRun plan, int times) {
        return check == null
                ? plan
                : plan.line(
                        "check",
                        Text.format(
                                "%s: %,d rows, asked %d times",
                                check, ProbeFile.read(check).size(), times));
    }

    @Override
    int execute(Result result) {
        List<ProbeRow> asked = check == null ? List.of() : ProbeFile.read(check);
        try (Lota lota = warned(Lota.open(model.path(), device.device(), KernelChoice.AUTO, policy()))) {
            Dataset others = chats.load(lota, DataFiles.of(utility), limit, false);
            messages().tellAll(others.notices());
            Dataset declining = lota.declining(safety, limit);
            messages().tellAll(declining.notices());
            if (findsRanks()) {
                findRanks(lota, declining, others, asked, result);
                return ExitCode.OK;
            }
            Region region = found(lota, declining, others);
            tell(region, result);
            if (check != null) {
                tell(checked(lota, region, asked, others), result);
            }
            result.say(Rescue.write(Objects.requireNonNull(out, OUT), file -> {
                MaskFile.write(file, region.mask());
                return ResultLines.mask(file, region.mask());
            }));
        }
        return ExitCode.OK;
    }

    private void findRanks(Lota lota, Dataset declining, Dataset others, List<ProbeRow> asked, Result result) {
        RankOptions how = ranks.options(pool.pool());
        try (Checkpoint base = Checkpoint.open(model.path())) {
            ActSvd.Cost cost = ActSvd.cost(base, policy(), how, check != null);
            messages()
                    .note(Text.format(
                            "lota: about %s of memory; %s",
                            ResultLines.bytes(cost.memory().total()), RankSearch.time(cost)));
        }
        Ranks found = RankSearch.found(lota, declining, others, how, messages());
        RankSearch.tell(found, result);
        if (check != null) {
            try (ProgressBar bar = messages().bar("check")) {
                ProbeOptions options = ProbeOptions.of(judge.judge(), generate);
                RankSearch.tell(lota.check(found, asked, options, others, bar::tokens, () -> false), result);
            }
        }
    }

    private Region found(Lota lota, Dataset declining, Dataset others) {
        try (ProgressBar bar = messages().bar(score)) {
            return lota.region(by(), declining, others, options(), bar::tokens, () -> false)
                    .orElseThrow();
        }
    }

    private RegionCheck checked(Lota lota, Region region, List<ProbeRow> asked, Dataset others) {
        try (ProgressBar bar = messages().bar("check")) {
            return lota.check(
                    region, asked, ProbeOptions.of(judge.judge(), generate), others, seed, bar::tokens, () -> false);
        }
    }

    private static void tell(Region region, Result result) {
        result.line(Text.format(
                "%-20s %14s %16s %8s  %s", "", "in the region", "of weights", "share", "overlap of both tops"));
        add(result, "all", region.whole());
        region.layers().forEach((layer, part) -> add(result, layer < 0 ? "outside layers" : "layer " + layer, part));
        region.kinds().forEach((kind, part) -> add(result, kind, part));
        result.say(
                "%s rows or tensors have fewer scores over zero than their share, %s are too small for one weight",
                Figure.count(Key.SHORT_GROUPS, region.shortGroups()),
                Figure.count(Key.SMALL_GROUPS, region.smallGroups()));
    }

    private static void add(Result result, String name, Region.Part part) {
        result.add(
                Key.REGION,
                name,
                Sentence.of(
                                "%14s %16s %8s  %s, by chance %s",
                                Figure.count(Key.TRAINABLE, part.region()),
                                Figure.count(Key.POOL_SIZE, part.weights()),
                                Figure.share(Key.DENSITY, part.share()),
                                Figure.share(Key.OVERLAP, part.jaccard()),
                                Figure.share(Key.CHANCE, part.chance()))
                        .after(Text.format("%-20s ", name)));
    }

    private static void tell(RegionCheck check, Result result) {
        RankSearch.add(result, "all weights", check.before());
        RankSearch.add(result, "without the region", check.without());
        for (int draw = 0; draw < check.random().size(); draw++) {
            RankSearch.add(
                    result,
                    "without as many by chance, draw " + (draw + 1),
                    check.random().get(draw));
        }
        RankSearch.add(result, "without the whole top", check.top());
        result.say(
                "%s",
                check.found()
                        .map(found -> new Figure(
                                Key.FOUND,
                                found,
                                found
                                        ? "zeroing the region moves what is fulfilled more than zeroing as many"
                                                + " weights by chance"
                                        : "the region is not shown as found: zeroing as many weights by chance moves"
                                                + " what is fulfilled as much"))
                        .orElse(new Figure(
                                Key.FOUND, null, "whether the region is found cannot be told: too little was judged")));
    }
}
