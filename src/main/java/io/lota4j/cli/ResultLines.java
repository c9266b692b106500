package io.lota4j.cli;

import io.lota4j.internal.Text;
import io.lota4j.internal.merge.run.Rounding;
import io.lota4j.internal.ticket.MappedTicket;
import io.lota4j.mask.Mask;
import io.lota4j.ticket.Effect;
import io.lota4j.ticket.Ticket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// Results in a line.
final class ResultLines {
    /// Less than this share is not told: it is printed as zero.
    private static final double LEAST_LOST = 5e-5;

    /// At most this many file names are listed.
    private static final int LISTED = 20;

    private ResultLines() {}

    static Sentence mask(Path file, Mask mask) {
        return Sentence.of(
                "%s: %s of %s weights trainable (sparsity %s), %s",
                Figure.of(Key.PATH, file),
                Figure.count(Key.TRAINABLE, mask.trainable()),
                Figure.count(Key.POOL_SIZE, mask.poolSize()),
                Figure.share(Key.SPARSITY, mask.sparsity()),
                size(file));
    }

    static Sentence ticket(Path file, Ticket ticket) {
        return ticket(file, ticket.nnz(), ticket.poolSize());
    }

    static Sentence ticket(MappedTicket ticket) {
        return ticket(ticket.path(), ticket.nnz(), ticket.poolSize());
    }

    private static Sentence ticket(Path file, long changed, long weights) {
        return Sentence.of(
                "%s: %s of %s weights changed (density %s), %s",
                Figure.of(Key.PATH, file),
                Figure.count(Key.CHANGED, changed),
                Figure.count(Key.POOL_SIZE, weights),
                Figure.share(Key.DENSITY, weights == 0 ? 0 : (double) changed / weights),
                size(file));
    }

    /// What rounding did to a ticket's changes, if it took anything worth telling.
    ///
    /// @param advice what follows
    static Optional<Sentence> rounding(Effect effect, String advice) {
        List<Sentence> told = new ArrayList<>();
        if (effect.vanished() > 0) {
            told.add(Sentence.of("%s weights stay as they were", Figure.count(Key.VANISHED, effect.vanished())));
        }
        if (effect.lost() >= LEAST_LOST || effect.vanished() > 0) {
            told.add(Sentence.of("%s of the change (squared norm) is lost", Figure.share(Key.LOST, effect.lost())));
        }
        if (effect.overflowed() > 0) {
            told.add(Sentence.of("%s weights become infinite", Figure.count(Key.OVERFLOWED, effect.overflowed())));
        }
        return told.isEmpty()
                ? Optional.empty()
                : Optional.of(Sentence.join(", ", told).followedBy(advice));
    }

    /// What rounding did to a merge's changes. F32 takes none, so the advice to ask for it is always open.
    static Optional<Sentence> rounding(Rounding rounding) {
        return Optional.of(rounding)
                .filter(some -> some.vanished() > 0)
                .map(some -> Sentence.of(
                        "rounding: of %s weights that the merge changes %s stay as they were; "
                                + "'out_dtype: float32' in the recipe, or --dtype F32, keeps them",
                        Figure.count(Key.CHANGED, some.changed() + some.vanished()),
                        Figure.count(Key.VANISHED, some.vanished())));
    }

    /// Where a merge could not keep what tickets keep exactly.
    ///
    /// @param inexact by tensor, how many weights
    static Optional<Sentence> inexact(Map<String, Long> inexact) {
        if (inexact.isEmpty()) {
            return Optional.empty();
        }
        long count = inexact.values().stream().mapToLong(Long::longValue).sum();
        String more = inexact.size() > LISTED ? Text.format(" and %d more", inexact.size() - LISTED) : "";
        String text = Text.format(
                "not exact: %,d weights, which a ticket keeps exactly because no delta gives them, got the nearest "
                        + "delta: another model changes them too, or the method scales the change (%s%s)",
                count,
                inexact.entrySet().stream()
                        .limit(LISTED)
                        .map(tensor -> Text.format("%s: %,d", tensor.getKey(), tensor.getValue()))
                        .collect(Collectors.joining(", ")),
                more);
        return Optional.of(Sentence.of("%s", new Figure(Key.INEXACT, new TreeMap<>(inexact), text)));
    }

    /// What of a model's directory is not in a result.
    static Optional<Sentence> leftOut(List<String> names) {
        if (names.isEmpty()) {
            return Optional.empty();
        }
        String more = names.size() > LISTED ? Text.format(" and %d more", names.size() - LISTED) : "";
        String text = "not copied: " + String.join(", ", names.subList(0, Math.min(LISTED, names.size()))) + more;
        return Optional.of(Sentence.of("%s", new Figure(Key.NOT_COPIED, names, text)));
    }

    static String percent(double share) {
        return Text.format("%.2f%%", 100 * share);
    }

    /// The size of a file.
    static Figure size(Path file) {
        return Figure.bytes(Key.BYTES, file.toFile().length());
    }

    /// `17.3 MB`
    static String bytes(long bytes) {
        String[] units = {"B", "kB", "MB", "GB", "TB"};
        int unit = 0;
        double value = bytes;
        while (value >= 1000 && unit < units.length - 1) {
            value /= 1000;
            unit++;
        }
        return Text.format(unit == 0 ? "%.0f %s" : "%.1f %s", value, units[unit]);
    }
}
