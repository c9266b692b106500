package io.lota4j.internal.merge.run;

import io.lota4j.internal.merge.recipe.MergePlan;
import io.lota4j.internal.merge.recipe.PlanSources;
import java.nio.file.Path;

/// A process that dies in the middle of a merge, as by a kill: nothing is closed, nothing is cleaned up.
final class HaltedMerge {
    private HaltedMerge() {}

    /// @param arguments recipe, directory to write, and after how many tensors to die
    public static void main(String[] arguments) {
        int[] left = {Integer.parseInt(arguments[2])};
        try (PlanSources models = new PlanSources()) {
            MergePlan plan = MergePlan.of(Path.of(arguments[0]), models);
            ModelMerge.run(
                    plan,
                    models,
                    Path.of(arguments[1]),
                    2,
                    (tensor, done, total) -> {
                        if (--left[0] == 0) {
                            Runtime.getRuntime().halt(0);
                        }
                    },
                    () -> false);
        }
    }
}
