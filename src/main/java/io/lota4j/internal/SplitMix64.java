package io.lota4j.internal;

/// The generator SplitMix64 ([Steele, Lea and Flood 2014](https://doi.org/10.1145/2714064.2660195)), written out
/// so that a seed gives the same numbers on every machine and Java version. Its n-th number is
/// `mix(seed + n * GOLDEN_GAMMA)`.
public final class SplitMix64 {
    /// What one number adds to the state.
    public static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    private SplitMix64() {}

    /// The number of a state.
    public static long mix(long state) {
        long mixed = (state ^ (state >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return mixed ^ (mixed >>> 31);
    }
}
