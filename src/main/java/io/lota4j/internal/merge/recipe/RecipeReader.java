package io.lota4j.internal.merge.recipe;

import io.lota4j.checkpoint.DType;
import io.lota4j.internal.Text;
import io.lota4j.internal.merge.ModelReference;
import io.lota4j.internal.yaml.Problems;
import io.lota4j.internal.yaml.RecipeKeys;
import io.lota4j.internal.yaml.Yaml;
import io.lota4j.merge.Compat;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// Reads mergekit's YAML, and our two keys more: `compat` and `seed`.
final class RecipeReader {
    private static final String MODELS = "models";
    private static final String SLICES = "slices";
    private static final String MODULES = "modules";
    private static final String SOURCES = "sources";
    private static final String MODEL = "model";
    private static final String LAYER_RANGE = "layer_range";
    private static final String PARAMETERS = "parameters";
    private static final String METHOD = "merge_method";
    private static final String BASE = "base_model";
    private static final String DTYPE = "dtype";
    private static final String OUT_DTYPE = "out_dtype";
    private static final String CHAT_TEMPLATE = "chat_template";
    private static final String COMPAT = "compat";
    private static final String SEED = "seed";
    private static final List<String> KEYS = List.of(
            MODELS,
            SLICES,
            MODULES,
            METHOD,
            BASE,
            PARAMETERS,
            DTYPE,
            OUT_DTYPE,
            "tokenizer",
            "tokenizer_source",
            CHAT_TEMPLATE,
            COMPAT,
            SEED);
    private static final Map<String, DType> DTYPES =
            Map.of("float32", DType.F32, "bfloat16", DType.BF16, "float16", DType.F16);

    private final RecipeKeys keys;
    private final ModelPaths paths;
    private final ParameterReader parameters;

    private RecipeReader(Path file, Problems problems) {
        keys = new RecipeKeys(file, problems);
        paths = new ModelPaths(keys);
        parameters = new ParameterReader(keys);
    }

    /// Reads a recipe.
    ///
    /// @param problems get everything that is wrong with it
    /// @return what could be read; empty when it is no mapping
    /// @throws io.lota4j.LotaException when the file cannot be read or is no YAML
    static Optional<MergeRecipe> read(Path file, Problems problems) {
        Yaml.Document document = Yaml.document(file);
        RecipeReader reader = new RecipeReader(file, problems);
        return reader.keys
                .mapping(document.value(), "a merge recipe")
                .map(recipe -> reader.recipe(recipe, document.lending()));
    }

    private MergeRecipe recipe(Yaml.Mapping recipe, Set<String> lending) {
        keys.refuseOthers(recipe, "", KEYS, lending);
        Optional<Yaml.Text> method = keys.text(recipe, "", METHOD);
        if (method.isEmpty()) {
            keys.error(recipe, "key 'merge_method' is missing");
        }
        Optional<Compat> compat = compat(recipe);
        Optional<Module> module = parts(recipe);
        return new MergeRecipe(
                keys.file(),
                // A reading that could not be read is not to be taken for another.
                compat.isPresent() ? method : Optional.empty(),
                model(recipe, "", BASE),
                module.map(Module::slices).orElse(List.of()),
                module.map(Module::parameters).orElse(ParameterTable.empty(MODULES)),
                parameters.table(recipe, ""),
                dtype(recipe, DTYPE),
                dtype(recipe, OUT_DTYPE),
                new TokenizerReader(keys, paths).choice(recipe),
                keys.text(recipe, "", CHAT_TEMPLATE),
                compat.orElse(Compat.MERGEKIT),
                seed(recipe));
    }

    /// The parts of a result with the parameters that are common to them.
    private record Module(List<MergeRecipe.Slice> slices, ParameterTable parameters) {}

    private Optional<Module> parts(Yaml.Mapping recipe) {
        List<String> given = given(recipe, MODELS, SLICES, MODULES);
        if (given.size() != 1) {
            keys.error(
                    recipe,
                    Text.format(
                            "expected exactly one of models, slices and modules, found %s",
                            given.isEmpty() ? "none" : String.join(" and ", given)));
            return Optional.empty();
        }
        return given.getFirst().equals(MODULES)
                ? module(recipe)
                : Optional.of(new Module(slices(recipe, ""), ParameterTable.empty(MODULES)));
    }

    private static List<String> given(Yaml.Mapping mapping, String... keys) {
        return Stream.of(keys)
                .filter(key -> RecipeKeys.value(mapping, key).isPresent())
                .toList();
    }

    private Optional<Module> module(Yaml.Mapping recipe) {
        Yaml value = RecipeKeys.value(recipe, MODULES).orElseThrow();
        Optional<Yaml.Mapping> modules = keys.mapping(value, MODULES);
        if (modules.isEmpty()) {
            return Optional.empty();
        }
        if (modules.get().entries().size() != 1) {
            keys.error(
                    value,
                    Text.format(
                            "modules: merging models of several modules (%s) is not supported; expected one module",
                            String.join(", ", modules.get().entries().keySet())));
            return Optional.empty();
        }
        var only = modules.get().entries().firstEntry();
        String where = RecipeKeys.within(MODULES, only.getKey());
        return keys.mapping(only.getValue(), where).map(module -> {
            keys.refuseOthers(module, where, List.of(MODELS, SLICES, PARAMETERS), Set.of());
            if (given(module, MODELS, SLICES).size() != 1) {
                keys.error(module, Text.format("%s: expected exactly one of models and slices", where));
            }
            return new Module(slices(module, where), parameters.table(module, where));
        });
    }

