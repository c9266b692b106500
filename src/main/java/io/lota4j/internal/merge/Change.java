package io.lota4j.internal.merge;

/// What a delta makes of a weight.
public final class Change {
    private Change() {}

    /// base + delta, in F32. A delta of zero leaves every bit as it is: adding it would make 0 of -0.
    public static float of(float base, float delta) {
        return delta == 0 ? base : base + delta;
    }
}
