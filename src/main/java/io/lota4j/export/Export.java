package io.lota4j.export;

import io.lota4j.internal.export.ExportInput;
import io.lota4j.internal.export.ExportWork;
import java.util.Set;

/// A form in which a base with a change leaves for another program. To add one: a class, a line in [Exports], a test.
public interface Export {
    /// What users call it.
    String name();

    /// Who loads it, in a few words.
    String about();

    /// The settings that say something to it; others are refused.
    Set<ExportSetting> settings();

    /// Looks at what is to be written, from headers and tickets.
    ///
    /// @throws io.lota4j.LotaException when it cannot be written in this form, saying why and what can be done
    ExportWork prepare(ExportInput input, ExportOptions options);
}
