package io.lota4j.data;

import io.lota4j.Text;

/// Shows an example as the model sees it.
public final class Preview {
    private Preview() {}

    /// The tokens of an example: those that carry loss in brackets, the others apart by a middle dot.
    ///
    /// Line breaks, tabs and invisible characters are written as escapes; after a token that ends a line the
    /// text goes on in a new one, so that a long prompt stays readable.
    public static String text(Example example, Tokenizer tokenizer) {
        StringBuilder text = new StringBuilder(Text.format(
                "row %d: %d tokens, %d with loss [in brackets]\n",
                example.row(), example.length(), example.scoredTokens()));
        boolean lineStart = true;
        boolean before = true;
        for (int i = 0; i < example.length(); i++) {
            boolean scored = example.scored()[i];
            String piece = tokenizer.piece(example.ids()[i]);
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
            for (int i = 0; i < example.promptLength(); i++) {
                text.append(i == 0 ? "" : "·").append(escape(tokenizer.piece(example.promptIds()[i])));
            }
            text.append('\n');
        }
        return text.toString();
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
