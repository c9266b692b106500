package io.lota4j.internal.merge.recipe;

import io.lota4j.internal.Text;
import io.lota4j.internal.merge.ModelOutline;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// A plan in words.
final class PlanText {
    private PlanText() {}

    static List<String> lines(MergePlan plan) {
        List<String> lines = new ArrayList<>();
        lines.add(Text.format(
                "method      %s, as %s reads it",
                plan.method().name(), plan.compat().word()));
        for (ModelOutline model : plan.models()) {
            lines.add(Text.format("model       %s: %s", model.label(), model(model)));
        }
        long merged = plan.tensors().stream()
                .filter(TensorPlan.Merge.class::isInstance)
                .count();
        lines.add(Text.format(
                "tensors     %d merged, %d copied, %s", merged, plan.tensors().size() - merged, types(plan)));
        plan.files().written().keySet().forEach(name -> lines.add(Text.format("file        %s is written anew", name)));
        plan.files()
                .copied()
                .forEach((name, from) -> lines.add(Text.format("file        %s of %s", name, from.getParent())));
        plan.warnings().forEach(warning -> lines.add("warning     " + warning));
        return lines;
    }

    private static String model(ModelOutline model) {
        String where = model.directory().map(dir -> " in " + dir).orElse("");
        return Text.format(
                "%s of %d tensors%s",
                model.isWhole() ? "weights" : "deltas", model.tensors().size(), where);
    }

    private static String types(MergePlan plan) {
        return plan.tensors().stream()
                .map(tensor -> tensor.dtype().name())
                .distinct()
                .sorted()
                .collect(Collectors.joining(" and "));
    }
}
