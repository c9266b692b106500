package io.lota4j.internal.experiment.recipe;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import io.lota4j.internal.yaml.Yaml;
import io.lota4j.train.objective.Objective;
import io.lota4j.train.objective.Objectives;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Reads what is minimised: `objective: dpo`, or `objective: {name: dpo, beta: 0.2}`.
final class ObjectiveReader {
    static final String KEY = "objective";
    private static final String NAME = "name";

    private ObjectiveReader() {}

    /// What stands behind `objective`; null where nothing does.
    static @Nullable Objective objective(Fields fields) {
        if (!fields.has(KEY)) {
            return null;
        }
        if (fields.value(KEY).orElseThrow() instanceof Yaml.Text) {
            return made(fields, fields.required(KEY), Map.of());
        }
        return fields.within(KEY).map(ObjectiveReader::read).orElse(null);
    }

    private static @Nullable Objective read(Fields fields) {
        Map<String, Double> values = new LinkedHashMap<>();
        for (String key : fields.mapping().entries().keySet()) {
            if (key.equals(NAME)) {
                continue;
            }
            List<Double> numbers = fields.numbers(key);
            if (numbers.size() != 1) {
                fields.keys().error(fields.mapping(), Text.format("%s must be one number", fields.place(key)));
                return null;
            }
            values.put(key, numbers.getFirst());
        }
        return made(fields, fields.required(NAME), values);
    }

    private static @Nullable Objective made(Fields fields, String name, Map<String, Double> values) {
        try {
            return Objectives.of(name, values);
        } catch (LotaException e) {
            fields.keys().error(fields.mapping(), Text.format("%s: %s", fields.place(KEY), e.getMessage()));
            return null;
        }
    }
}
