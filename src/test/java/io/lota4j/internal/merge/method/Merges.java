package io.lota4j.internal.merge.method;

import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.mask.IndexBits;
import io.lota4j.internal.merge.MergeMethod;
import io.lota4j.internal.merge.Merger;
import io.lota4j.internal.merge.ModelTensor;
import io.lota4j.internal.merge.Parameter;
import io.lota4j.internal.merge.Settings;
import io.lota4j.internal.merge.TensorPieces;
import io.lota4j.internal.merge.TensorTask;
import io.lota4j.internal.merge.Workers;
import io.lota4j.merge.Compat;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.roaringbitmap.RoaringBitmap;

/// A merge of arrays.
final class Merges {
    private final MergeMethod method;
    private final Compat compat;
    private final Map<String, Double> values = new HashMap<>();
    private final List<Map<String, Double>> modelValues = new ArrayList<>();
    private final SequencedMap<String, Entry> tensors = new LinkedHashMap<>();
    private int threads = 2;
    private long seed;

    private record Entry(Shape shape, Optional<ModelTensor.Weights> base, List<ModelTensor> models) {}

    /// Arrays as the weights of a model.
    record Values(Shape shape, float[] values) implements ModelTensor.Weights {
        @Override
        public void read(long from, int count, float[] into) {
            System.arraycopy(values, (int) from, into, 0, count);
        }
    }

    /// Arrays as deltas.
    record Deltas(Shape shape, float[] values, Optional<IndexBits> support) implements ModelTensor.Delta {
        @Override
        public void read(long from, int count, float[] into) {
            System.arraycopy(values, (int) from, into, 0, count);
        }
    }

    private Merges(String method, Compat compat) {
        this.method = MergeMethods.of(method);
        this.compat = compat;
    }

    public static Merges of(String method, Compat compat) {
        return new Merges(method, compat);
    }

    /// For all tensors.
    public Merges with(String parameter, double value) {
        values.put(parameter, value);
        return this;
    }

    /// Adds a model, with the values that come after the names.
    Merges model(Object... namesAndValues) {
        Map<String, Double> model = new HashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            model.put((String) namesAndValues[i], ((Number) namesAndValues[i + 1]).doubleValue());
        }
        modelValues.add(model);
        return this;
    }

    Merges threads(int count) {
        threads = count;
        return this;
    }

    Merges seed(long value) {
        seed = value;
        return this;
    }

    Merges dense(String name, Shape shape, float[]... deltas) {
        return tensor(
                name,
                shape,
                Optional.empty(),
                List.of(deltas).stream().map(d -> dense(shape, d)).toList());
    }

    Merges sparse(String name, Shape shape, float[]... deltas) {
        return tensor(
                name,
                shape,
                Optional.empty(),
                List.of(deltas).stream().map(d -> sparse(shape, d)).toList());
    }

    Merges weights(String name, Shape shape, float[] base, float[]... models) {
        return tensor(
                name,
                shape,
                Optional.of(new Values(shape, base)),
                List.of(models).stream()
                        .map(m -> (ModelTensor) new Values(shape, m))
                        .toList());
    }

    Merges weightsAlone(String name, Shape shape, float[]... models) {
        return tensor(
                name,
                shape,
                Optional.empty(),
                List.of(models).stream()
                        .map(m -> (ModelTensor) new Values(shape, m))
                        .toList());
    }

    Merges tensor(String name, Shape shape, Optional<ModelTensor.Weights> base, List<ModelTensor> models) {
        tensors.put(name, new Entry(shape, base, models));
        return this;
    }

    static ModelTensor dense(Shape shape, float[] deltas) {
        return new Deltas(shape, deltas, Optional.empty());
    }

    static ModelTensor sparse(Shape shape, float[] deltas) {
        RoaringBitmap support = new RoaringBitmap();
        for (int i = 0; i < deltas.length; i++) {
            if (deltas[i] != 0) {
                support.add(i);
            }
        }
        return new Deltas(shape, deltas, Optional.of(IndexBits.of(support)));
    }

    /// The only tensor.
    float[] one() {
        return run().values().iterator().next();
    }

    /// Merged weights, or deltas where there is no base.
    Map<String, float[]> run() {
        Map<String, float[]> results = new HashMap<>();
        try (Workers workers = new Workers(threads)) {
            Merger merger = method.merger(compat);
            List<TensorPieces> all = tensors.entrySet().stream()
                    .map(e -> new TensorPieces(task(e.getKey(), e.getValue()), method, workers))
                    .toList();
            merger.survey().ifPresent(survey -> {
                while (!survey.done()) {
                    all.forEach(survey::visit);
                    survey.endRound();
                }
            });
            all.forEach(tensor -> results.put(tensor.task().name(), merge(merger, tensor)));
        }
        return results;
    }

    private static float[] merge(Merger merger, TensorPieces tensor) {
        float[] result = new float[(int) tensor.numel()];
        boolean add = tensor.deltas() && tensor.task().base().isPresent();
        tensor.merge(merger.prepare(tensor), (piece, merged) -> {
            for (int i = 0; i < piece.size(); i++) {
                result[(int) piece.first() + piece.offsets()[i]] = add ? piece.base()[i] + merged[i] : merged[i];
            }
        });
        return result;
    }

    private TensorTask task(String name, Entry entry) {
        List<Parameter> declared = method.parameters(compat);
        List<Map<String, Double>> perModel = new ArrayList<>();
        for (int m = 0; m < entry.models().size(); m++) {
            perModel.add(settings(declared, true, m < modelValues.size() ? modelValues.get(m) : Map.of()));
        }
        Settings settings = new Settings(settings(declared, false, values), perModel);
        method.check(compat, settings);
        return new TensorTask(name, entry.shape(), entry.base(), entry.models(), settings, seed);
    }

    private static Map<String, Double> settings(List<Parameter> declared, boolean perModel, Map<String, Double> given) {
        Map<String, Double> settings = new HashMap<>(given);
        declared.stream()
                .filter(parameter -> parameter.perModel() == perModel)
                .forEach(parameter -> settings.computeIfAbsent(
                        parameter.name(), name -> parameter.defaultValue().orElseThrow()));
        return settings;
    }
}
