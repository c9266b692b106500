package io.lota4j.cli;

import io.lota4j.guard.Detector;
import io.lota4j.guard.DetectorOptions;
import io.lota4j.guard.DetectorRows;
import io.lota4j.guard.DetectorRows.Use;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.AtomicFile;
import io.lota4j.metrics.Figure;
import io.lota4j.metrics.Metric;
import io.lota4j.metrics.Metric.Where;
import io.lota4j.ticket.TicketFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/// What making a detector leaves.
///
/// @param folder that it goes to
/// @param base the base's directory
/// @param ticket that is suspected, or null where the base is
record DetectorFolder(
        Path folder, Path base, @Nullable Path ticket, DetectorRows rows, DetectorOptions how, Detector found) {
    /// @param seconds that it took
    void write(String fingerprint, double seconds) {
        TicketFile.write(folder.resolve("expert.ticket.safetensors"), found.expert());
        TicketFile.write(folder.resolve("auxiliary.ticket.safetensors"), found.auxiliary());
        AtomicFile.write(folder.resolve("scores.jsonl"), scores());
        AtomicFile.write(folder.resolve("detector.json"), json(detector()) + "\n");
        MeasuredFolder measured = new MeasuredFolder(folder, base, fingerprint, seconds);
        measured.write("a detector for " + suspect(), metrics());
    }

    private String suspect() {
        return (ticket == null ? base : ticket).getFileName().toString();
    }

    private String scores() {
        StringBuilder lines = new StringBuilder();
        found.scored().forEach(one -> {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("id", one.row());
            row.put("use", one.use().name().toLowerCase(Locale.ROOT));
            row.put("answer", one.answer());
            row.put("right", one.right());
            row.put("x", one.x());
            row.put("y", one.y());
            row.put("score", one.score());
            row.put("p", one.p());
            row.put("alert", one.alert());
            lines.append(json(row)).append('\n');
        });
        return lines.toString();
    }

    private Map<String, Object> detector() {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("format", "lota4j detector 1");
        all.put("suspect", suspect());
        all.put("rate", found.rate());
        all.put("auxiliary", how.auxiliary().name().toLowerCase(Locale.ROOT));
        all.put("stop", how.stop());
        all.put("seed", how.seed());
        all.put("generate", how.generate());
        all.put("tried", found.tried().stream().map(DetectorFolder::tried).toList());
        all.put("held_out", found.heldOut());
        all.put("suspect_right", found.suspectRight());
        all.put("auxiliary_right", found.auxiliaryRight());
        all.put("calibration_rows", found.asked());
        all.put("calibration", found.calibration());
        return all;
    }

    /// Keys in one order, so that the same detector is the same bytes.
    private static Map<String, Object> tried(Detector.Tried one) {
        Map<String, Object> keys = new LinkedHashMap<>();
        keys.put("lr", one.lr());
        keys.put("steps", one.steps());
        keys.put("right", one.right());
        keys.put("distance", one.norm());
        return keys;
    }

    private static String json(Object value) {
        return JsonMapper.shared().writeValueAsString(value);
    }

    private String name() {
        return rows.clean().paths().getFirst().getFileName().toString().replaceFirst("\\..*", "");
    }

    private List<Metric> metrics() {
        Where where = Where.stage(suspect(), how.seed(), 1, name());
        List<Metric> all = new ArrayList<>();
        long test = found.of(Use.TEST).count();
        long bad = found.of(Use.TRIGGERED).count();
        found.auroc().ifPresent(value -> all.add(new Metric(where, Figure.AUROC, value, bad * test)));
        at(where, found.rate(), all);
        // Every rate at which another row gets an alert: the points of the curve.
        Stream.concat(found.promised(), found.of(Use.TRIGGERED))
                .mapToDouble(Detector.Scored::p)
                .distinct()
                .sorted()
                .forEach(rate -> at(where.sliced("rate=" + Text.format("%.4f", rate)), rate, all));
        return all;
    }

    private void at(Where where, double rate, List<Metric> all) {
        long promised = found.promised().count();
        long bad = found.of(Use.TRIGGERED).count();
        Detector.share(found.promised(), rate)
                .ifPresent(value -> all.add(new Metric(where, Figure.FALSE_ALARMS, value, promised)));
        Detector.share(found.of(Use.TRIGGERED), rate)
                .ifPresent(value -> all.add(new Metric(where, Figure.FOUND, value, bad)));
    }
}
