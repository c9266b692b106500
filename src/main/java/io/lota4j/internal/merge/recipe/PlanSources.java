package io.lota4j.internal.merge.recipe;

import io.lota4j.checkpoint.DType;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.checkpoint.Claims;
import io.lota4j.internal.merge.ModelOpener;
import io.lota4j.internal.merge.ModelOutline;
import io.lota4j.internal.merge.ModelReference;
import io.lota4j.internal.merge.ModelTensor;
import io.lota4j.internal.merge.TensorTask;
import io.lota4j.internal.merge.source.MergeSource;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;

/// The models of a plan, open: what plans and then reads them.
///
/// ```java
/// try (PlanSources sources = new PlanSources()) {
///     MergePlan plan = MergePlan.of(recipe, sources);
///     for (TensorPlan tensor : plan.tensors()) { … sources.task(plan, merge) … sources.tensor(copy.from()) … }
/// }
/// ```
public final class PlanSources implements ModelOpener, AutoCloseable {
    private final List<MergeSource> opened = new ArrayList<>();
    private final List<Path> paths = new ArrayList<>();

    @Override
    public ModelOutline open(ModelReference reference, Optional<ModelOutline> base) {
        MergeSource source = MergeSource.open(reference, base);
        opened.add(source);
        paths.add(reference.path());
        reference.adapter().ifPresent(paths::add);
        return source;
    }

    /// Every model that was opened.
    public List<MergeSource> opened() {
        return List.copyOf(opened);
    }

    /// Claims every model for reading.
    public Claims claims() {
        Claims claims = new Claims();
        paths.forEach(path -> claims.reads("the merge", path));
        return claims;
    }

    /// The files that the models are made of, absolute and sorted; of a directory, those in it.
    ///
    /// @throws IOException when a directory cannot be listed
    public List<Path> files() throws IOException {
        TreeSet<Path> files = new TreeSet<>();
        for (Path path : paths) {
            try (Stream<Path> found = Files.walk(path, 1, FileVisitOption.FOLLOW_LINKS)) {
                found.filter(Files::isRegularFile).map(Path::toAbsolutePath).forEach(files::add);
            }
        }
        return List.copyOf(files);
    }

    /// A tensor of a plan as its methods take it. Tensors that were handed out must not be used after
    /// [#close()].
    ///
    /// @throws io.lota4j.LotaException when a model's tensor cannot be read
    public TensorTask task(MergePlan plan, TensorPlan.Merge tensor) {
        Optional<ModelTensor.Weights> base = tensor.base().map(this::weights);
        List<ModelTensor> own = Stream.concat(
                        tensor.models().stream().map(input -> tensor(input, shape(tensor, input), base)), base.stream())
                .toList();
        List<ModelTensor> all = tensor.rows()
                .map(rows -> Stream.iterate(0, i -> i < own.size(), i -> i + 1)
                        .map(i -> rows.of(i, own))
                        .toList())
                .orElse(own);
        int models = tensor.models().size();
        return new TensorTask(
                tensor.name(),
                tensor.shape(),
                all.stream().skip(models).map(ModelTensor.Weights.class::cast).findFirst(),
                all.subList(0, models),
                tensor.settings(),
                plan.seed());
    }

    /// A whole model's tensor.
    public ModelTensor.Weights weights(TensorPlan.Input input) {
        Shape shape = input.stored().orElseThrow().shape();
        return (ModelTensor.Weights) tensor(input, shape, Optional.empty());
    }

    /// The bytes of a whole model's tensor as they are stored, if they are stored as a type; otherwise it has to be
    /// computed.
    public Optional<MemorySegment> stored(TensorPlan.Input input, DType dtype) {
        return input.stored()
                .filter(tensor -> tensor.dtype() == dtype)
                .flatMap(tensor -> source(input).stored(input.tensor()));
    }

    private static Shape shape(TensorPlan.Merge tensor, TensorPlan.Input input) {
        return input.stored()
                .or(() -> tensor.base().flatMap(TensorPlan.Input::stored))
                .map(ModelOutline.Tensor::shape)
                .orElse(tensor.shape());
    }

    private ModelTensor tensor(TensorPlan.Input input, Shape shape, Optional<ModelTensor.Weights> base) {
        return source(input).tensor(input.tensor(), shape, base);
    }

    private MergeSource source(TensorPlan.Input input) {
        return opened.stream()
                .filter(open -> open == input.model())
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(input.model().label() + " is not of this plan"));
    }

    @Override
    public void close() {
        opened.forEach(MergeSource::close);
    }
}
