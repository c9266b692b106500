package io.lota4j.internal.data;

import io.lota4j.LotaException;
import io.lota4j.internal.jinja.Marked;
import io.lota4j.internal.jinja.Span;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Encodes texts of which stretches came from rows: there the text of a control token is only text, unless that is
/// allowed.
///
/// A text is always one, as the tokenizer's own rules want it. Where a row holds the text of a control token, the
/// template's own tokens are written as characters that no text has, for a twin of the tokenizer that knows the
/// tokens by these.
final class RowTokenizer {
    /// Where the private-use characters begin that may stand for tokens; the first whose range is not in a text serves.
    private static final int[] SENTINELS = {0xF0000, 0xF8000, 0x100000, 0x108000};

    private final Tokenizer tokenizer;
    private final boolean allowSpecial;
    private final List<String> guarded;
    private final Map<Integer, String> byId = new HashMap<>();
    private final ControlTokens added;

    RowTokenizer(Tokenizer tokenizer, Set<String> guarded, boolean allowSpecial) {
        this.tokenizer = tokenizer;
        this.allowSpecial = allowSpecial;
        this.guarded = guarded.stream().sorted().toList();
        this.added = new ControlTokens(tokenizer.added());
        for (String token : guarded) {
            tokenizer.id(token).ifPresent(id -> byId.put(id, token));
        }
    }

    /// @param tokens the text's
    /// @param foreign whether stretches from rows hold the text of control tokens
    record Result(Encoded tokens, boolean foreign) {}

    Result encode(Marked marked) {
        Encoded plain = tokenizer.encoded(marked.text());
        boolean foreign = foreign(plain, marked);
        if (!foreign || allowSpecial) {
            return new Result(plain, foreign);
        }
        Encoded guardedTokens = encodedByTwin(marked);
        if (foreign(guardedTokens, marked)) {
            throw new LotaException("The row holds text that the tokenizer takes for a control token whatever is done."
                    + " Remove it from the row.");
        }
        return new Result(guardedTokens, true);
    }

    /// Where a token's own text stands: some tokens take the white space beside them along.
    static int ownStart(Encoded tokens, int token, String own, String text) {
        int at = text.indexOf(own, tokens.starts()[token]);
        return at >= 0 && at + own.length() <= tokens.ends()[token] ? at : -1;
    }

    private boolean foreign(Encoded tokens, Marked marked) {
        for (int i = 0; i < tokens.ids().length; i++) {
            String token = byId.get(tokens.ids()[i]);
            if (token == null || tokenizer.isUnknown(tokens.ids()[i])) {
                continue;
            }
            int own = ownStart(tokens, i, token, marked.text());
            int start = own < 0 ? tokens.starts()[i] : own;
            int end = own < 0 ? tokens.ends()[i] : own + token.length();
            if (overlaps(marked.data(), start, end)) {
                return true;
            }
        }
        return false;
    }

    private static boolean overlaps(List<Span> spans, int start, int end) {
        return spans.stream().anyMatch(span -> span.start() < end && span.end() > start);
    }

    private Encoded encodedByTwin(Marked marked) {
        int base = sentinels(marked.text());
        Map<String, String> renamed = new HashMap<>();
        for (int i = 0; i < guarded.size(); i++) {
            renamed.put(guarded.get(i), Character.toString(base + i));
        }
        StringBuilder text = new StringBuilder();
        // For every unit of the new text, and its end, the unit of the marked text where it begins.
        List<Integer> origins = new ArrayList<>();
        int from = 0;
        for (ControlTokens.Found found : added.outside(marked.data(), marked.text())) {
            String sentinel = renamed.get(found.token());
            if (sentinel == null) {
                continue;
            }
            copy(marked.text(), from, found.start(), text, origins);
            text.append(sentinel);
            origins.add(found.start());
            origins.add(found.start());
            from = found.end();
        }
        copy(marked.text(), from, marked.text().length(), text, origins);
        origins.add(marked.text().length());
        Encoded twin = tokenizer.twin(renamed).encoded(text.toString());
        int[] starts = Arrays.stream(twin.starts()).map(origins::get).toArray();
        int[] ends = Arrays.stream(twin.ends()).map(origins::get).toArray();
        return new Encoded(twin.ids(), starts, ends);
    }

    private static void copy(String source, int from, int to, StringBuilder text, List<Integer> origins) {
        for (int at = from; at < to; at++) {
            text.append(source.charAt(at));
            origins.add(at);
        }
    }

    private int sentinels(String text) {
        for (int base : SENTINELS) {
            if (text.codePoints().noneMatch(c -> c >= base && c < base + guarded.size())) {
                return base;
            }
        }
        throw new LotaException("The row holds control tokens and private-use characters of every plane; remove them.");
    }
}
