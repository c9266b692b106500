package io.lota4j.export;

import io.lota4j.checkpoint.DType;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.ModelCard;
import io.lota4j.internal.export.ExportInput;
import io.lota4j.internal.export.ExportWork;
import io.lota4j.internal.ticket.CopyOptions;
import io.lota4j.ticket.Effect;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.Tickets;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// A whole directory, as Hugging Face's programs load it: the base's files, with the weights changed.
final class HfExport implements Export {
    @Override
    public String name() {
        return "hf";
    }

    @Override
    public String about() {
        return "a whole model directory (transformers, vLLM and others)";
    }

    @Override
    public Set<ExportSetting> settings() {
        return EnumSet.complementOf(EnumSet.of(ExportSetting.PEFT_TYPE));
    }

    @Override
    public ExportWork prepare(ExportInput input, ExportOptions options) {
        Optional<DType> type = options.type().map(ExportType::stored);
        Ticket ticket = input.change();
        Effect effect = Tickets.effect(input.base(), ticket, type);
        ScoreTable.addTo(new ModelCard(ModelCard.Relation.FINETUNE, "transformers"), options.scores());
        CopyOptions copy = new CopyOptions(type, options.mostBytes(), card -> {
            options.baseName().ifPresent(card::baseName);
            card.datasets(options.datasets());
            ScoreTable.addTo(card, options.scores());
        });
        long bytes = input.base().tensors().values().stream()
                .mapToLong(info -> type.filter(wanted -> info.dtype().isFloat())
                        .orElse(info.dtype())
                        .bytes(info.shape().numel()))
                .sum();
        return new ExportWork(bytes, List.of(changed(ticket, effect)), out -> {
            Tickets.Applied applied = Tickets.apply(input.base(), ticket, copy, out);
            return new Exported(
                    List.of(Text.format("%s: the base with %s", out, changed(ticket, applied.effect()))),
                    Optional.of(applied.effect()),
                    applied.leftOut());
        });
    }

    static String changed(Ticket ticket, Effect effect) {
        return effect.changed() == ticket.nnz()
                ? Text.format("%,d weights changed", effect.changed())
                : Text.format("%,d weights changed, of %,d in the ticket", effect.changed(), ticket.nnz());
    }
}
