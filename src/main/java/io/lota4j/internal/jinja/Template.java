package io.lota4j.internal.jinja;

import io.lota4j.LotaException;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A chat template, parsed. Immutable; any number of threads may render it.
public final class Template {
    private final String where;
    private final Parser.Parsed parsed;
    private final LocalDateTime now;

    private Template(String where, Parser.Parsed parsed, LocalDateTime now) {
        this.where = where;
        this.parsed = parsed;
        this.now = now;
    }

    /// Reads a template. What the engine does not know is refused here, with its line, before anything is rendered.
    ///
    /// `strftime_now` in the template answers with the time of this call, however often it is rendered, so that all
    /// texts of a run bear the same date; see [#at].
    ///
    /// @param where names the template in messages, as in "chat template of FILE"
    /// @throws LotaException if it is no template or needs what this engine lacks
    public static Template parse(String source, String where) {
        return new Template(
                where, guarded(where, () -> Parser.parse(source)), LocalDateTime.now(ZoneId.systemDefault()));
    }

    /// The same template with another time for `strftime_now`.
    public Template at(LocalDateTime time) {
        return new Template(where, parsed, time);
    }

    /// @param given values that the template's author or the tokenizer wrote (`bos_token`, `add_generation_prompt`):
    ///     Map, List, String, Number, Boolean, null
    /// @param data values that rows hold (`messages`, `tools`), whose text is marked; of a [Marked] only the
    ///     stretches came from data; the order of maps is kept
    /// @throws LotaException with what the template raised, or with the line that cannot be rendered
    public Rendering render(
            Map<String, ? extends @Nullable Object> given, Map<String, ? extends @Nullable Object> data) {
        MarkedText text = guarded(where, () -> {
            Map<String, Value> variables = new LinkedHashMap<>(Globals.at(now));
            given.forEach((name, value) -> variables.put(name, Values.of(value, (byte) 0)));
            data.forEach((name, value) ->
                    variables.put(name, Values.of(value, (byte) (MarkedText.SAID | MarkedText.DATA))));
            return new Interpreter().render(parsed.nodes(), new Scope(new Scope(null, variables), Map.of()));
        });
        return new Rendering(
                text.text(),
                text.spans(MarkedText.SAID),
                text.spans(MarkedText.DATA),
                text.spans(MarkedText.GENERATION));
    }

    /// Whether the template reads this anywhere: as a name, an attribute or a text in brackets.
    public boolean mentions(String variable) {
        return parsed.mentions().has(variable);
    }

    private static <T> T guarded(String where, Supplier<T> work) {
        try {
            return work.get();
        } catch (LineRefusal e) {
            throw refused(where, e);
        } catch (Refusal e) {
            throw new LotaException("The " + where + " cannot be rendered: " + e.reason() + ".", e);
        } catch (StackOverflowError e) {
            // The limits of nesting keep away from this on a stack of usual size.
            throw new LotaException("The " + where + " cannot be rendered: it nests too deeply for this thread.", e);
        }
    }

    private static LotaException refused(String where, LineRefusal e) {
        String reason = e.refusal().reason();
        String message = e.refusal().isRaised()
                ? "The " + where + " refuses the messages: " + reason
                : "The " + where + " cannot be rendered: line " + e.line() + ": " + reason + ".";
        return new LotaException(message, e);
    }
}
