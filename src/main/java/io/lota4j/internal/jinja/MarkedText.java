package io.lota4j.internal.jinja;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// A text that knows of each of its UTF-16 units where it came from. Marks do not count in `equals`.
final class MarkedText implements Value.Str {
    /// Rows wrote it, as it is.
    static final byte DATA = 1;

    /// It lies in a `{% generation %}` block.
    static final byte GENERATION = 2;

    /// A message or another value of a row holds it.
    static final byte SAID = 4;

    static final MarkedText EMPTY = new MarkedText("", null);

    private final String text;

    /// A mark for each unit, or null where none has one, which is the usual case.
    private final byte @Nullable [] marks;

    private MarkedText(String text, byte @Nullable [] marks) {
        this.text = text;
        this.marks = marks;
    }

    static MarkedText plain(String text) {
        return new MarkedText(text, null);
    }

    static MarkedText data(String text) {
        return plain(text).with(DATA);
    }

    /// The same text, all of it with this mark as well.
    MarkedText with(byte mark) {
        if (mark == 0 || text.isEmpty()) {
            return this;
        }
        byte[] added = marks == null ? new byte[text.length()] : marks.clone();
        for (int i = 0; i < added.length; i++) {
            added[i] |= mark;
        }
        return new MarkedText(text, added);
    }

    String text() {
        return text;
    }

    int units() {
        return text.length();
    }

    boolean isEmpty() {
        return text.isEmpty();
    }

    /// All marks that some unit has.
    byte anyMark() {
        byte any = 0;
        if (marks != null) {
            for (byte mark : marks) {
                any |= mark;
            }
        }
        return any;
    }

    /// @param start the first unit
    /// @param end the unit after the last one
    MarkedText part(int start, int end) {
        if (start == 0 && end == text.length()) {
            return this;
        }
        return new MarkedText(text.substring(start, end), marks == null ? null : Arrays.copyOfRange(marks, start, end));
    }

    MarkedText plus(MarkedText other) {
        if (isEmpty()) {
            return other;
        }
        return other.isEmpty() ? this : new Builder().add(this).add(other).build();
    }

    /// What a function makes of the text: units keep their marks if their number is kept, else all have any's mark.
    MarkedText mapped(UnaryOperator<String> function) {
        String result = function.apply(text);
        Limits.text(result.length());
        return result.length() == text.length()
                ? new MarkedText(result, marks)
                : new MarkedText(result, null).with(anyMark());
    }

    /// Characters as Python counts them.
    int length() {
        return text.codePointCount(0, text.length());
    }

    /// Where the character of this index begins, in units.
    int unitOf(int character) {
        return text.offsetByCodePoints(0, character);
    }

    /// The characters, one by one.
    List<Value> characters() {
        List<Value> characters = new ArrayList<>();
        for (int at = 0; at < text.length(); ) {
            int next = text.offsetByCodePoints(at, 1);
            characters.add(part(at, next));
            at = next;
        }
        return characters;
    }

    /// The stretches with this mark.
    List<Span> spans(byte mark) {
        List<Span> spans = new ArrayList<>();
        for (int at = 0; marks != null && at < marks.length; at++) {
            int start = at;
            while (at < marks.length && (marks[at] & mark) != 0) {
                at++;
            }
            if (at > start) {
                spans.add(new Span(start, at));
            }
        }
        return spans;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof MarkedText marked && text.equals(marked.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }

    /// Puts texts together.
    static final class Builder {
        private final StringBuilder text = new StringBuilder();
        private byte[] marks = new byte[0];
        private boolean marked;

        Builder add(MarkedText part) {
            int start = text.length();
            Limits.text((long) start + part.units());
            text.append(part.text);
            if (part.marks != null) {
                room();
                System.arraycopy(part.marks, 0, marks, start, part.units());
                marked = true;
            }
            return this;
        }

        Builder add(String part) {
            Limits.text((long) text.length() + part.length());
            text.append(part);
            return this;
        }

        int units() {
            return text.length();
        }

        private void room() {
            if (marks.length < text.length()) {
                marks = Arrays.copyOf(marks, Math.max(text.length(), 2 * marks.length));
            }
        }

        MarkedText build() {
            room();
            return new MarkedText(text.toString(), marked ? Arrays.copyOf(marks, text.length()) : null);
        }
    }
}
