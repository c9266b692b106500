package io.lota4j.internal.merge.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.Golden;
import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.HubCache;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What is wrong with a recipe is told before any weight is read: where, what was expected, what was found.
class RecipeProblemsTest {
    @TempDir
    private Path folder = Path.of("");

    private String problems(String yaml) throws IOException {
        Path recipe = Recipes.write(folder, yaml);
        try (PlanSources sources = new PlanSources()) {
            MergePlan plan = MergePlan.of(recipe, sources);
            return "only warnings: " + Recipes.shorten(folder, String.join("\n", plan.warnings()));
        } catch (LotaException e) {
            return Recipes.shorten(folder, String.valueOf(e.getMessage()));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "models: [{model: $a}] | recipe.yaml, line 1: key 'merge_method' is missing",
                "merge_method: linear | recipe.yaml, line 1: expected exactly one of models, slices and modules, found"
                        + " none",
                "merge_method: linear¶models: []¶slices: [] | recipe.yaml, line 1: expected exactly one of models,"
                        + " slices and modules, found models and slices",
                "merge_method: linear¶models: [] | recipe.yaml, line 2: models is empty",
                "[a] | recipe.yaml, line 1: a merge recipe must be a mapping, found a list",
                "merge_method: lineer¶models: [{model: $a}] | recipe.yaml, line 1: unknown merge_method 'lineer'; did"
                        + " you mean 'linear'?",
                "merge_methd: linear¶merge_method: karcher¶models: [{model: $a}, {model: $b}] | recipe.yaml, line 1:"
                        + " unknown key 'merge_methd'; did you mean 'merge_method'?",
                "merge_method: karcher¶models:¶- {model: $a, wieght: 1}¶- {model: $b} | recipe.yaml, line 3: unknown"
                        + " key 'models[0].wieght'; expected one of model, parameters",
                "merge_method: karcher¶models: [{model: $a}, {parameters: {}}] | recipe.yaml, line 2: models[1] needs"
                        + " the key 'model'",
                "merge_method: karcher¶models: [{model: $a}, {model: org/name}] | recipe.yaml, line 2: models[1].model:"
                        + " no 'org/name' in FOLDER (the recipe's directory) nor in the working directory. Nor is a"
                        + " model of that name in CACHE; this downloads it: hf download org/name",
                "merge_method: karcher¶models: [{model: $a}, {model: org/name@main}] | recipe.yaml, line 2:"
                        + " models[1].model: no 'org/name@main' in FOLDER (the recipe's directory) nor in the working"
                        + " directory; a revision (@) cannot be looked up: download it and give its directory",
                "merge_method: karcher¶models: [{model: $a}, {model: $b+z}] | recipe.yaml, line 2: models[1].model: no"
                        + " 'z' in FOLDER (the recipe's directory) nor in the working directory",
                "merge_method: karcher¶models: [{model: $a}, {model: [x]}] | recipe.yaml, line 2: models[1].model must"
                        + " be a path or path+adapter, found a list",
                "merge_method: karcher¶models: [{model: $a}, {model: $b}]¶dtype: bf16 | recipe.yaml, line 3: dtype"
                        + " must be float32, bfloat16 or float16, found 'bf16'",
                "merge_method: karcher¶models: [{model: $a}, {model: $b}]¶compat: peff | recipe.yaml, line 3: compat"
                        + " must be paper, mergekit or peft, found 'peff'",
                "merge_method: karcher¶models: [{model: $a}, {model: $b}]¶compat: peft | recipe.yaml: There is no"
                        + " 'karcher' with compat 'peft': PEFT has no such method.",
                "merge_method: karcher¶models: [{model: $a}, {model: $b}]¶seed: x | recipe.yaml, line 3: seed must be"
                        + " a whole number, found 'x'",
                "merge_method: karcher¶models: [{model: $a}, {model: $b}]¶chat_template: chatmml | recipe.yaml, line"
                        + " 3: chat_template must be auto, one of alpaca, chatml, exaone, llama3, mistral, or Jinja,"
                        + " found 'chatmml'",
                "merge_method: karcher¶modules: {text: {models: [{model: $a}]}, vision: {models: [{model: $a}]}} |"
                        + " recipe.yaml, line 2: modules: merging models of several modules (text, vision) is not"
                        + " supported; expected one module",
                "merge_method: ties¶models: [{model: $a, parameters: {weight: 1}}] | recipe.yaml, line 2: merge_method"
                        + " ties needs a base_model",
                "merge_method: slerp¶base_model: $a¶models: [{model: $a}, {model: $b}, {model: $c}]¶parameters: {t: 0}"
                        + " | recipe.yaml, line 3: merge_method slerp merges 1 model besides the base, found 2",
                "merge_method: karcher¶base_model: $base¶models: [{model: $a}, {model: $b}] | recipe.yaml, line 3:"
                        + " merge_method karcher takes no base: list $base under models to merge it, or leave"
                        + " base_model out",
                "merge_method: karcher¶models:¶- model: $a¶- model: $b¶- model: $a | recipe.yaml, line 5: $a is listed"
                        + " twice; give it once, with the sum of the weights",
                "merge_method: linear¶models: [{model: $a, parameters: {weight: x}}] | recipe.yaml, line 2:"
                        + " models[0].parameters.weight must be a number, true or false, a list of numbers, or values"
                        + " with filters, found 'x'",
                "merge_method: linear¶models: [{model: $a, parameters: {weight: [1, x]}}] | recipe.yaml, line 2:"
                        + " models[0].parameters.weight must be a number, true or false, a list of numbers, or values"
                        + " with filters, found 'x'",
                "merge_method: ties¶base_model: $base¶compat: [a]¶models: [{model: $a, parameters: {weight: 1,"
                        + " normalize: 7}}] | recipe.yaml, line 3: compat must be paper, mergekit or peft, found a"
                        + " list",
                "merge_method: della¶base_model: $base¶models: [{model: $a, parameters: {weight: 1, density: 2}}] |"
                        + " recipe.yaml, line 3: models[0].parameters.density must be a number from 0 to 1, found 2",
                "merge_method: linear¶models: [{model: $a, parameters: {weight: {filter: mlp}}}]¶parameters: {weight:"
                        + " 1} | recipe.yaml, line 2: models[0].parameters.weight needs the key 'value'",
                "merge_method: linear¶models: [{model: $a, parameters: {weight: [{filter: mlp, value: 1}]}}] |"
                        + " recipe.yaml: parameter 'weight' of $a is missing: merge_method linear needs it for 14"
                        + " tensors, such as model.embed_tokens.weight",
                "merge_method: linear¶models: [{model: $a, parameters: {weight: 1, normalize: false}}] | recipe.yaml,"
                        + " line 2: models[0].parameters.normalize: there is one value for all models; put it under"
                        + " 'parameters' of the recipe",
                "merge_method: linear¶models: [{model: $a, parameters: {weight: 1, dens: 1}}] | recipe.yaml, line 2:"
                        + " unknown parameter 'models[0].parameters.dens' of merge_method linear; expected one of"
                        + " weight, normalize",
                "merge_method: linear¶models: [{model: $a, parameters: {weight: 1}}]¶parameters: {normalize: 2} |"
                        + " recipe.yaml, line 3: parameters.normalize must be true or false, found 2",
                "merge_method: ties¶base_model: $base¶models: [{model: $a, parameters: {weight: 1, density: [0, 1.5]}}]"
                        + " | recipe.yaml, line 3: models[0].parameters.density must be a number from 0 to 1, found"
                        + " 1.5",
                "merge_method: ties¶base_model: $base¶models: [{model: $a, parameters: {weight: 0}}] | every model has"
                        + " weight 0; the merge would change nothing¶warning: $a has weight 0 for all 20 tensors; it"
                        + " changes nothing",
                "merge_method: ties¶base_model: $base¶models: [{model: $a, parameters: {weight: 1}}]¶parameters:"
                        + " {lambda: [0, 0]} | 'lambda' is 0 for all 20 tensors; the merge would change nothing",
                "merge_method: slerp¶base_model: $base¶models: [{model: $a}]¶parameters: {t: 0} | 't' is 0 for all 20"
                        + " tensors; the merge would change nothing",
                "merge_method: passthrough¶slices: [{sources: [{model: $a, layer_range: [0, 3]}]}] | recipe.yaml, line"
                        + " 2: layer_range [0, 3]: $a has 2 layers",
                "merge_method: passthrough¶slices: [{sources: [{model: $a, layer_range: [1, 1]}]}] | recipe.yaml, line"
                        + " 2: slices[0].sources[0].layer_range: [1, 1] holds no layer; the second number is one after"
                        + " the last",
                "merge_method: passthrough¶slices: [{sources: [{model: $a, layer_range: 2}]}] | recipe.yaml, line 2:"
                        + " slices[0].sources[0].layer_range must be a list of two whole numbers from 0, found '2'",
                "merge_method: karcher¶slices: [{sources: [{model: $a, layer_range: [0, 2]}, {model: $b, layer_range:"
                        + " [0, 1]}]}] | recipe.yaml, line 2: the sources of a slice must have equally many layers,"
                        + " found [2, 1]",
                "merge_method: passthrough¶models: [{model: $a}]¶tokenizer_source: base¶tokenizer: {source: base} |"
                        + " recipe.yaml, line 3: the recipe has both 'tokenizer' and 'tokenizer_source'; expected one"
                        + "",
                "merge_method: passthrough¶slices:¶- sources: [{model: $a, layer_range: [0, 1]}]¶- sources: [{model:"
                        + " $b, layer_range: [2, 1]}] | recipe.yaml, line 4: slices[1].sources[0].layer_range: [2, 1]"
                        + " holds no layer; the second number is one after the last",
                "merge_method: passthrough¶slices:¶- sources: [{model: $a, layer_range: [0, 1]}]¶- sources: [{model:"
                        + " $b, layer_range: [0, x]}] | recipe.yaml, line 4: slices[1].sources[0].layer_range must be"
                        + " a list of two whole numbers from 0, found a list",
                "merge_method: passthrough¶slices:¶- sources: [{model: $a, layer_range: [0, 1]}]¶- sources: [{model:"
                        + " $b}] | recipe.yaml, line 4: slices[1].sources[0] needs the key 'layer_range'",
                "merge_method: passthrough¶slices:¶- sources: [{model: $a, layer_range: [1, 1]}]¶- sources: [{model:"
                        + " $b, layer_range: [0, 2]}] | recipe.yaml, line 3: slices[0].sources[0].layer_range: [1, 1]"
                        + " holds no layer; the second number is one after the last",
                "merge_method: karcher¶slices:¶- sources: [{model: $a, layer_range: [0, 1]}, {model: $b, layer_range:"
                        + " [1, 3, 4]}]¶- sources: [{model: $b, layer_range: [2, 3]}] | recipe.yaml, line 3:"
                        + " slices[0].sources[1].layer_range must be a list of two whole numbers from 0, found a"
                        + " list¶recipe.yaml, line 4: layer_range [2, 3]: $b has 2 layers",
                "merge_method: karcher¶models: [{model: {path: $a, lora: 3}}, {model: {model: {path: nowhere}}}] |"
                        + " recipe.yaml, line 2: models[0].model.lora: no '3' in FOLDER (the recipe's directory) nor"
                        + " in the working directory¶recipe.yaml, line 2: models[1].model.model.path: no 'nowhere' in"
                        + " FOLDER (the recipe's directory) nor in the working directory",
                "merge_method: karcher¶models: [{model: {pth: $a}}, {model: $b}] | recipe.yaml, line 2: unknown key"
                        + " 'models[0].model.pth'; did you mean 'path'?¶recipe.yaml, line 2: models[0].model needs one"
                        + " of the keys 'model' and 'path'",
                "merge_method: passthrough¶models: [{model: $a}]¶tokenizer_source: base | $a has no tokenizer.json,"
                        + " which the recipe's 'tokenizer' needs",
            })
    void aBadRecipeSaysWhere(String yaml, String message) throws IOException {
        assertThat(problems(yaml.replace("¶", "\n")))
                .isEqualTo(message.replace("¶", "\n")
                        .replace("FOLDER", folder.toString())
                        .replace("CACHE", HubCache.ofUser().directory().toString()));
    }

