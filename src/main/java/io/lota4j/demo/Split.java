package io.lota4j.demo;

/// Which half of the arguments a file draws from. An argument is on one side for every skill, name and task: neither
/// the base nor a ticket has ever seen what it is tested on.
public enum Split {
    /// Seven arguments of eight.
    TRAIN,
    /// One argument of eight.
    TEST;

    private static final int TEST_SHARE = 8;

    /// The side that an argument is on; no seed changes it.
    static Split of(String argument) {
        // The finalizer of MurmurHash3: String's own hash is regular in the last letters.
        int hash = argument.hashCode();
        hash = (hash ^ hash >>> 16) * 0x85ebca6b;
        hash = (hash ^ hash >>> 13) * 0xc2b2ae35;
        return Integer.remainderUnsigned(hash ^ hash >>> 16, TEST_SHARE) == 0 ? TEST : TRAIN;
    }
}
