package io.lota4j.internal.merge.source;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.checkpoint.Nearby;
import io.lota4j.internal.checkpoint.Quantized;
import io.lota4j.internal.merge.ModelOutline;
import io.lota4j.internal.merge.ModelReference;
import io.lota4j.internal.peft.AdapterFolder;
import io.lota4j.internal.ticket.MappedTicket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// Opens models by what lies at their paths.
final class Opening {
    private static final String MASK_SUFFIX = ".mask.safetensors";

    private Opening() {}

    static MergeSource open(ModelReference reference, Optional<ModelOutline> base) {
        return reference
                .adapter()
                .map(adapter -> stacked(reference, adapter))
                .orElseGet(() -> single(reference.label(), reference.path(), base, false));
    }

    private static MergeSource stacked(ModelReference reference, Path adapter) {
        CheckpointSource below = checkpoint(reference);
        boolean opened = false;
        try {
            MergeSource above = single(adapter.toString(), adapter, Optional.of(below), true);
            if (above.isWhole()) {
                above.close();
                throw new LotaException(Text.format(
                        "%s: %s is a whole checkpoint; only an adapter or a ticket follows a plus.",
                        reference.label(), adapter));
            }
            opened = true;
            return StackedSource.of(reference.label(), below, above);
        } finally {
            if (!opened) {
                below.close();
            }
        }
    }

    private static CheckpointSource checkpoint(ModelReference reference) {
        Path path = reference.path();
        if (Files.isRegularFile(path)
                || (Files.isDirectory(path) && AdapterFolder.find(path).isPresent())) {
            throw new LotaException(Text.format(
                    "%s: %s is no checkpoint; an adapter or a ticket is put on one.", reference.label(), path));
        }
        return whole(path.toString(), path);
    }

    private static MergeSource single(String label, Path path, Optional<ModelOutline> base, boolean onCheckpoint) {
        if (Files.isRegularFile(path)) {
            return ticket(label, path, base, onCheckpoint);
        }
        if (!Files.isDirectory(path)) {
            throw Nearby.missing(path);
        }
        return AdapterFolder.find(path)
                .<MergeSource>map(folder -> AdapterSource.open(label, folder, base, onCheckpoint))
                .orElseGet(() -> whole(label, path));
    }

    private static CheckpointSource whole(String label, Path path) {
        Checkpoint checkpoint = Checkpoint.open(path);
        boolean opened = false;
        try {
            Quantized.refuse(checkpoint, "merged");
            opened = true;
            return new CheckpointSource(label, checkpoint);
        } finally {
            if (!opened) {
                checkpoint.close();
            }
        }
    }

    private static MergeSource ticket(String label, Path file, Optional<ModelOutline> base, boolean onCheckpoint) {
        String name = file.getFileName().toString();
        if (name.endsWith(MASK_SUFFIX)) {
            throw new LotaException(Text.format("%s is a mask, which has no values to merge; give a ticket.", file));
        }
        if (name.equals(AdapterFolder.CONFIG) || name.equals(AdapterFolder.WEIGHTS) || name.equals(Checkpoint.CONFIG)) {
            throw new LotaException(Text.format(
                    "%s is a file of a model; give its folder, %s.",
                    file, file.toAbsolutePath().getParent()));
        }
        MappedTicket ticket = MappedTicket.open(file);
        boolean opened = false;
        try {
            MergeSource source = new TicketSource(label, ticket, base, onCheckpoint);
            opened = true;
            return source;
        } finally {
            if (!opened) {
                ticket.close();
            }
        }
    }
}
