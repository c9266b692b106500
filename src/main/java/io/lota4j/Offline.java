package io.lota4j;

/// Keeps DJL from fetching anything and from reporting its use.
public final class Offline {
    private Offline() {}

    /// Sets what DJL's classes read when they load: to be called before the first of them is touched.
    public static void enforce() {
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("OPT_OUT_TRACKING", "true");
    }
}
