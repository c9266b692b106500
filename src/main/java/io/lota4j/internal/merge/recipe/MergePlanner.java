package io.lota4j.internal.merge.recipe;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.DType;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.checkpoint.LayerName;
import io.lota4j.internal.checkpoint.ModelFiles;
import io.lota4j.internal.merge.MergeMethod;
import io.lota4j.internal.merge.ModelOpener;
import io.lota4j.internal.merge.ModelOutline;
import io.lota4j.internal.merge.Parameter;
import io.lota4j.internal.merge.method.MergeMethods;
import io.lota4j.internal.yaml.Problems;
import io.lota4j.internal.yaml.RecipeKeys;
import io.lota4j.internal.yaml.Yaml;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// Makes a plan, as far as possible in spite of problems, so that all of them come out at once.
final class MergePlanner {
    /// What nearly all models call their head.
    private static final String HEAD = "lm_head.weight";

    private final Path file;
    private final Optional<DType> dtype;
    private final ModelOpener opener;
    private final Problems problems = new Problems();
    private final RecipeKeys keys;

    /// @param dtype of the result's weights, whatever the recipe says
    MergePlanner(Path file, Optional<DType> dtype, ModelOpener opener) {
        this.file = file;
        this.dtype = dtype;
        this.opener = opener;
        this.keys = new RecipeKeys(file, problems);
    }

    MergePlan plan() {
        Optional<MergePlan> plan = RecipeReader.read(file, problems)
                .map(recipe -> dtype.map(recipe::storedAs).orElse(recipe))
                .flatMap(this::plan);
        problems.requireNoErrors();
        return plan.orElseThrow();
    }

