package io.lota4j.merge.recipe;

import io.lota4j.Text;
import io.lota4j.checkpoint.Shape;
import io.lota4j.yaml.Problems;
import java.util.LinkedHashMap;
import java.util.Map;

/// Collects the tensors in which models differ from their reference: one line a model and kind, with the count.
final class Misfits {
    /// A kind of difference: what a message says before the count of the tensors and after it.
    private record Kind(String before, String after) {}

    private record Found(String first, int count) {
        Found more() {
            return new Found(first, count + 1);
        }
    }

    private final Map<Kind, Found> errors = new LinkedHashMap<>();

    /// A whole model lacks a tensor.
    void missing(Member model, Member reference, String tensor) {
        add(new Kind(model + " lacks ", " that " + reference + " has"), tensor);
    }

    /// A tensor has another shape.
    void shape(Member model, Member reference, String tensor, Shape expected, Shape found) {
        add(
                new Kind(model + " has ", " of another shape than " + reference),
                Text.format("%s: expected %s, found %s", tensor, expected, found));
    }

    private void add(Kind kind, String tensor) {
        errors.merge(kind, new Found(tensor, 1), (known, one) -> known.more());
    }

    void tell(Problems problems) {
        errors.forEach((kind, found) -> problems.error(Text.format(
                "%s%s%s, such as %s",
                kind.before(),
                found.count() == 1 ? "1 tensor" : found.count() + " tensors",
                kind.after(),
                found.first())));
    }
}
