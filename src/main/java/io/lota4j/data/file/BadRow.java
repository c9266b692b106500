package io.lota4j.data.file;

/// A row that was left out because it could not be used.
///
/// @param file as its user names it
/// @param place where in the file, such as `line 3`
/// @param reason what was expected and what was found
public record BadRow(String file, String place, String reason) {
    static BadRow of(BadRowException fault) {
        return new BadRow(fault.file(), fault.place(), fault.reason());
    }
}
