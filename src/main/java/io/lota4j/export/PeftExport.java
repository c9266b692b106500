package io.lota4j.export;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.DType;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.checkpoint.DecoderNames;
import io.lota4j.internal.checkpoint.ModelCard;
import io.lota4j.internal.checkpoint.TensorInfo;
import io.lota4j.internal.checkpoint.TensorSource;
import io.lota4j.internal.export.ExportInput;
import io.lota4j.internal.export.ExportWork;
import io.lota4j.internal.peft.AdapterModule;
import io.lota4j.internal.peft.NewAdapter;
import io.lota4j.internal.peft.TargetModules;
import io.lota4j.internal.ticket.TicketCard;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.TicketTensor;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeMap;

/// A ticket as an adapter that PEFT loads.
final class PeftExport implements Export {
    private static final DecoderNames NO_NAMES = DecoderNames.USUAL;
    private static final String WEIGHT = ".weight";

    @Override
    public String name() {
        return "peft";
    }

    @Override
    public String about() {
        return "an adapter that PEFT 0.21 or later loads";
    }

    @Override
    public Set<ExportSetting> settings() {
        return EnumSet.of(
                ExportSetting.PEFT_TYPE, ExportSetting.BASE_NAME, ExportSetting.SCORES, ExportSetting.DATASETS);
    }

    @Override
    public ExportWork prepare(ExportInput input, ExportOptions options) {
        if (input.adapter().isPresent()) {
            throw new LotaException(Text.format(
                    "%s is an adapter that PEFT loads already.", input.adapter().get()));
        }
        Checkpoint base = input.base();
        Ticket ticket = input.change();
        DecoderNames names = DecoderNames.of(base.tensors().keySet()).orElse(NO_NAMES);
        SequencedMap<String, TicketTensor> changed = new TreeMap<>();
        ticket.tensors().forEach((name, tensor) -> {
            if (tensor.nnz() > 0) {
                requireLinear(names, base, base.info(name));
                changed.put(name, tensor);
            }
        });
        if (changed.isEmpty()) {
            throw new LotaException("The ticket changes no weight, so an adapter of it would have no modules.");
        }
        SparseLayout layout = SparseLayout.of(options.peftType(), changed);
        ScoreTable.addTo(new ModelCard(ModelCard.Relation.ADAPTER, "peft"), options.scores());
        List<String> lines = lines(ticket, changed, layout);
        return new ExportWork(layout.bytes(changed.values()), lines, out -> {
            ModelCard card = TicketCard.of(base, ticket, ticket.nnz(), ModelCard.Relation.ADAPTER, "peft");
            options.baseName().ifPresent(card::baseName);
            card.datasets(options.datasets());
            ScoreTable.addTo(card, options.scores());
            adapter(base, ticket, names, changed, layout, options)
                    .write(out, tensors(names, changed, layout), card.text());
            List<String> said = new ArrayList<>();
            said.add(Text.format("%s: an adapter for %s", out, lines.getFirst()));
            said.addAll(lines.subList(1, lines.size()));
            return new Exported(said);
        });
    }

    private static List<String> lines(Ticket ticket, SequencedMap<String, TicketTensor> changed, SparseLayout layout) {
        long entries = changed.values().stream()
                .mapToLong(tensor -> layout.entries(tensor.shape()))
                .sum();
        List<String> lines = new ArrayList<>();
        lines.add(Text.format(
                "%d modules as %s: %,d weights changed, in %,d entries",
                changed.size(), layout.type(), ticket.nnz(), entries));
        if (ticket.exact() > 0) {
            lines.add(Text.format(
                    "not exact: %,d weights, which the ticket keeps exactly because no delta gives them, get the"
                            + " nearest delta",
                    ticket.exact()));
        }
        if (changed.values().stream().anyMatch(tensor -> tensor.baseType() != DType.F32)) {
            lines.add("PEFT rounds changes to the type that it loads the base in before it adds them;"
                    + " loaded as float32 the result is exact");
        }
        return lines;
    }

    /// PEFT's sparse methods change modules of `torch.nn.Linear` only.
    private static void requireLinear(DecoderNames names, Checkpoint base, TensorInfo info) {
        Optional<String> problem;
        if (DecoderNames.GPT2.contains(names)) {
            problem = Optional.of("belongs to a model whose matrices are transposed (Conv1D)");
        } else if (info.name().contains(".experts.")) {
            problem = Optional.of("belongs to an expert, and transformers has those of a layer in one tensor");
        } else if (info.shape().rank() != 2 || !info.name().endsWith(WEIGHT)) {
            problem = Optional.of("is no matrix");
        } else if (!names.isMatrix(info) && !info.name().equals(names.head())) {
            problem = Optional.of("is an embedding, a router or a module of another kind");
        } else {
            problem = Optional.empty();
        }
        problem.ifPresent(why -> {
            throw new LotaException(Text.format(
                    "PEFT's sparse methods change linear modules only, but tensor '%s' %s. Export the ticket in another"
                            + " form, such as a whole directory of %s's files.",
                    info.name(), why, base.directory()));
        });
    }

    private static NewAdapter adapter(
            Checkpoint base,
            Ticket ticket,
            DecoderNames names,
            SequencedMap<String, TicketTensor> changed,
            SparseLayout layout,
            ExportOptions options) {
        List<String> modules = TargetModules.of(changed.keySet(), base.tensors().keySet()).stream()
                .map(module -> TargetModules.inMemory(names, module))
                .toList();
        String baseName = options.baseName()
                .or(() -> ModelCard.nameOf(base.directory()))
                .orElse(base.directory().toString());
        var provenance = new TreeMap<>(ticket.info().provenance());
        provenance.put("base", ticket.info().base());
        return new NewAdapter(layout.type(), baseName, modules, layout.settings(), provenance);
    }

    private static List<TensorSource> tensors(
            DecoderNames names, SequencedMap<String, TicketTensor> changed, SparseLayout layout) {
        List<TensorSource> tensors = new ArrayList<>();
        changed.forEach((name, tensor) -> {
            String module = TargetModules.inMemory(names, TargetModules.module(name));
            tensors.addAll(layout.tensors(AdapterModule.PREFIX + module + ".", tensor));
        });
        return tensors;
    }
}
