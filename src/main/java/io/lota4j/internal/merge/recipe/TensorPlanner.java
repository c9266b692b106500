package io.lota4j.internal.merge.recipe;

import io.lota4j.checkpoint.DType;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.checkpoint.LayerName;
import io.lota4j.internal.merge.MergeMethod;
import io.lota4j.internal.merge.ModelOutline;
import io.lota4j.internal.yaml.Problems;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Plans one tensor after another.
final class TensorPlanner {
    /// Constants of the rotary embedding, which old checkpoints hold and newer ones do not.
    private static final String ROTARY = "rotary_emb.inv_freq";

    private final MergeRecipe recipe;
    private final MergeMethod method;
    private final ParameterValues values;
    private final EmbeddingPlans embeddings;
    private final Misfits misfits = new Misfits();

    TensorPlanner(MergeRecipe recipe, MergeMethod method, ParameterValues values, EmbeddingPlans embeddings) {
        this.recipe = recipe;
        this.method = method;
        this.values = values;
        this.embeddings = embeddings;
    }

    /// Empty when a problem keeps it from being planned.
    Optional<TensorPlan> plan(ResultTensor place) {
        SliceModels.Source reference = place.part().reference().orElseThrow();
        Optional<ModelOutline.Tensor> expected =
                input(place, reference, reference).flatMap(TensorPlan.Input::stored);
        if (expected.isEmpty()) {
            return Optional.empty();
        }
        if (!expected.get().dtype().isFloat() || place.name().endsWith(ROTARY)) {
            compare(place, reference, expected.get());
            return Optional.of(copy(place, reference, expected.get().dtype()));
        }
        List<TensorPlan.Input> inputs = new ArrayList<>();
        for (SliceModels.Source source : place.part().all()) {
            input(place, source, reference).ifPresent(inputs::add);
        }
        DType dtype = recipe.storedType().orElse(expected.get().dtype());
        if (inputs.size() < place.part().all().size()) {
            return Optional.empty();
        }
        if (!areFloats(place, inputs)) {
            return Optional.empty();
        }
        if (isUntouched(place, inputs)) {
            return Optional.of(copy(place, reference, dtype));
        }
        return merge(place, reference, expected.get().shape(), dtype, inputs);
    }

    private boolean areFloats(ResultTensor place, List<TensorPlan.Input> inputs) {
        boolean floats = true;
        for (int i = 0; i < inputs.size(); i++) {
            Optional<DType> found = inputs.get(i).stored().map(ModelOutline.Tensor::dtype);
            if (found.isPresent() && !found.get().isFloat()) {
                misfits.type(place.part().all().get(i).member(), inputs.get(i).tensor(), found.get());
                floats = false;
            }
        }
        return floats;
    }

    /// What is only copied is the reference's own: where another model has something else, that is told.
    private void compare(ResultTensor place, SliceModels.Source reference, ModelOutline.Tensor expected) {
        String own = place.nameIn(reference);
        for (SliceModels.Source source : place.part().all()) {
            String name = place.nameIn(source);
            Optional<ModelOutline.Tensor> found = source.member().tensor(name);
            boolean weight = !expected.dtype().isWhole() && !name.endsWith(ROTARY);
            if (found.isEmpty() && weight && source.member().isWhole()) {
                misfits.missing(source.member(), reference.member(), name);
            }
            if (source.equals(reference) || found.isEmpty()) {
                continue;
            }
            if (!source.member().isWhole()) {
                misfits.untouchable(source.member(), reference.member(), name, expected.dtype());
            } else if (!isSame(
                    reference.member().outline(), own, expected, source.member().outline(), name)) {
                differ(source.member(), reference.member(), name, expected.dtype());
            }
        }
    }

    private void differ(OpenModel model, OpenModel reference, String name, DType dtype) {
        if (dtype.isWhole() || name.endsWith(ROTARY)) {
            misfits.buffer(model, reference, name);
        } else {
            misfits.different(model, reference, name, dtype);
        }
    }

    private static boolean isSame(
            ModelOutline one, String name, ModelOutline.Tensor tensor, ModelOutline other, String otherName) {
        Optional<MemorySegment> ours = one.stored(name);
        Optional<MemorySegment> theirs = other.stored(otherName);
        return tensor.equals(other.tensors().get(otherName))
                && ours.isPresent()
                && theirs.isPresent()
                && ours.get().mismatch(theirs.get()) == -1;
    }

