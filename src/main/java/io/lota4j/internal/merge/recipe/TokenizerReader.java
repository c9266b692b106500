package io.lota4j.internal.merge.recipe;

import io.lota4j.internal.Text;
import io.lota4j.internal.yaml.RecipeKeys;
import io.lota4j.internal.yaml.Yaml;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SequencedMap;
import java.util.Set;

/// Reads `tokenizer` and the older `tokenizer_source`.
record TokenizerReader(RecipeKeys keys, ModelPaths paths) {
    private static final String TOKENIZER = "tokenizer";
    private static final String TOKENIZER_SOURCE = "tokenizer_source";
    private static final String SOURCE = "source";
    private static final String TOKENS = "tokens";
    private static final String PAD = "pad_to_multiple_of";
    private static final String FORCE = "force";
    private static final String KIND = "kind";
    private static final String ZERO = "zero";
    private static final String MODEL_TOKEN = "model_token";
    private static final String MODEL = "model";
    private static final String TOKEN = "token";
    private static final String TOKEN_ID = "token_id";

    TokenizerChoice choice(Yaml.Mapping recipe) {
        Optional<Yaml> older = RecipeKeys.value(recipe, TOKENIZER_SOURCE);
        Optional<Yaml> newer = RecipeKeys.value(recipe, TOKENIZER);
        if (older.isPresent() && newer.isPresent()) {
            keys.lost(older.get(), "the recipe has both 'tokenizer' and 'tokenizer_source'; expected one");
        }
        if (newer.isPresent()) {
            return keys.mapping(newer.get(), TOKENIZER).map(this::whole).orElse(TokenizerChoice.COPY);
        }
        return older.flatMap(value -> source(value, TOKENIZER_SOURCE))
                .map(source -> new TokenizerChoice(source, new LinkedHashMap<>(), OptionalInt.empty()))
                .orElse(TokenizerChoice.COPY);
    }

    private TokenizerChoice whole(Yaml.Mapping mapping) {
        keys.refuseOthers(mapping, TOKENIZER, List.of(SOURCE, TOKENS, PAD), Set.of());
        TokenizerChoice.Source source = RecipeKeys.value(mapping, SOURCE)
                .flatMap(value -> source(value, RecipeKeys.within(TOKENIZER, SOURCE)))
                .orElse(new TokenizerChoice.Source.Union());
        return new TokenizerChoice(source, tokens(mapping), whole(mapping, TOKENIZER, PAD, 1));
    }

    private Optional<TokenizerChoice.Source> source(Yaml value, String where) {
        if (value instanceof Yaml.Text text) {
            switch (text.text()) {
                case "base":
                    return Optional.of(new TokenizerChoice.Source.Base());
                case "union":
                    return Optional.of(new TokenizerChoice.Source.Union());
                default:
                    break;
            }
        }
        return paths.find(value, where).map(TokenizerChoice.Source.Directory::new);
    }

    private SequencedMap<String, TokenizerChoice.Token> tokens(Yaml.Mapping tokenizer) {
        String place = RecipeKeys.within(TOKENIZER, TOKENS);
        SequencedMap<String, TokenizerChoice.Token> tokens = new LinkedHashMap<>();
        RecipeKeys.value(tokenizer, TOKENS)
                .flatMap(value -> keys.mapping(value, place))
                .ifPresent(mapping -> mapping.entries().forEach((token, value) -> {
                    String where = RecipeKeys.within(place, token);
                    keys.mapping(value, where).ifPresent(m -> tokens.put(token, token(m, where)));
                }));
        return tokens;
    }

    private TokenizerChoice.Token token(Yaml.Mapping mapping, String where) {
        keys.refuseOthers(mapping, where, List.of(SOURCE, FORCE), Set.of());
        boolean force = keys.text(mapping, where, FORCE)
                .map(text -> Boolean.parseBoolean(text.text()))
                .orElse(false);
        Optional<TokenizerChoice.Row> row =
                RecipeKeys.value(mapping, SOURCE).flatMap(value -> row(value, RecipeKeys.within(where, SOURCE)));
        return new TokenizerChoice.Token(row, force);
    }

    private Optional<TokenizerChoice.Row> row(Yaml value, String where) {
        if (!(value instanceof Yaml.Mapping mapping) || !mapping.entries().containsKey(KIND)) {
            return paths.find(value, where).map(TokenizerChoice.Row.Same::new);
        }
        keys.refuseOthers(mapping, where, List.of(KIND, MODEL, TOKEN, TOKEN_ID), Set.of());
        String kind = keys.text(mapping, where, KIND).map(Yaml.Text::text).orElse("");
        if (kind.equals(ZERO)) {
            return Optional.of(new TokenizerChoice.Row.Zero());
        }
        Optional<Yaml> model = RecipeKeys.value(mapping, MODEL);
        Optional<String> token = keys.text(mapping, where, TOKEN).map(Yaml.Text::text);
        OptionalInt id = whole(mapping, where, TOKEN_ID, 0);
        if (!kind.equals(MODEL_TOKEN) || model.isEmpty() || token.isPresent() == id.isPresent()) {
            keys.error(
                    mapping,
                    Text.format(
                            "%s must be a path, {kind: zero}, or {kind: model_token, model: ...} with one of token and"
                                    + " token_id",
                            where));
            return Optional.empty();
        }
        return paths.find(model.get(), RecipeKeys.within(where, MODEL))
                .map(found -> id.isPresent()
                        ? new TokenizerChoice.Row.Numbered(found, id.getAsInt())
                        : new TokenizerChoice.Row.Named(found, token.orElseThrow()));
    }

    private OptionalInt whole(Yaml.Mapping mapping, String where, String key, int least) {
        Optional<Yaml.Text> value = keys.text(mapping, where, key);
        if (value.isEmpty()) {
            return OptionalInt.empty();
        }
        String text = value.get().text();
        if (text.matches("[0-9]{1,9}") && Integer.parseInt(text) >= least) {
            return OptionalInt.of(Integer.parseInt(text));
        }
        keys.error(
                value.get(),
                Text.format(
                        "%s must be a whole number from %d, found '%s'", RecipeKeys.within(where, key), least, text));
        return OptionalInt.empty();
    }
}
