package io.lota4j.export;

import io.lota4j.checkpoint.DType;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.AtomicFile;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.checkpoint.ModelCard;
import io.lota4j.internal.export.ExportInput;
import io.lota4j.internal.export.ExportWork;
import io.lota4j.internal.gguf.GgmlType;
import io.lota4j.internal.gguf.GgufFile;
import io.lota4j.internal.gguf.GgufTensor;
import io.lota4j.internal.gguf.GgufValues;
import io.lota4j.ticket.Ticket;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// A GGUF file for llama.cpp: of a base with tickets on it, or of a LoRA adapter.
final class GgufExport implements Export {
    private static final String MODEL = "model.gguf";
    private static final String ADAPTER = "adapter.gguf";
    private static final int QUANTIZATION_VERSION = 2;

    @Override
    public String name() {
        return "gguf";
    }

    @Override
    public String about() {
        return "one file for llama.cpp, of the model or of a LoRA adapter";
    }

    @Override
    public Set<ExportSetting> settings() {
        return EnumSet.of(ExportSetting.TYPE, ExportSetting.BASE_NAME);
    }

    @Override
    public ExportWork prepare(ExportInput input, ExportOptions options) {
        GgufModel model = GgufModel.of(input.base());
        return input.adapter().isPresent() ? adapter(model, input, options) : whole(model, input, options);
    }

    private static ExportWork whole(GgufModel model, ExportInput input, ExportOptions options) {
        Ticket ticket = input.change();
        GgmlType type = options.type().map(GgufExport::type).orElseGet(() -> ownType(input.base()));
        GgufValues values = start(model, "model", options);
        values.number("general.file_type", type.fileType())
                .number("general.quantization_version", QUANTIZATION_VERSION)
                .text("lota4j.base", ticket.info().base());
        List<GgufTensor> tensors = new ArrayList<>(model.addTo(values));
        tensors.addAll(model.tensors(ticket.tensors(), type));
        Optional<String> without = GgufTokenizer.addTo(
                values, input.base().directory(), model.blocks().vocabulary());
        String what = Text.format(
                "%s, %d tensors, %s, with %,d weights changed",
                model.architecture().name(), tensors.size(), type, ticket.nnz());
        List<String> more = new ArrayList<>(without.stream().toList());
        long narrow = tensors.stream()
                .filter(tensor -> tensor.shape().rank() > 1 && tensor.type() == GgmlType.F16 && type == GgmlType.Q8_0)
                .count();
        if (narrow > 0) {
            more.add(Text.format("%d tensors are F16, for their rows are no whole blocks of 32", narrow));
        }
        return work(MODEL, values, tensors, what, more);
    }

    private static ExportWork adapter(GgufModel model, ExportInput input, ExportOptions options) {
        GgmlType type = options.type().map(GgufExport::type).orElse(GgmlType.F32);
        GgufValues values = start(model, "adapter", options);
        GgufAdapter adapter = GgufAdapter.of(model, input.adapter().orElseThrow(), type);
        values.text("adapter.type", "lora")
                .real("adapter.lora.alpha", adapter.alpha())
                .number("general.file_type", type.fileType())
                .number("general.quantization_version", QUANTIZATION_VERSION);
        String what = Text.format(
                "LoRA for %s, %d matrices",
                model.architecture().name(), adapter.tensors().size() / 2);
        return work(ADAPTER, values, adapter.tensors(), what, List.of());
    }

    private static GgufValues start(GgufModel model, String type, ExportOptions options) {
        GgufValues values = new GgufValues()
                .text("general.architecture", model.architecture().name())
                .text("general.type", type);
        options.baseName()
                .or(() -> ModelCard.nameOf(model.base().directory()))
                .ifPresent(name -> values.text("general.name", name + ", with lota4j"));
        return values;
    }

    private static ExportWork work(
            String file, GgufValues values, List<GgufTensor> tensors, String what, List<String> more) {
        long bytes = tensors.stream().mapToLong(GgufTensor::bytes).sum();
        List<String> lines = new ArrayList<>(List.of(what));
        lines.addAll(more);
        return new ExportWork(bytes, lines, out -> {
            AtomicFile.requireEmpty(out);
            AtomicFile.writeDirectory(out, bytes, folder -> GgufFile.write(folder.resolve(file), values, tensors));
            List<String> said = new ArrayList<>(List.of(Text.format("%s: %s", out.resolve(file), what)));
            said.addAll(more);
            return new Exported(said);
        });
    }

    private static GgmlType type(ExportType type) {
        return switch (type) {
            case F32 -> GgmlType.F32;
            case BF16 -> GgmlType.BF16;
            case F16 -> GgmlType.F16;
            case Q8_0 -> GgmlType.Q8_0;
        };
    }

    /// That of the first matrix.
    private static GgmlType ownType(Checkpoint base) {
        DType type = base.tensors().values().stream()
                .filter(info -> info.shape().rank() == 2)
                .findFirst()
                .map(info -> info.dtype())
                .orElse(DType.F32);
        return switch (type) {
            case BF16 -> GgmlType.BF16;
            case F16 -> GgmlType.F16;
            default -> GgmlType.F32;
        };
    }
}
