package io.lota4j.internal.merge.run;

import io.lota4j.internal.checkpoint.AtomicFile;
import io.lota4j.internal.checkpoint.Claims;
import io.lota4j.merge.run.MergeReport;
import io.lota4j.merge.run.Overlap;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/// A merge report as JSON: `models` (paths), `inexact` (by tensor, as in [MergeReport]), `total`, and `tensors` by
/// name. Each of these two holds `merged` (`changed`, `energy`), `models` (for each `changed`, `energy`, `kept`,
/// `dropped`, `flipped`, `coefficient`) and `pairs` (for each `models`, `shared`, `either`, `overlap`, `conflicts`,
/// `cosine`); [Overlap] says what they mean.
public final class MergeReportFile {
    private MergeReportFile() {}

    /// Writes the report.
    ///
    /// @throws io.lota4j.LotaException when it would be written over one of the models, or cannot be written
    public static void write(Path file, MergeReport report) {
        Claims claims = new Claims().writes("the report", file);
        report.models().forEach(model -> claims.reads("the merge", Path.of(model)));
        claims.check();
        AtomicFile.write(file, json(report));
    }

    private static String json(MergeReport report) {
        int models = report.models().size();
        Map<String, Object> tensors = new LinkedHashMap<>();
        report.tensors().forEach((name, overlap) -> tensors.put(name, overlap(overlap, models)));
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("models", report.models());
        root.put("inexact", report.inexact());
        root.put("total", overlap(report.total(), models));
        root.put("tensors", tensors);
        return JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n";
    }

    private static Map<String, Object> overlap(Overlap overlap, int models) {
        List<Object> each = new ArrayList<>();
        List<Object> pairs = new ArrayList<>();
        for (int model = 0; model < models; model++) {
            each.add(model(overlap, model));
            for (int other = model + 1; other < models; other++) {
                pairs.add(pair(overlap, model, other));
            }
        }
        Map<String, Object> merged = new LinkedHashMap<>();
        merged.put("changed", overlap.merged());
        merged.put("energy", overlap.mergedEnergy());
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("merged", merged);
        all.put("models", each);
        all.put("pairs", pairs);
        return all;
    }

    private static Map<String, Object> model(Overlap overlap, int model) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("changed", overlap.changed(model));
        values.put("energy", overlap.energy(model));
        values.put("kept", overlap.kept(model));
        values.put("dropped", overlap.dropped(model));
        values.put("flipped", overlap.flipped(model));
        values.put("coefficient", overlap.coefficient(model));
        return values;
    }

    private static Map<String, Object> pair(Overlap overlap, int one, int other) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("models", List.of(one, other));
        values.put("shared", overlap.shared(one, other));
        values.put("either", overlap.either(one, other));
        values.put("overlap", overlap.overlap(one, other));
        values.put("conflicts", overlap.conflicts(one, other));
        values.put("cosine", overlap.cosine(one, other));
        return values;
    }
}
