package io.lota4j.internal.merge.recipe;

import io.lota4j.internal.Text;
import io.lota4j.internal.merge.MergeMethod;
import io.lota4j.internal.merge.ModelOutline;
import io.lota4j.internal.yaml.Problems;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Tells when a merge would change nothing, or use only a part of what its recipe names.
record NoEffectCheck(MergeMethod method, List<SliceModels> parts, Problems problems) {
    private static final String WEIGHT = "weight";

    /// What takes the whole change away where it is 0.
    private static final Set<String> SHARES = Set.of("lambda", "t");

    void check(List<TensorPlan> tensors) {
        List<TensorPlan.Merge> merged = tensors.stream()
                .filter(TensorPlan.Merge.class::isInstance)
                .map(TensorPlan.Merge.class::cast)
                .toList();
        if (merged.isEmpty()) {
            if (!problems.hasErrors()) {
                problems.error(Text.format("nothing would be merged: all %d tensors would be copied", tensors.size()));
            }
            return;
        }
        checkWeights(merged);
        tellBases();
        if (parts.getFirst().sources().getFirst().layers().isEmpty()) {
            checkShares(merged);
            if (!problems.hasErrors()) {
                tellLeft(tensors);
            }
        }
    }

    private void checkWeights(List<TensorPlan.Merge> merged) {
        List<SliceModels.Source> sources = parts.getFirst().sources();
        if (parts.size() > 1
                || !merged.getFirst().settings().modelValues().getFirst().containsKey(WEIGHT)) {
            return;
        }
        int idle = 0;
        for (int i = 0; i < sources.size(); i++) {
            int model = i;
            if (merged.stream().allMatch(tensor -> tensor.settings().number(WEIGHT, model) == 0)) {
                problems.warn(Text.format(
                        "%s has weight 0 for all %d tensors; it changes nothing",
                        sources.get(i).member(), merged.size()));
                idle++;
            }
        }
        if (idle == sources.size()) {
            problems.error("every model has weight 0; the merge would change nothing");
        }
    }

    /// Unless rows are put in another order, nothing is left to do.
    private void checkShares(List<TensorPlan.Merge> merged) {
        Map<String, Double> first = merged.getFirst().settings().values();
        SHARES.stream()
                .filter(first::containsKey)
                .filter(share -> merged.stream()
                        .allMatch(tensor -> tensor.settings().number(share) == 0
                                && tensor.rows().isEmpty()))
                .forEach(share -> problems.error(Text.format(
                        "'%s' is 0 for all %d tensors; the merge would change nothing", share, merged.size())));
    }

    /// The base under another name, such as a link to it.
    private void tellBases() {
        for (SliceModels part : parts) {
            part.base()
                    .ifPresent(base -> part.sources().stream()
                            .filter(source -> source.layers().equals(base.layers()))
                            .filter(source -> SameFiles.of(
                                    source.member().reference(), base.member().reference()))
                            .forEach(source -> problems.warn(Text.format(
                                    "%s has the same weight files as the base %s; it changes nothing",
                                    source.member(), base.member()))));
        }
    }

    /// Weights of a model that no tensor of the result is made from.
    private void tellLeft(List<TensorPlan> tensors) {
        Map<ModelOutline, Set<String>> used = new IdentityHashMap<>();
        for (TensorPlan tensor : tensors) {
            inputs(tensor)
                    .forEach(input -> used.computeIfAbsent(input.model(), model -> new HashSet<>())
                            .add(input.tensor()));
        }
        Set<String> results = tensors.stream().map(TensorPlan::name).collect(Collectors.toSet());
        for (SliceModels.Source source : parts.getFirst().sources()) {
            ModelOutline model = source.member().outline();
            Set<String> names = used.getOrDefault(model, Set.of());
            List<String> left = model.tensors().entrySet().stream()
                    .filter(entry -> !entry.getValue().dtype().isWhole())
                    .map(Map.Entry::getKey)
                    .filter(name -> !names.contains(name) && !results.contains(name))
                    .toList();
            if (!left.isEmpty()) {
                problems.warn(Text.format(
                        "%s: %d of its %d tensors are not used, for the result has none of their name, such as %s",
                        source.member(), left.size(), model.tensors().size(), left.getFirst()));
            }
        }
    }

    private static Stream<TensorPlan.Input> inputs(TensorPlan tensor) {
        return switch (tensor) {
            case TensorPlan.Copy copy -> Stream.of(copy.from());
            case TensorPlan.Merge merge -> Stream.concat(merge.models().stream(), merge.base().stream());
        };
    }
}
