package io.lota4j.merge.recipe;

import io.lota4j.checkpoint.Shape;
import io.lota4j.yaml.Problems;
import java.util.LinkedHashMap;
import java.util.Map;

/// Collects the tensors in which models differ from their reference: one line a model and kind, with the count.
final class Misfits {
    private record Found(String first, int count) {
        Found more() {
            return new Found(first, count + 1);
        }
    }

    private final Map<String, Found> errors = new LinkedHashMap<>();

    /// A whole model lacks a tensor.
    void missing(Member model, Member reference, String tensor) {
        add("%s lacks %%s that %s has, such as %%s".formatted(model, reference), tensor);
    }

    /// A tensor has another shape.
    void shape(Member model, Member reference, String tensor, Shape expected, Shape found) {
        add(
                "%s has %%s of another shape than %s, such as %%s".formatted(model, reference),
                "%s: expected %s, found %s".formatted(tensor, expected, found));
    }

    private void add(String what, String tensor) {
        errors.merge(what, new Found(tensor, 1), (known, one) -> known.more());
    }

    void tell(Problems problems) {
        errors.forEach((what, found) -> problems.error(
                what.formatted(found.count() == 1 ? "1 tensor" : found.count() + " tensors", found.first())));
    }
}