    private List<MergeRecipe.Slice> slices(Yaml.Mapping mapping, String where) {
        Optional<Yaml> last = RecipeKeys.value(mapping, SLICES)
                .filter(value ->
                        value instanceof Yaml.Items list && list.items().size() > 1)
                .map(value -> ((Yaml.Items) value).items().getLast());
        List<MergeRecipe.Slice> slices = new ArrayList<>(keys.items(
                mapping,
                where,
                SLICES,
                (value, place) ->
                        slice(value, place, last.filter(end -> end == value).isPresent())));
        List<MergeRecipe.Source> models = keys.items(
                mapping, where, MODELS, (value, place) -> source(value, place, List.of(MODEL, PARAMETERS), false));
        if (!models.isEmpty()) {
            slices.add(new MergeRecipe.Slice(models, Optional.empty(), ParameterTable.empty(MODELS)));
        }
        return slices;
    }

    private Optional<MergeRecipe.Slice> slice(Yaml value, String where, boolean last) {
        return keys.mapping(value, where).flatMap(mapping -> {
            keys.refuseOthers(mapping, where, List.of(SOURCES, BASE, PARAMETERS), Set.of());
            List<MergeRecipe.Source> sources = keys.items(
                    mapping,
                    where,
                    SOURCES,
                    (source, place) -> source(source, place, List.of(MODEL, LAYER_RANGE, PARAMETERS), last));
            if (RecipeKeys.value(mapping, SOURCES).isEmpty()) {
                keys.lost(mapping, Text.format("%s needs the key 'sources'", where));
            }
            return sources.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new MergeRecipe.Slice(
                            sources, model(mapping, where, BASE), parameters.table(mapping, where)));
        });
    }

    private Optional<MergeRecipe.Source> source(Yaml value, String where, List<String> known, boolean last) {
        return keys.mapping(value, where).flatMap(mapping -> {
            keys.refuseOthers(mapping, where, known, Set.of());
            if (RecipeKeys.value(mapping, MODEL).isEmpty()) {
                keys.lost(mapping, Text.format("%s needs the key 'model'", where));
            }
            Optional<LayerRange> layers =
                    known.contains(LAYER_RANGE) ? layerRange(mapping, where, last) : Optional.empty();
            ParameterTable table = parameters.table(mapping, where);
            return model(mapping, where, MODEL)
                    .map(model -> new MergeRecipe.Source(model, layers, table, mapping.line()));
        });
    }

    /// @param last whether it may be one of no layers, whose model gives the head and the last norm
    private Optional<LayerRange> layerRange(Yaml.Mapping mapping, String where, boolean last) {
        String place = RecipeKeys.within(where, LAYER_RANGE);
        Optional<Yaml> value = RecipeKeys.value(mapping, LAYER_RANGE);
        if (value.isEmpty()) {
            keys.lost(mapping, Text.format("%s needs the key 'layer_range'", where));
            return Optional.empty();
        }
        if (value.get() instanceof Yaml.Items(List<Yaml> items, int _)
                && items.size() == 2
                && items.stream().allMatch(RecipeReader::isCount)) {
            LayerRange range = new LayerRange(count(items.getFirst()), count(items.getLast()));
            if (range.length() > 0 || (range.length() == 0 && last)) {
                return Optional.of(range);
            }
            keys.lost(
                    value.get(),
                    Text.format("%s: %s holds no layer; the second number is one after the last", place, range));
            return Optional.empty();
        }
        keys.lost(
                value.get(),
                Text.format(
                        "%s must be a list of two whole numbers from 0, found %s",
                        place, value.get().kind()));
        return Optional.empty();
    }

    private static boolean isCount(Yaml value) {
        return value instanceof Yaml.Text text && text.text().matches("[0-9]{1,6}");
    }

    private static int count(Yaml value) {
        return Integer.parseInt(((Yaml.Text) value).text());
    }

    private Optional<ModelReference> model(Yaml.Mapping mapping, String where, String key) {
        return RecipeKeys.value(mapping, key).flatMap(value -> paths.find(value, RecipeKeys.within(where, key)));
    }

    private Optional<DType> dtype(Yaml.Mapping recipe, String key) {
        return keys.text(recipe, "", key).flatMap(text -> {
            Optional<DType> dtype = Optional.ofNullable(DTYPES.get(text.text().replaceFirst("^torch\\.", "")));
            if (dtype.isEmpty()) {
                keys.error(text, Text.format("%s must be float32, bfloat16 or float16, found %s", key, text.kind()));
            }
            return dtype;
        });
    }

    private Optional<Compat> compat(Yaml.Mapping recipe) {
        Optional<Yaml> value = RecipeKeys.value(recipe, COMPAT);
        if (value.isEmpty()) {
            return Optional.of(Compat.MERGEKIT);
        }
        Optional<Compat> compat = value.filter(Yaml.Text.class::isInstance)
                .map(Yaml.Text.class::cast)
                .flatMap(text -> Compat.of(text.text()));
        if (compat.isEmpty()) {
            keys.lost(
                    value.get(),
                    Text.format(
                            "compat must be paper, mergekit or peft, found %s",
                            value.get().kind()));
        }
        return compat;
    }

    private long seed(Yaml.Mapping recipe) {
        return keys.text(recipe, "", SEED)
                .flatMap(text -> {
                    if (text.text().matches("-?[0-9]{1,18}")) {
                        return Optional.of(Long.parseLong(text.text()));
                    }
                    keys.error(text, Text.format("seed must be a whole number, found %s", text.kind()));
                    return Optional.empty();
                })
                .orElse(0L);
    }
}
