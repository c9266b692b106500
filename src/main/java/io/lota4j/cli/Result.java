package io.lota4j.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/// What a command found or made. It is said once: without `--json` each line is printed as soon as it is said, with it
/// one object of all figures is printed when the command is done, and nothing if it fails.
///
/// A key comes once. To give it another value is a defect.
final class Result {
    private final PrintWriter out;
    private final boolean json;
    private final SequencedMap<String, @Nullable Object> values = new LinkedHashMap<>();

    /// @param out standard output
    /// @param json whether it gets one object instead of lines
    Result(PrintWriter out, boolean json) {
        this.out = out;
        this.json = json;
    }

    /// Says a line, whose figures become keys of the object.
    void say(Sentence sentence) {
        line(sentence.toString());
        sentence.values().forEach(this::put);
    }

    /// As [#say(Sentence)].
    void say(String pattern, Figure... figures) {
        say(Sentence.of(pattern, figures));
    }

    /// Says a line, whose figures become an object of their own under a key.
    void say(Key key, Sentence sentence) {
        line(sentence.toString());
        put(key.word(), sentence.values());
    }

    /// Says the next of several lines, whose figures become an element of the list under a key.
    @SuppressWarnings("unchecked") // a key's value is always made here
    void add(Key list, Sentence sentence) {
        line(sentence.toString());
        Object all = values.computeIfAbsent(list.word(), key -> new ArrayList<>());
        ((List<Object>) all).add(sentence.values());
    }

    /// Says the next of several lines, whose figures become an object under a name of its own under a key.
    @SuppressWarnings("unchecked") // as above
    void add(Key map, String name, Sentence sentence) {
        line(sentence.toString());
        Object all = values.computeIfAbsent(map.word(), key -> new LinkedHashMap<>());
        ((Map<String, Object>) all).put(name, sentence.values());
    }

    /// Says what is no figure: a head of a table, an empty line, advice.
    void line(String text) {
        if (!json) {
            out.println(text);
            out.flush();
        }
    }

    /// Gives what only a program wants to know.
    void also(Key key, @Nullable Object value) {
        put(key.word(), value);
    }

    private void put(String key, @Nullable Object value) {
        if (values.containsKey(key)) {
            throw new IllegalStateException("the key " + key + " is given twice");
        }
        values.put(key, value);
    }

    /// Whether a value was given already.
    boolean has(Key key) {
        return values.containsKey(key.word());
    }

    /// Ends the output: with `--json` prints the object, if the command is done.
    ///
    /// @param code exit code of the command
    /// @return the same
    int end(int code) {
        if (json && code == ExitCode.OK) {
            out.print(JsonMapper.shared().writeValueAsString(values) + "\n");
        }
        out.flush();
        return code;
    }
}
