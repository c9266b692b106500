package io.lota4j.cli;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.LayerName;
import io.lota4j.mask.Mask;
import io.lota4j.mask.MaskFile;
import io.lota4j.mask.MaskTensor;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.TicketTensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.roaringbitmap.PeekableIntIterator;
import org.roaringbitmap.RoaringBitmap;

/// What a ticket itself shows before anything is trained: where the energy of its change lies, which rows are far out
/// of line, and what it has in common with masks of known tasks.
///
/// @param ticket to look at
record TicketInspection(Ticket ticket) {
    /// A row stands out that has so many times the mean energy of its matrix' rows.
    private static final double FAR = 10;

    /// Rows that are listed at most.
    private static final int LISTED = 10;

    /// A row of a matrix.
    ///
    /// @param times energy over the mean of the matrix' rows
    private record Row(String tensor, int number, double times) {}

    void say(Result result, List<Path> masks) {
        Map<String, Double> parts = new TreeMap<>();
        List<Row> far = new ArrayList<>();
        double[] all = {0};
        ticket.tensors().forEach((name, tensor) -> {
            double[] rows = rows(tensor);
            double energy = 0;
            for (double row : rows) {
                energy += row;
            }
            all[0] += energy;
            String layer = LayerName.of(name)
                    .map(of -> Text.format("layer %3d", of.index()))
                    .orElse("outside layers");
            parts.merge(layer, energy, Double::sum);
            parts.merge(LayerName.kind(name), energy, Double::sum);
            for (int row = 0; row < rows.length && energy > 0; row++) {
                double times = rows[row] * rows.length / energy;
                if (times >= FAR) {
                    far.add(new Row(name, row, times));
                }
            }
        });
        result.line("share of the change's energy (sum of squares):");
        parts.forEach((part, energy) -> result.add(
                Key.ENERGY,
                part.replaceAll(" +", " "),
                Sentence.of("%8s", Figure.share(Key.ENERGY_SHARE, all[0] == 0 ? 0 : energy / all[0]))
                        .after(Text.format("%-24s", part.replaceAll(" +", " ")))));
        result.say(
                "%s rows have at least " + Math.round(FAR) + " times the mean energy of their matrix' rows",
                Figure.count(Key.FAR_ROWS, far.size()));
        far.stream()
                .sorted(Comparator.comparingDouble(Row::times).reversed())
                .limit(LISTED)
                .forEach(row -> result.add(
                        Key.ROWS_OUT_OF_LINE,
                        Sentence.of(
                                "%s, row %s: %s times",
                                Figure.of(Key.NAME, row.tensor()),
                                Figure.of(Key.ROW, row.number()),
                                Figure.real(Key.TIMES, row.times(), 1))));
        masks.forEach(mask -> overlap(mask, result));
        result.line("This finds nothing by itself: a hidden behaviour need not stand out, and what stands out may be of"
                + " the task. lota guard detect asks the model.");
    }

    /// Energy of each row of a matrix; of another tensor all of it is one.
    private static double[] rows(TicketTensor tensor) {
        long columns = tensor.shape().rank() == 2
                ? tensor.shape().dim(1)
                : tensor.shape().numel();
        double[] rows = new double[Math.toIntExact(tensor.shape().numel() / columns)];
        float[] values = tensor.values();
        PeekableIntIterator index = tensor.index().getIntIterator();
        for (int at = 0; index.hasNext(); at++) {
            rows[Math.toIntExact(Integer.toUnsignedLong(index.next()) / columns)] += (double) values[at] * values[at];
        }
        return rows;
    }

    private void overlap(Path file, Result result) {
        Mask mask = MaskFile.read(file);
        if (!mask.info().base().equals(ticket.info().base())) {
            throw new LotaException(Text.format(
                    "The ticket is for the base with fingerprint %s, %s for %s; give masks of the same base.",
                    ticket.info().base(), file, mask.info().base()));
        }
        long both = 0;
        double byChance = 0;
        for (Map.Entry<String, TicketTensor> entry : ticket.tensors().entrySet()) {
            MaskTensor other = mask.tensors().get(entry.getKey());
            if (other != null) {
                both += RoaringBitmap.andCardinality(entry.getValue().index(), other.trainable());
                byChance += (double) entry.getValue().nnz()
                        * other.count()
                        / other.shape().numel();
            }
        }
        double changed = Math.max(1, ticket.nnz());
        result.add(
                Key.MASKS,
                Sentence.of(
                        "%s has %s of the changed weights, by chance %s",
                        Figure.of(Key.PATH, file),
                        Figure.share(Key.SHARE, both / changed),
                        Figure.share(Key.CHANCE, byChance / changed)));
    }
}
