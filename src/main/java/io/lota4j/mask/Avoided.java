package io.lota4j.mask;

/// A mask whose weights are to be left alone.
///
/// @param name the mask's file name, for messages and provenance
public record Avoided(String name, Mask mask) {
    /// Name and digest, as provenance keeps them.
    public String origin() {
        return name + " sha256:" + mask.sha256();
    }
}
