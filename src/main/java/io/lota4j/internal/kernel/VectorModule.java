package io.lota4j.internal.kernel;

/// Whether the JVM was started with the Vector API, asked without loading any of its classes.
public final class VectorModule {
    /// The JVM flag that adds it.
    public static final String FLAG = "--add-modules jdk.incubator.vector";

    private VectorModule() {}

    /// Whether `io.lota4j.internal.kernel.vector.VectorKernel` can be loaded.
    public static boolean isPresent() {
        return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
    }
}
