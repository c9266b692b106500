package io.lota4j.internal.merge.recipe;

import io.lota4j.internal.FileKind;
import io.lota4j.internal.checkpoint.ModelCard;
import io.lota4j.internal.merge.MergeMethod;
import io.lota4j.internal.merge.ModelOutline;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/// The description of a merged model.
final class MergeCard {
    /// A path in a recipe, of which the last name is kept: others say how the disk of one machine is laid out.
    private static final Pattern PATH =
            Pattern.compile("(?<![\\w.-])[~.]{0,2}/(?:[^\\s'\",\\[\\]{}+]*/)?([^\\s'\",\\[\\]{}+/]+)");

    private MergeCard() {}

    static String text(MergeRecipe recipe, MergeMethod method, List<ModelOutline> models) {
        ModelCard card = new ModelCard(ModelCard.Relation.MERGE, "transformers").tags("merge");
        models.forEach(model -> model.directory().ifPresent(card::base));
        if (models.stream().anyMatch(model -> !model.isWhole())) {
            card.tags("sparse");
        }
        card.say("# A merge of models").say("lota4j merged these models, tensor by tensor.");
        card.table(
                List.of("model", "what it gives", "tensors"),
                models.stream()
                        .map(model -> List.of(
                                model.directory().flatMap(ModelCard::nameOf).orElse(shortened(model.label())),
                                model.isWhole() ? "weights" : "deltas",
                                Integer.toString(model.tensors().size())))
                        .toList());
        card.table(
                List.of("", ""),
                List.of(
                        List.of("method", method.name()),
                        List.of("as this reads it", recipe.compat().word()),
                        List.of("seed", Long.toString(recipe.seed()))));
        Path file = recipe.file();
        if (Files.isRegularFile(file)) {
            card.say("## Recipe").code("yaml", shortened(FileKind.text(file, "a merge recipe")));
        }
        return card.text();
    }

    private static String shortened(String text) {
        return PATH.matcher(text).replaceAll("$1");
    }
}
