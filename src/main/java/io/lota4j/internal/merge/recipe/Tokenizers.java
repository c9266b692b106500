package io.lota4j.internal.merge.recipe;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import io.lota4j.internal.yaml.Problems;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The tokenizers of a merge's models, each read once.
final class Tokenizers {
    private final OpenModel reference;
    private final Problems problems;
    private final Map<OpenModel, TokenTable> known = new HashMap<>();

    /// @param reference whose tokenizer a model without one of its own is taken to use
    Tokenizers(OpenModel reference, Problems problems) {
        this.reference = reference;
        this.problems = problems;
    }

    /// @throws LotaException when neither the model nor the reference has a `tokenizer.json`, or one cannot be
    ///     read
    TokenTable of(OpenModel member) {
        TokenTable table = known.get(member);
        if (table == null) {
            table = member.outline().directory().flatMap(TokenTable::find).orElseGet(() -> instead(member));
            known.put(member, table);
        }
        return table;
    }

    private TokenTable instead(OpenModel member) {
        if (member == reference) {
            throw new LotaException(
                    Text.format("%s has no tokenizer.json, which the recipe's 'tokenizer' needs", member));
        }
        if (member.isWhole()) {
            problems.warn(Text.format("%s has no tokenizer.json; it is taken to use that of %s", member, reference));
        }
        return of(reference);
    }

    /// The tokens of the result; empty when the recipe leaves the rows as they stand.
    Optional<ResultTokens> result(TokenizerChoice choice, List<OpenModel> members) {
        return switch (choice.source()) {
            case TokenizerChoice.Source.Copy copy -> Optional.empty();
            case TokenizerChoice.Source.Base base ->
                Optional.of(ResultTokens.of(
                        of(reference), List.of(), choice.tokens().keySet()));
            case TokenizerChoice.Source.Union union -> Optional.of(union(choice, members));
            case TokenizerChoice.Source.Directory directory ->
                Optional.of(ResultTokens.of(
                        TokenTable.find(directory.model().path())
                                .orElseThrow(() -> new LotaException(Text.format(
                                        "%s has no tokenizer.json",
                                        directory.model().path()))),
                        List.of(),
                        choice.tokens().keySet()));
        };
    }

    private ResultTokens union(TokenizerChoice choice, List<OpenModel> members) {
        List<ResultTokens.Limited> others = members.stream()
                .filter(OpenModel::isWhole)
                .map(member ->
                        new ResultTokens.Limited(of(member), member.vocabulary().orElse(Integer.MAX_VALUE)))
                .toList();
        return ResultTokens.of(of(reference), others, choice.tokens().keySet());
    }
}