    private Optional<MergePlan> plan(MergeRecipe recipe) {
        OpenModels members = OpenModels.open(recipe, opener, problems);
        Optional<MergeMethod> method = recipe.method().flatMap(this::method);
        Optional<List<Parameter>> parameters = method.flatMap(found -> parameters(recipe, found));
        if (parameters.isEmpty() || recipe.slices().isEmpty()) {
            return Optional.empty();
        }
        int before = problems.errors();
        List<SliceModels> parts = new SliceResolver(recipe, method.get(), members, keys).build();
        boolean whole = problems.errors() == before
                && !problems.hasLostModels()
                && parts.size() == recipe.slices().size()
                && parts.stream().allMatch(part -> part.reference().isPresent());
        checkParameters(recipe, method.get(), parameters.get(), parts);
        if (!whole) {
            return Optional.empty();
        }
        try {
            return Optional.of(plan(recipe, method.get(), parameters.get(), members, parts));
        } catch (LotaException e) {
            problems.error(String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    private Optional<MergeMethod> method(Yaml.Text name) {
        if (MergeMethods.names().contains(name.text())) {
            return Optional.of(MergeMethods.of(name.text()));
        }
        keys.error(
                name,
                Text.format(
                        "unknown merge_method '%s'; %s",
                        name.text(), RecipeKeys.hint(name.text(), MergeMethods.names())));
        return Optional.empty();
    }

    private Optional<List<Parameter>> parameters(MergeRecipe recipe, MergeMethod method) {
        try {
            return Optional.of(method.parameters(recipe.compat()));
        } catch (LotaException e) {
            problems.error(Text.format("%s: %s", file, e.getMessage()));
            return Optional.empty();
        }
    }

    private void checkParameters(
            MergeRecipe recipe, MergeMethod method, List<Parameter> parameters, List<SliceModels> parts) {
        ParameterCheck check = new ParameterCheck(parameters, method.name(), keys);
        List<String> all = parts.stream()
                .flatMap(part -> part.all().stream())
                .flatMap(source -> source.member().outline().tensors().keySet().stream())
                .distinct()
                .toList();
        check.check(recipe.parameters(), false, all);
        check.check(recipe.module(), false, all);
        boolean whole = parts.size() == recipe.slices().size();
        for (int i = 0; i < recipe.slices().size(); i++) {
            MergeRecipe.Slice slice = recipe.slices().get(i);
            Optional<SliceModels> part = whole ? Optional.of(parts.get(i)) : Optional.empty();
            check.check(slice.parameters(), false, all);
            for (MergeRecipe.Source source : slice.sources()) {
                check.check(
                        source.parameters(),
                        true,
                        part.map(found -> found.names(source.model())).orElse(all));
            }
        }
    }

    private MergePlan plan(
            MergeRecipe recipe,
            MergeMethod method,
            List<Parameter> parameters,
            OpenModels members,
            List<SliceModels> parts) {
        OpenModel donor = recipe.base()
                .flatMap(members::of)
                .filter(OpenModel::isWhole)
                .orElseGet(() -> parts.getFirst().reference().orElseThrow().member());
        Tokenizers tokenizers = new Tokenizers(donor, problems);
        Optional<ResultTokens> tokens =
                tokenizers.result(recipe.tokenizer(), members.stream().toList());
        ParameterValues values = new ParameterValues(recipe, method, parameters, problems);
        TensorPlanner planner = new TensorPlanner(
                recipe,
                method,
                values,
                new EmbeddingPlans(tokens, new RowsOfTokens(tokenizers, recipe.tokenizer(), problems), problems));
        List<TensorPlan> tensors = new ArrayList<>();
        for (ResultTensor place : ResultTensors.of(parts, recipe.compat())) {
            planner.plan(place).ifPresent(tensors::add);
        }
        values.tellMissing();
        planner.tell(problems);
        tensors.sort(Comparator.comparing(TensorPlan::name));
        new NoEffectCheck(method, parts, problems).check(tensors);
        List<ModelOutline> models = members.stream().map(OpenModel::outline).toList();
        FileChoice files = files(recipe, members, donor, tokens);
        files.write(ModelFiles.CARD, MergeCard.text(recipe, method, models));
        return new MergePlan(
                file,
                method,
                recipe.compat(),
                recipe.seed(),
                models,
                donor.outline().directory().orElseThrow(),
                tensors,
                result(files, recipe, donor, parts, tensors),
                problems.warnings());
    }

    private FileChoice files(MergeRecipe recipe, OpenModels members, OpenModel donor, Optional<ResultTokens> tokens) {
        Path directory = donor.outline().directory().orElseThrow();
        Path tokenizer = tokens.flatMap(
                        found -> Optional.ofNullable(found.table().file().getParent()))
                .orElse(directory);
        FileChoice choice = new FileChoice(directory, tokenizer);
        tokens.ifPresent(choice::tokens);
        recipe.chatTemplate()
                .flatMap(template -> new ChatTemplates(keys)
                        .text(
                                template,
                                members.stream()
                                        .flatMap(member -> member.outline().directory().stream())
                                        .toList()))
                .ifPresent(choice::template);
        return choice;
    }

    private ResultFiles result(
            FileChoice choice, MergeRecipe recipe, OpenModel donor, List<SliceModels> parts, List<TensorPlan> tensors) {
        Optional<ResultConfig> config = config(recipe, donor, parts, tensors);
        config.filter(ResultConfig::changed).ifPresent(changed -> choice.write(Checkpoint.CONFIG, changed.text()));
        return choice.files(config.filter(ResultConfig::ties).flatMap(tied -> ownHead(tied, donor, tensors)));
    }

    /// Where settings tie the head to the embedding and the result has both: are they alike when they are written?
    private static Optional<ResultFiles.OwnHead> ownHead(
            ResultConfig config, OpenModel donor, List<TensorPlan> tensors) {
        // A configuration may leave the number of tokens to its architecture: then the head is known by its name.
        Optional<Shape> shape = donor.embeddings().stream()
                .findFirst()
                .or(() -> tensors.stream()
                        .map(TensorPlan::name)
                        .filter(name -> name.endsWith(HEAD))
                        .findFirst())
                .flatMap(named -> tensors.stream()
                        .filter(tensor -> tensor.name().equals(named))
                        .findFirst())
                .map(TensorPlan::shape)
                .filter(found -> found.rank() == 2);
        List<String> names = tensors.stream()
                .filter(tensor -> shape.equals(Optional.of(tensor.shape())))
                .map(TensorPlan::name)
                .filter(name -> LayerName.of(name).isEmpty())
                .toList();
        return names.size() == 2 ? Optional.of(new ResultFiles.OwnHead(names, config.untied())) : Optional.empty();
    }

    private Optional<ResultConfig> config(
            MergeRecipe recipe, OpenModel donor, List<SliceModels> parts, List<TensorPlan> tensors) {
        Optional<ResultConfig> config = donor.config().map(ResultConfig::new);
        if (config.isEmpty()) {
            return Optional.empty();
        }
        recipe.storedType()
                .or(() -> stored(tensors))
                .ifPresent(type -> config.get().dtype(type, recipe.storedType().isPresent()));
        List<LayerSettings.Origin> layers =
                ResultConfig.layersOf(parts, donor.config().orElseThrow());
        if (!layers.isEmpty()) {
            config.get().layers(layers, problems);
        }
        for (TensorPlan tensor : tensors) {
            if (tensor instanceof TensorPlan.Merge merge && merge.rows().isPresent()) {
                config.get().vocabulary(merge.shape().dim(0));
            }
        }
        untie(config.get(), donor, tensors);
        return config;
    }

    /// The type of all weights, if it is one.
    private static Optional<DType> stored(List<TensorPlan> tensors) {
        List<DType> types = tensors.stream()
                .map(TensorPlan::dtype)
                .filter(DType::isFloat)
                .distinct()
                .toList();
        return types.size() == 1 ? Optional.of(types.getFirst()) : Optional.empty();
    }

    /// The donor's settings are the result's: they must not tie a head that the result has.
    private void untie(ResultConfig config, OpenModel donor, List<TensorPlan> tensors) {
        if (donor.hasAddedHead()) {
            config.untie();
        }
        if (donor.onlyEmbedding().isEmpty()) {
            return;
        }
        tensors.stream()
                .map(TensorPlan::name)
                .filter(name ->
                        LayerName.of(name).isEmpty() && donor.tensor(name).isEmpty())
                .findFirst()
                .ifPresent(head -> {
                    config.untie();
                    problems.warn(Text.format(
                            "%s ties its head to its embedding, other models do not: the result has a %s of its own",
                            donor, head));
                });
    }
}
