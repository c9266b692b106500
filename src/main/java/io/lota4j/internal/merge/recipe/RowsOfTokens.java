package io.lota4j.internal.merge.recipe;

import io.lota4j.internal.Text;
import io.lota4j.internal.merge.ModelReference;
import io.lota4j.internal.yaml.Problems;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/// Says which row of which model stands for each token of the result.
///
/// A token that a model lacks gets the row that the recipe names; else that of the only model that has it;
/// else the base's; else the mean of those that have it; else zeros.
record RowsOfTokens(Tokenizers tokenizers, TokenizerChoice choice, Problems problems) {
    /// How many ranges of ids are listed in a warning.
    private static final int LISTED = 8;

    RowMapping of(ResultTokens tokens, SliceModels part) {
        List<SliceModels.Source> sources = part.all();
        int size = tokens.size();
        int[][] own = new int[sources.size()][];
        for (int i = 0; i < own.length; i++) {
            own[i] = ownRows(tokens, sources.get(i).member(), part, size);
        }
        for (int i = 0; i < own.length; i++) {
            if (sources.get(i).member().isWhole()) {
                tellRows(sources.get(i).member(), own[i], tokens);
            }
        }
        List<Integer> donors = IntStream.range(0, own.length)
                .filter(i -> sources.get(i).member().isWhole())
                .boxed()
                .toList();
        Map<Integer, List<EmbeddingRows.Row>> fills = new HashMap<>();
        int nowhere = 0;
        for (var token : tokens.ids().entrySet()) {
            int row = token.getValue();
            Optional<TokenizerChoice.Token> asked =
                    Optional.ofNullable(choice.tokens().get(token.getKey()));
            List<EmbeddingRows.Row> having = donors.stream()
                    .filter(i -> own[i][row] != EmbeddingRows.NONE)
                    .map(i -> new EmbeddingRows.Row(i, own[i][row]))
                    .toList();
            List<EmbeddingRows.Row> fill = asked.flatMap(TokenizerChoice.Token::row)
                    .map(named -> named(named, token.getKey(), sources))
                    .orElseGet(() -> automatic(having, part));
            fills.put(row, fill);
            nowhere += having.isEmpty()
                            && asked.flatMap(TokenizerChoice.Token::row).isEmpty()
                    ? 1
                    : 0;
            if (asked.isPresent() && asked.get().force()) {
                Arrays.stream(own).forEach(rows -> rows[row] = EmbeddingRows.NONE);
            }
        }
        if (nowhere > 0) {
            problems.warn(Text.format("%d tokens of the result are in no model; their rows are zero", nowhere));
        }
        return new EmbeddingRows(padded(size), size, own, fills);
    }

    private int[] ownRows(ResultTokens tokens, OpenModel member, SliceModels part, int size) {
        OpenModel named = member.isWhole()
                ? member
                : part.base().map(SliceModels.Source::member).orElse(member);
        Map<String, Integer> ids = tokenizers.of(named).ids();
        int limit = named.vocabulary().orElse(Integer.MAX_VALUE);
        int[] rows = new int[size];
        Arrays.fill(rows, EmbeddingRows.NONE);
        tokens.ids().forEach((token, row) -> {
            Integer id = ids.get(token);
            if (id != null && id < limit) {
                rows[row] = id;
            }
        });
        return rows;
    }

    /// A model's rows that no token of the result has, and tokens that it has no row for.
    private void tellRows(OpenModel member, int[] own, ResultTokens tokens) {
        BitSet used = new BitSet();
        BitSet lacking = new BitSet();
        tokens.ids().values().forEach(row -> {
            if (own[row] == EmbeddingRows.NONE) {
                lacking.set(row);
            } else {
                used.set(own[row]);
            }
        });
        int count = member.vocabulary().orElse(0);
        BitSet cut = new BitSet();
        cut.set(0, count);
        cut.andNot(used);
        if (!cut.isEmpty()) {
            problems.warn(Text.format(
                    "%s: %d of its %d embedding rows are cut, for they are of no token of the result's tokenizer: %s",
                    member, cut.cardinality(), count, ids(cut)));
        }
        if (!lacking.isEmpty()) {
            problems.warn(Text.format(
                    "%s has no embedding row for %d of the result's %d tokens: %s",
                    member, lacking.cardinality(), tokens.ids().size(), ids(lacking)));
        }
    }

    /// Such as `ids 7 and 12 to 15`.
    private static String ids(BitSet ids) {
        List<String> ranges = new ArrayList<>();
        int from = ids.nextSetBit(0);
        while (from >= 0 && ranges.size() < LISTED) {
            int to = ids.nextClearBit(from);
            ranges.add(to - from == 1 ? Text.format("%d", from) : Text.format("%d to %d", from, to - 1));
            from = ids.nextSetBit(to);
        }
        String text = (ids.cardinality() == 1 ? "id " : "ids ") + String.join(", ", ranges);
        return from < 0 ? text : text + ", ...";
    }

    private static List<EmbeddingRows.Row> automatic(List<EmbeddingRows.Row> having, SliceModels part) {
        int base = part.base().isPresent() ? part.sources().size() : EmbeddingRows.NONE;
        Optional<EmbeddingRows.Row> inBase =
                having.stream().filter(row -> row.model() == base).findFirst();
        return inBase.map(List::of).orElse(having);
    }

    private List<EmbeddingRows.Row> named(TokenizerChoice.Row row, String token, List<SliceModels.Source> sources) {
        return switch (row) {
            case TokenizerChoice.Row.Zero zero -> List.of();
            case TokenizerChoice.Row.Same same -> of(token, same.model(), token, sources);
            case TokenizerChoice.Row.Named other -> of(token, other.model(), other.token(), sources);
            case TokenizerChoice.Row.Numbered numbered -> {
                Optional<Integer> model = place(token, numbered.model(), sources);
                int limit = model.map(i -> sources.get(i).member().vocabulary().orElse(Integer.MAX_VALUE))
                        .orElse(Integer.MAX_VALUE);
                if (numbered.id() >= limit) {
                    problems.error(Text.format(
                            "tokenizer.tokens.%s: %s has %d rows, found token_id %d",
                            token, numbered.model().label(), limit, numbered.id()));
                }
                yield model.map(i -> List.of(new EmbeddingRows.Row(i, numbered.id())))
                        .orElse(List.of());
            }
        };
    }

    private List<EmbeddingRows.Row> of(
            String token, ModelReference model, String other, List<SliceModels.Source> sources) {
        Optional<Integer> place = place(token, model, sources);
        if (place.isEmpty()) {
            return List.of();
        }
        OpenModel member = sources.get(place.get()).member();
        Integer id = tokenizers.of(member).ids().get(other);
        if (id == null || id >= member.vocabulary().orElse(Integer.MAX_VALUE)) {
            problems.error(Text.format("tokenizer.tokens.%s: %s has no token '%s'", token, model.label(), other));
            return List.of();
        }
        return List.of(new EmbeddingRows.Row(place.get(), id));
    }

    private Optional<Integer> place(String token, ModelReference model, List<SliceModels.Source> sources) {
        Optional<Integer> place = IntStream.range(0, sources.size())
                .filter(i -> sources.get(i).member().isWhole()
                        && sources.get(i).member().reference().isSame(model))
                .boxed()
                .findFirst();
        if (place.isEmpty()) {
            problems.error(
                    Text.format("tokenizer.tokens.%s: %s is no whole model of this merge", token, model.label()));
        }
        return place;
    }

    private int padded(int size) {
        int multiple = choice.padToMultipleOf().orElse(1);
        return Math.ceilDiv(size, multiple) * multiple;
    }
}
