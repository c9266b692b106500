package io.lota4j.internal.yaml;

import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.parser.Parser;

/// What a YAML parser finds, up to a depth. Whoever makes values of it calls itself for each list or mapping within
/// another, and a small file of nothing but brackets would end in a full stack.
final class ShallowEvents implements Parser {
    /// Lists and mappings within each other; no real recipe comes near.
    static final int DEEPEST = 100;

    /// Found too deep.
    static final class TooDeep extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final int line;

        private TooDeep(int line) {
            super("more than " + DEEPEST + " lists or mappings within each other", null, false, false);
            this.line = line;
        }

        /// From 1.
        int line() {
            return line;
        }
    }

    private final Parser all;
    private int depth;

    ShallowEvents(Parser all) {
        this.all = all;
    }

    @Override
    public boolean checkEvent(Event.ID choice) {
        return all.checkEvent(choice);
    }

    @Override
    public Event peekEvent() {
        return all.peekEvent();
    }

    @Override
    public boolean hasNext() {
        return all.hasNext();
    }

    @Override
    public Event next() {
        Event event = all.next();
        switch (event.getEventId()) {
            case SequenceStart, MappingStart -> {
                if (++depth > DEEPEST) {
                    throw new TooDeep(
                            event.getStartMark().map(mark -> mark.getLine() + 1).orElse(1));
                }
            }
            case SequenceEnd, MappingEnd -> depth--;
            default -> {
                // Scalars, aliases, and where documents begin and end.
            }
        }
        return event;
    }
}
