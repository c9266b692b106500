package io.lota4j.jinja;

import io.lota4j.LotaException;
import java.time.LocalDateTime;
import java.util.Map;

/// A chat template, parsed. Immutable; any number of threads may render it.
public final class Template {
    private final String where;

    private Template(String where) {
        this.where = where;
    }

    /// Reads a template. What the engine does not know is refused here, with its line, before anything is rendered.
    ///
    /// `strftime_now` in the template answers with the time of this call, however often it is rendered, so that all
    /// texts of a run bear the same date; see [#at].
    ///
    /// @param where names the template in messages, as in "chat template of FILE"
    /// @throws LotaException if it is no template or needs what this engine lacks
    public static Template parse(String source, String where) {
        return new Template(where);
    }

    /// The same template with another time for `strftime_now`.
    public Template at(LocalDateTime now) {
        return this;
    }

    /// @param given values that the template's author or the tokenizer wrote (`bos_token`, `add_generation_prompt`):
    ///     Map, List, String, Number, Boolean, null
    /// @param data values that rows hold (`messages`, `tools`), whose text is marked; the order of maps is kept
    /// @throws LotaException with what the template raised, or with the line that cannot be rendered
    public Rendering render(Map<String, ?> given, Map<String, ?> data) {
        throw new LotaException("The " + where + " cannot be rendered: the template engine is not finished.");
    }

    /// Whether the template reads this anywhere: as a name, an attribute or a text in brackets.
    public boolean mentions(String variable) {
        return false;
    }
}
