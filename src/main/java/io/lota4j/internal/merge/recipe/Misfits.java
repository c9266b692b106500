package io.lota4j.internal.merge.recipe;

import io.lota4j.checkpoint.DType;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.Text;
import io.lota4j.internal.yaml.Problems;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
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
    private final Map<String, List<String>> buffers = new LinkedHashMap<>();

    /// A whole model lacks a tensor.
    void missing(OpenModel model, OpenModel reference, String tensor) {
        add(new Kind(model + " lacks ", " that " + reference + " has"), tensor);
    }

    /// A tensor has another shape.
    void shape(OpenModel model, OpenModel reference, String tensor, Shape expected, Shape found) {
        add(
                new Kind(model + " has ", " of another shape than " + reference),
                Text.format("%s: expected %s, found %s", tensor, expected, found));
    }

    /// A tensor of a type that is not computed with.
    void type(OpenModel model, String tensor, DType found) {
        add(new Kind(model + " has ", " of " + found + ", which is not merged"), tensor);
    }

    /// A tensor that cannot be merged and is not the reference's own.
    void different(OpenModel model, OpenModel reference, String tensor, DType found) {
        add(
                new Kind(
                        model + " has ",
                        Text.format(
                                " of %s that differ from those of %s and cannot be merged; convert them to BF16 or"
                                        + " F32",
                                found, reference)),
                tensor);
    }

    /// A delta of what is not computed with.
    void untouchable(OpenModel delta, OpenModel reference, String tensor, DType found) {
        add(
                new Kind(
                        delta + " changes ",
                        Text.format(
                                " that %s stores as %s; only F32, BF16, F16 and F64 can be changed", reference, found)),
                tensor);
    }

    /// A buffer that is not the reference's own, which the result has.
    void buffer(OpenModel model, OpenModel reference, String tensor) {
        buffers.computeIfAbsent(
                        Text.format("%s has other values than %s, which the result has, in", model, reference),
                        kind -> new ArrayList<>())
                .add(tensor);
    }

    private void add(Kind kind, String tensor) {
        errors.merge(kind, new Found(tensor, 1), (known, one) -> known.more());
    }

    void tell(Problems problems) {
        buffers.forEach((kind, names) -> problems.warn(Text.format(
                "%s %s %s",
                kind, names.size() == 1 ? "the buffer" : names.size() + " buffers:", String.join(", ", names))));
        errors.forEach((kind, found) -> problems.error(Text.format(
                "%s%s%s, such as %s",
                kind.before(),
                found.count() == 1 ? "1 tensor" : found.count() + " tensors",
                kind.after(),
                found.first())));
    }
}
