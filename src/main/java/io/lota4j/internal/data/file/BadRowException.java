package io.lota4j.internal.data.file;

import io.lota4j.LotaException;
import org.jspecify.annotations.Nullable;

/// A row cannot be used. What is behind it can be read all the same.
public final class BadRowException extends LotaException {
    private static final long serialVersionUID = 1L;

    private final String file;
    private final String place;
    private final String reason;

    /// @param file as its user names it
    /// @param place where in the file, such as `line 3`
    /// @param reason what was expected and what was found, as whole sentences or the end of one
    public BadRowException(String file, String place, String reason, @Nullable Throwable cause) {
        super(file + ", " + place + ": " + reason, cause);
        this.file = file;
        this.place = place;
        this.reason = reason;
    }

    /// A row of which a whole sentence is said already.
    ///
    /// @param fault what is wrong with it
    public BadRowException(String file, String place, LotaException fault) {
        this(file, place, String.valueOf(fault.getMessage()), fault);
    }

    /// The file, as its user names it.
    public String file() {
        return file;
    }

    /// Where in the file, such as `line 3`.
    public String place() {
        return place;
    }

    /// What was expected and what was found.
    public String reason() {
        return reason;
    }
}
