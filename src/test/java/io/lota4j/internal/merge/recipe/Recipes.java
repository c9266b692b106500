package io.lota4j.internal.merge.recipe;

import io.lota4j.Golden;
import io.lota4j.internal.merge.ModelTensor;
import io.lota4j.internal.merge.TensorPieces;
import io.lota4j.internal.merge.Workers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What tests of recipes share: names for the golden models, and small merges in memory.
final class Recipes {
    private static final String[][] MODELS = {
        {"$base", "models/llama-tied"},
        {"$untied", "models/llama"},
        {"$a", "merge/experts/a"},
        {"$b", "merge/experts/b"},
        {"$c", "merge/experts/c"},
        {"$lora", "peft/lora"}
    };

    private Recipes() {}

    /// Writes a recipe with `$base`, `$untied`, `$a`, `$b`, `$c` replaced by the golden models' paths.
    static Path write(Path folder, String yaml) throws IOException {
        String expanded = yaml;
        for (String[] model : MODELS) {
            expanded = expanded.replace(model[0], Golden.path(model[1]).toString());
        }
        return Files.writeString(folder.resolve("recipe.yaml"), expanded);
    }

    /// A message with the models' paths replaced by their names again, and without the recipe's folder.
    static String shorten(Path folder, String message) {
        String shortened = message.replace(folder + "/", "");
        for (String[] model : MODELS) {
            shortened = shortened.replaceAll(
                    Pattern.quote(Golden.path(model[1]).toString()) + "(?![-\\w])", Matcher.quoteReplacement(model[0]));
        }
        return shortened;
    }

    /// All elements of one tensor of the result, in F32.
    static float[] compute(PlanSources sources, MergePlan plan, TensorPlan tensor) {
        float[] values = new float[(int) tensor.shape().numel()];
        switch (tensor) {
            case TensorPlan.Copy copy -> sources.weights(copy.from()).read(0, values.length, values);
            case TensorPlan.Merge merge -> {
                try (Workers workers = new Workers(1)) {
                    TensorPieces pieces = new TensorPieces(sources.task(plan, merge), plan.method(), workers);
                    boolean add = pieces.deltas();
                    if (add) {
                        ModelTensor.Weights base = pieces.task().base().orElseThrow();
                        base.read(0, values.length, values);
                    }
                    pieces.merge(plan.method().merger(plan.compat()).prepare(pieces), (piece, merged) -> {
                        for (int i = 0; i < piece.size(); i++) {
                            int at = (int) piece.first() + piece.offsets()[i];
                            values[at] = add ? values[at] + merged[i] : merged[i];
                        }
                    });
                }
            }
        }
        return values;
    }
}
