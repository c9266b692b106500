package io.lota4j.internal.merge.recipe;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import io.lota4j.internal.merge.ModelOpener;
import io.lota4j.internal.merge.ModelOutline;
import io.lota4j.internal.merge.ModelReference;
import io.lota4j.internal.yaml.Problems;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Opens the models of a recipe, each once.
final class OpenModels {
    private final List<OpenModel> list = new ArrayList<>();

    private OpenModels() {}

    /// @param problems get what cannot be opened
    static OpenModels open(MergeRecipe recipe, ModelOpener opener, Problems problems) {
        OpenModels members = new OpenModels();
        Optional<OpenModel> base =
                recipe.base().flatMap(reference -> members.add(reference, opener, Optional.empty(), problems));
        for (MergeRecipe.Slice slice : recipe.slices()) {
            Optional<OpenModel> own = slice.base()
                    .flatMap(reference -> members.add(reference, opener, Optional.empty(), problems))
                    .or(() -> base);
            for (MergeRecipe.Source source : slice.sources()) {
                members.add(source.model(), opener, own.map(OpenModel::outline), problems);
            }
        }
        return members;
    }

    private Optional<OpenModel> add(
            ModelReference reference, ModelOpener opener, Optional<ModelOutline> base, Problems problems) {
        Optional<OpenModel> known = of(reference);
        if (known.isPresent()) {
            return known;
        }
        try {
            OpenModel member = new OpenModel(reference, opener.open(reference, base));
            list.add(member);
            tellUnmatched(member, problems);
            member.outline().doubts().forEach(problems::warn);
            return Optional.of(member);
        } catch (LotaException e) {
            problems.lost(String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    private static void tellUnmatched(OpenModel member, Problems problems) {
        List<String> unmatched = member.outline().unmatched();
        int matched = member.outline().tensors().size();
        if (matched == 0) {
            problems.error(Text.format(
                    "%s: none of its %d tensors is in the base; the merge would not use it", member, unmatched.size()));
        } else if (!unmatched.isEmpty()) {
            problems.warn(Text.format(
                    "%s: %d of its %d tensors are not used, such as %s",
                    member, unmatched.size(), unmatched.size() + matched, unmatched.getFirst()));
        }
    }

    /// Empty for a model that could not be opened.
    Optional<OpenModel> of(ModelReference reference) {
        return list.stream()
                .filter(member -> member.reference().isSame(reference))
                .findFirst();
    }

    Stream<OpenModel> stream() {
        return list.stream();
    }
}