    private Optional<TensorPlan> merge(
            ResultTensor place,
            SliceModels.Source reference,
            Shape expected,
            DType dtype,
            List<TensorPlan.Input> inputs) {
        boolean embedding = reference.member().isEmbedding(place.nameIn(reference)) || isHead(place, reference);
        Optional<RowMapping> rows = embedding ? embeddings.rows(place, inputs) : Optional.empty();
        Shape shape = rows.map(r -> Shape.of(r.count(), expected.dim(1))).orElse(expected);
        if (!fits(place, reference, expected, inputs, embedding)) {
            return Optional.empty();
        }
        int models = place.part().sources().size();
        return values.at(place)
                .map(settings -> new TensorPlan.Merge(
                        place.name(),
                        shape,
                        dtype,
                        inputs.stream().skip(models).findFirst(),
                        inputs.subList(0, models),
                        settings,
                        rows));
    }

    /// Whether the reference has its embedding in the head's place.
    private static boolean isHead(ResultTensor place, SliceModels.Source reference) {
        return place.layer().isEmpty()
                && reference.member().tensor(place.name()).isEmpty();
    }

    private boolean fits(
            ResultTensor place,
            SliceModels.Source reference,
            Shape expected,
            List<TensorPlan.Input> inputs,
            boolean embedding) {
        boolean fits = true;
        List<SliceModels.Source> sources = place.part().all();
        for (int i = 0; i < inputs.size(); i++) {
            Optional<Shape> found = inputs.get(i).stored().map(ModelOutline.Tensor::shape);
            Shape wanted = embedding && found.isPresent() && found.get().rank() == 2
                    ? Shape.of(found.get().dim(0), expected.dim(1))
                    : expected;
            if (found.isPresent() && !found.get().equals(wanted)) {
                misfits.shape(
                        sources.get(i).member(),
                        reference.member(),
                        inputs.get(i).tensor(),
                        wanted,
                        found.get());
                fits = false;
            }
        }
        return fits;
    }

    /// Whether only deltas were to be added to the base and none touches the tensor.
    private boolean isUntouched(ResultTensor place, List<TensorPlan.Input> inputs) {
        return method.base() == MergeMethod.Base.REQUIRED
                && method.mergesDeltas()
                && !embeddings.changes(place)
                && place.part().base().isPresent()
                && inputs.stream()
                        .limit(place.part().sources().size())
                        .allMatch(input -> input.stored().isEmpty());
    }

    private TensorPlan.Copy copy(ResultTensor place, SliceModels.Source from, DType dtype) {
        TensorPlan.Input input = input(place, from, from).orElseThrow();
        return new TensorPlan.Copy(place.name(), input.stored().orElseThrow().shape(), dtype, input);
    }

    /// Where a model has the tensor: under its name, or else in its embedding when that is its head too.
    private Optional<TensorPlan.Input> input(
            ResultTensor place, SliceModels.Source source, SliceModels.Source reference) {
        OpenModel member = source.member();
        String name = place.nameIn(source);
        Optional<ModelOutline.Tensor> own = member.tensor(name);
        if (!member.isWhole()) {
            String named = place.part()
                    .base()
                    .map(base -> nameInBase(place, base, name))
                    .orElse(name);
            return Optional.of(new TensorPlan.Input(member.outline(), named, member.tensor(named)));
        }
        if (own.isPresent()) {
            return Optional.of(new TensorPlan.Input(member.outline(), name, own));
        }
        Optional<String> tied =
                isEmbedding(place) || isHead(place, reference) ? member.onlyEmbedding() : Optional.empty();
        if (tied.isPresent()) {
            return Optional.of(new TensorPlan.Input(member.outline(), tied.get(), member.tensor(tied.get())));
        }
        misfits.missing(member, reference.member(), name);
        return Optional.empty();
    }

    /// A delta of an embedding that is the base's head too is the head's as well.
    private static String nameInBase(ResultTensor place, SliceModels.Source base, String name) {
        return isHead(place, base) ? base.member().onlyEmbedding().orElse(name) : name;
    }

    private static boolean isEmbedding(ResultTensor place) {
        return LayerName.of(place.name()).isEmpty()
                && place.part().all().stream()
                        .anyMatch(source -> source.member().isEmbedding(place.name()));
    }

    void tell(Problems problems) {
        misfits.tell(problems);
    }
}
