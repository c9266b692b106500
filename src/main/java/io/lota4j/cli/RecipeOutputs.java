package io.lota4j.cli;

import io.lota4j.internal.yaml.Yaml;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Which files a step writes and which texts it may read: by convention a flag that names an output is called `out`
/// or ends in `-out`.
final class RecipeOutputs {
    private RecipeOutputs() {}

    static Set<String> written(Recipe.Step step) {
        return values(step, true);
    }

    static Set<String> read(Recipe.Step step) {
        return values(step, false);
    }

    private static Set<String> values(Recipe.Step step, boolean outputs) {
        Set<String> values = new HashSet<>();
        step.flags().forEach((key, value) -> {
            if ((key.equals("out") || key.endsWith("-out")) == outputs) {
                List<Yaml> items = value instanceof Yaml.Items list ? list.items() : List.of(value);
                items.forEach(item -> {
                    if (item instanceof Yaml.Text text) {
                        values.add(text.text());
                    }
                });
            }
        });
        return values;
    }
}
