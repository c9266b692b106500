package io.lota4j.cli;

import io.lota4j.Text;
import io.lota4j.mask.Mask;
import io.lota4j.ticket.MappedTicket;
import io.lota4j.ticket.Ticket;
import java.nio.file.Path;

/// Results in a line.
final class Words {
    private Words() {}

    static String mask(Path file, Mask mask) {
        return Text.format(
                "%s: %,d of %,d weights trainable (sparsity %s), %s",
                file, mask.trainable(), mask.poolSize(), percent(mask.sparsity()), size(file));
    }

    static String ticket(Path file, Ticket ticket) {
        return ticket(file, ticket.nnz(), ticket.poolSize());
    }

    static String ticket(MappedTicket ticket) {
        return ticket(ticket.path(), ticket.nnz(), ticket.poolSize());
    }

    private static String ticket(Path file, long changed, long weights) {
        return Text.format(
                "%s: %,d of %,d weights changed (density %s), %s",
                file, changed, weights, percent(weights == 0 ? 0 : (double) changed / weights), size(file));
    }

    static String percent(double share) {
        return Text.format("%.2f%%", 100 * share);
    }

    static String size(Path file) {
        return bytes(file.toFile().length());
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