    @Test
    void allProblemsAreToldAtOnce() throws IOException {
        assertThat(problems("""
            merge_method: ties
            base_model: $base
            models:
              - model: $a
                parameters: {weight: 1, densitty: 0.5}
              - model: $b
                parameters: {weight: 1, density: 2}
              - model: $c
            normalise: true
            """)).isEqualTo("""
                recipe.yaml, line 9: unknown key 'normalise'; expected one of models, slices, modules, merge_method,\
                 base_model, parameters, dtype, out_dtype, tokenizer, tokenizer_source, chat_template, compat, seed
                recipe.yaml, line 5: unknown parameter 'models[0].parameters.densitty' of merge_method ties; did you\
                 mean 'density'?
                recipe.yaml, line 7: models[1].parameters.density must be a number from 0 to 1, found 2
                recipe.yaml: parameter 'weight' of $c is missing: merge_method ties needs it for 20 tensors, such as\
                 model.embed_tokens.weight\
                """);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "merge_method: linear¶models: [{model: $a, parameters: {weight: {filter: attn_out, value: 2}}}]"
                        + "¶parameters: {weight: 1} | recipe.yaml, line 2: models[0].parameters.weight: no tensor's"
                        + " name contains 'attn_out'",
                "merge_method: karcher¶models: [{model: {model: {path: $a, revision: main}, override_architecture: X}},"
                        + " {model: $b}] | recipe.yaml, line 2: models[0].model.override_architecture has no effect:"
                        + " tensors are taken by their names¶recipe.yaml, line 2: models[0].model.model.revision: a"
                        + " directory is taken as it is; its revision is not looked up",
                "merge_method: linear¶slices: [{sources: [{model: $a, layer_range: [0, 1], parameters: {weight:"
                        + " {filter: layers.1, value: 2}}}]}]¶parameters: {weight: 1} | recipe.yaml, line 2:"
                        + " slices[0].sources[0].parameters.weight: no tensor's name contains 'layers.1'",
                "merge_method: linear¶models: [{model: $a, parameters: {weight: [1]}}] | recipe.yaml, line 2:"
                        + " models[0].parameters.weight is a gradient of one value, which is the same as the value",
                "merge_method: ties¶base_model: $base¶models: [{model: $a, parameters: {weight: 1}}, {model: $base,"
                        + " parameters: {weight: 1}}] | recipe.yaml, line 3: models[1].parameters: $base is the base;"
                        + " its parameters have no effect",
                "merge_method: ties¶base_model: $base¶models: [{model: $a, parameters: {weight: 1}}, {model: $b,"
                        + " parameters: {weight: 0}}] | $b has weight 0 for all 20 tensors; it changes nothing",
                "merge_method: ties¶base_model: $base¶models: [{model: $untied, parameters: {weight: 1}}] | $base ties"
                        + " its head to its embedding, other models do not: the result has a lm_head.weight of its own",
            })
    void whatIsDoubtfulIsAWarning(String yaml, String message) throws IOException {
        assertThat(problems(yaml.replace("¶", "\n"))).isEqualTo("only warnings: " + message.replace("¶", "\n"));
    }

    @Test
    void theBaseUnderAnotherNameIsAWarning() throws IOException {
        Path base = Files.createDirectory(folder.resolve("base"));
        Path linked = Files.createDirectory(folder.resolve("linked"));
        for (String file : List.of("config.json", "model.safetensors")) {
            Files.copy(Golden.path("models/llama-tied/" + file), base.resolve(file));
            Files.createLink(linked.resolve(file), base.resolve(file));
        }
        String yaml =
                "merge_method: ties\nbase_model: base\nmodels: [{model: %s}, {model: $a}]\nparameters: {weight: 1}";
        assertThat(problems(Text.format(yaml, "linked")))
                .isEqualTo("only warnings: linked has the same weight files as the base base; it changes nothing");
        assertThat(problems(Text.format(yaml, "linked+$lora"))).isEqualTo("only warnings: ");
    }

    @Test
    void whatIsNoFileOrNoYamlSaysSo() throws IOException {
        assertThat(problems("models: [")).startsWith("recipe.yaml, line 1: not YAML: ");
        assertThatThrownBy(() -> MergePlan.of(folder.resolve("no.yaml"), new PlanSources()))
                .hasMessage("%s/no.yaml: cannot be read: there is no such file", folder);
    }
}
