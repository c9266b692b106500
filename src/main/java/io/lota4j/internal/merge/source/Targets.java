package io.lota4j.internal.merge.source;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.Suggestions;
import io.lota4j.internal.Text;
import io.lota4j.internal.merge.ModelOutline;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// Matches the tensors that a delta names with those of its base, and collects what does not fit.
final class Targets {
    /// At most this many sentences are in a message.
    private static final int LISTED = 12;

    private final Path file;
    private final Optional<ModelOutline> base;
    private final List<String> unmatched = new ArrayList<>();
    private int matched;

    /// @param base empty when there is none to match with: everything then fits
    Targets(Path file, Optional<ModelOutline> base) {
        this.file = file;
        this.base = base;
    }

    /// @param misfit given the base's shape, a sentence when the delta's tensor does not fit it
    /// @return whether the tensor fits
    boolean match(String name, Function<Shape, Optional<String>> misfit) {
        Optional<String> problem = base.flatMap(model -> problem(model, name, misfit));
        problem.ifPresentOrElse(unmatched::add, () -> matched++);
        return problem.isEmpty();
    }

    private Optional<String> problem(ModelOutline model, String name, Function<Shape, Optional<String>> misfit) {
        ModelOutline.Tensor expected = model.tensors().get(name);
        if (expected != null) {
            return misfit.apply(expected.shape());
        }
        String hint = Suggestions.nearest(name, model.tensors().keySet())
                .map(near -> " The nearest one there is '" + near + "'.")
                .orElse("");
        return Optional.of(Text.format(
                "%s: changes tensor '%s', which the base %s does not have.%s", file, name, model.label(), hint));
    }

    /// What does not fit, a sentence each.
    ///
    /// @throws LotaException when nothing fits at all
    List<String> unmatched() {
        if (matched == 0 && !unmatched.isEmpty()) {
            String more = unmatched.size() > LISTED ? Text.format("\nand %d more", unmatched.size() - LISTED) : "";
            throw new LotaException(Text.format(
                    "%s: none of its %d tensors fits the base %s; is it for another model?\n%s%s",
                    file,
                    unmatched.size(),
                    base.map(ModelOutline::label).orElse(""),
                    String.join("\n", unmatched.subList(0, Math.min(LISTED, unmatched.size()))),
                    more));
        }
        return List.copyOf(unmatched);
    }
}
