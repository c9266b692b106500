package io.lota4j.internal.data;

import io.lota4j.data.Example;
import io.lota4j.internal.Text;
import java.util.Arrays;

/// Shows an example as the model sees it.
public final class Preview {
    /// What stands for a part of a character.
    private static final char UNREADABLE = '\uFFFD';

    /// No character has more bytes, and a token has at least one.
    private static final int MOST_PARTS = 4;

    private Preview() {}

    /// What an example shows: its tokens, or, of a pair, those with the chosen and those with the rejected answer.
    public static String text(Example example, Tokenizer tokenizer) {
        Example rejected = example.rejected();
        return rejected == null
                ? text(example, "", tokenizer)
                : text(example, ", chosen", tokenizer) + text(rejected, ", rejected", tokenizer);
    }

    /// The tokens of a sequence: those that carry loss in brackets, the others apart by a middle dot.
    ///
    /// Tokens that stand for parts of one character each are shown as one, for none of them can be read.
    /// Line breaks, tabs and invisible characters are written as escapes; after a token that ends a line the
    /// text goes on in a new one, so that a long prompt stays readable. Before tokens whose loss has another weight
    /// than those before them the weight is told.
    ///
    /// @param which of a row's sequences it is
    private static String text(Example example, String which, Tokenizer tokenizer) {
        StringBuilder text = new StringBuilder(Text.format(
                "row %d%s: %d tokens, %d with loss [in brackets]%s\n",
                example.row(),
                which,
                example.length(),
                example.labelledTokens(),
                example.tokenWeights() == null ? "" : ", (x its weight)"));
        float weight = 1;
        boolean lineStart = true;
        boolean before = true;
        int next;
        for (int i = 0; i < example.length(); i = next) {
            boolean scored = example.labelled()[i];
            next = readable(example.ids(), i, alike(example.labelled(), i), tokenizer);
            String piece = piece(example.ids(), i, next, tokenizer);
            if (scored && example.tokenWeight(i) != weight) {
                weight = example.tokenWeight(i);
                text.append("(x").append(weight).append(')');
            }
            if (!lineStart && !scored && !before) {
                text.append('·');
            }
            text.append(scored ? "[" + escape(piece) + "]" : escape(piece));
            lineStart = piece.endsWith("\n");
            before = scored;
            if (lineStart) {
                text.append('\n');
            }
        }
        if (!lineStart) {
            text.append('\n');
        }
        if (!example.startsWithPrompt()) {
            text.append("generation starts from other tokens: ");
            int[] prompt = example.promptIds();
            for (int i = 0; i < prompt.length; i = next) {
                next = readable(prompt, i, prompt.length, tokenizer);
                text.append(i == 0 ? "" : "·").append(escape(piece(prompt, i, next, tokenizer)));
            }
            text.append('\n');
        }
        return text.toString();
    }

    /// The end of the tokens from a place on that all carry loss, or none of them.
    private static int alike(boolean[] scored, int from) {
        int to = from + 1;
        while (to < scored.length && scored[to] == scored[from]) {
            to++;
        }
        return to;
    }

    /// The end of the fewest tokens that are a text by themselves; the next token's if none are.
    private static int readable(int[] ids, int from, int limit, Tokenizer tokenizer) {
        for (int to = from + 1; to <= Math.min(limit, from + MOST_PARTS); to++) {
            if (piece(ids, from, to, tokenizer).indexOf(UNREADABLE) < 0) {
                return to;
            }
        }
        return from + 1;
    }

    private static String piece(int[] ids, int from, int to, Tokenizer tokenizer) {
        return to == from + 1 ? tokenizer.piece(ids[from]) : tokenizer.decode(Arrays.copyOfRange(ids, from, to), false);
    }

    private static String escape(String piece) {
        StringBuilder escaped = new StringBuilder();
        piece.codePoints().forEach(c -> escaped.append(escape(c)));
        return escaped.toString();
    }

    private static String escape(int codePoint) {
        return switch (codePoint) {
            case '\n' -> "\\n";
            case '\r' -> "\\r";
            case '\t' -> "\\t";
            default -> isInvisible(codePoint) ? Text.format("\\u%04x", codePoint) : Character.toString(codePoint);
        };
    }

    private static boolean isInvisible(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> true;
            default -> Character.isSpaceChar(codePoint) && codePoint != ' ';
        };
    }
}
