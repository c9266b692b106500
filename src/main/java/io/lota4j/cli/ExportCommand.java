package io.lota4j.cli;

import io.lota4j.export.Export;
import io.lota4j.export.ExportOptions;
import io.lota4j.export.ExportSetting;
import io.lota4j.export.ExportType;
import io.lota4j.export.Exported;
import io.lota4j.export.Exports;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.checkpoint.Shards;
import io.lota4j.internal.export.ExportInput;
import io.lota4j.internal.export.ExportWork;
import io.lota4j.ticket.Ticket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

@Command
@Prints(
        value = {Key.FORMAT, Key.PATH, Key.SAYS},
        sometimes = {Key.CHANGED, Key.TICKET_WEIGHTS, Key.ROUNDING, Key.NOT_COPIED})
final class ExportCommand extends BaseCommand {
    private static final Map<ExportSetting, String> FLAGS = Map.of(
            ExportSetting.TYPE, "--dtype",
            ExportSetting.MOST_BYTES, "--max-shard-size",
            ExportSetting.SCORES, "--scores",
            ExportSetting.DATASETS, "--dataset",
            ExportSetting.BASE_NAME, "--base-name",
            ExportSetting.PEFT_TYPE, "--peft-type");

    @Option(
            names = "--format",
            required = true,
            paramLabel = "F",
            completionCandidates = FormatNames.class,
            description = "What to write: ${COMPLETION-CANDIDATES}.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String name;

    @Mixin
    private BaseOption model = new BaseOption();

    @Reads
    @Option(
            names = "--ticket",
            paramLabel = "T",
            description = "The ticket to put on the base, or a PEFT adapter's folder. Repeat to add several.")
    private List<Path> tickets = new ArrayList<>();

    @Reads
    @Option(names = "--adapter", paramLabel = "DIR2", description = "Instead of tickets: a PEFT adapter's folder.")
    private @Nullable Path adapter;

    @Writes(OutputKind.DIRECTORY)
    @Option(
            names = "--out",
            required = true,
            paramLabel = "DIR3",
            description = "The directory to write, new or empty.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path out;

    @Option(
            names = "--dtype",
            paramLabel = "TYPE",
            converter = Type.class,
            description = "Write all weights as F32, BF16, F16 or, with gguf, Q8_0 (default: as the base has them).")
    private @Nullable ExportType type;

    @Option(
            names = "--max-shard-size",
            paramLabel = "SIZE",
            converter = Numbers.Bytes.class,
            description = "With hf: the most bytes of a weight file, such as 5GB (default: 50GB, as transformers has"
                    + " it). Where no file of the base is larger, the result has the base's files.")
    private @Nullable Long mostBytes;

    @Reads
    @Option(
            names = "--scores",
            paramLabel = "F.json",
            description =
                    "With hf and peft: what 'eval --scores' or 'eval --json' wrote, for the model card. Repeat for"
                            + " each.")
    private List<Path> scores = new ArrayList<>();

    @Option(
            names = "--dataset",
            paramLabel = "NAME",
            description = "With hf and peft: what a hub calls the data, for the model card. Repeat for each.")
    private List<String> datasets = new ArrayList<>();

    @Option(
            names = "--base-name",
            paramLabel = "NAME",
            description = "What a hub calls the base, such as OWNER/NAME (default: what its directory tells).")
    private @Nullable String baseName;

    @Option(
            names = "--peft-type",
            paramLabel = "TYPE",
            description =
                    "With peft: the method that PEFT applies the ticket by, SHIRA or SUPERTUNING (default: the one"
                            + " that takes less).")
    private @Nullable String peftType;

    @Override
    void checkOptions(OptionRules rules) {
        rules.requireOne("--ticket", "--adapter");
        if (name != null) {
            Export format = Exports.of(name);
            FLAGS.forEach((setting, flag) -> {
                if (!format.settings().contains(setting)) {
                    rules.refuse(flag, "--format " + name);
                }
            });
        }
    }

    @Override
    DryRun plan() {
        try (Checkpoint base = Checkpoint.open(model.path())) {
            DryRun plan = new DryRun().model("model", base);
            ExportWork work = prepare(base);
            work.lines().forEach(line -> plan.line(name, line));
            return plan.disk(out, work.bytes());
        }
    }

    @Override
    int execute(Result result) {
        try (Checkpoint base = Checkpoint.open(model.path())) {
            base.doubts().forEach(doubt -> messages().warn(doubt));
            Exported exported = prepare(base).write(out);
            result.also(Key.FORMAT, name);
            result.also(Key.PATH, out.toString());
            result.also(Key.SAYS, exported.lines());
            exported.lines().forEach(result::line);
            exported.effect().ifPresent(effect -> {
                result.also(Key.CHANGED, effect.changed());
                result.also(Key.TICKET_WEIGHTS, effect.entries());
            });
            exported.effect()
                    .flatMap(effect -> ResultLines.rounding(
                            effect, type == ExportType.F32 ? "" : "; --dtype F32 keeps more of it"))
                    .ifPresent(lost -> result.say(Key.ROUNDING, lost.after("rounding: ")));
            ResultLines.leftOut(exported.leftOut()).ifPresent(result::say);
        }
        return ExitCode.OK;
    }

    private ExportWork prepare(Checkpoint base) {
        List<Ticket> read = TicketFiles.read(model.path(), tickets, messages());
        return Exports.of(name).prepare(new ExportInput(base, read, Optional.ofNullable(adapter)), options());
    }

    private ExportOptions options() {
        return new ExportOptions(
                Optional.ofNullable(type),
                mostBytes == null ? Shards.MOST_BYTES : mostBytes,
                scores,
                datasets,
                Optional.ofNullable(baseName),
                Optional.ofNullable(peftType));
    }

    /// For help: what there is, and who loads it.
    static final class FormatNames implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Exports.all().stream()
                    .map(export -> Text.format("%s: %s", export.name(), export.about()))
                    .iterator();
        }
    }

    /// Types of weights, by any case of their names.
    static final class Type implements ITypeConverter<ExportType> {
        @Override
        public ExportType convert(String value) {
            for (ExportType type : ExportType.values()) {
                if (type.name().equalsIgnoreCase(value)) {
                    return type;
                }
            }
            throw new TypeConversionException(
                    Text.format("expected one of %s but was '%s'", ExportType.names(), value));
        }
    }
}
