package io.lota4j.internal.model;

import ai.djl.engine.EngineException;

/// Whose matrix product `primitives.py` uses: `a [m, k]` by `b [n, k]`, transposed.
enum Product {
    /// oneDNN's: twice as fast as MKL's on AMD's processors, which MKL serves with an older instruction set. Only
    /// where libtorch was built with it, and only in the CPU's memory.
    ONEDNN("ops.mkldnn._linear_pointwise(a, b, None, \"none\", annotate(List[Optional[number]], []), \"\")"),
    /// libtorch's first choice, there in every build.
    PLAIN("torch.mm(a, torch.t(b))");

    private final String source;

    Product(String source) {
        this.source = source;
    }

    /// Whether libtorch refused the source because it lacks this product.
    boolean isUnknown(EngineException refusal) {
        String message = String.valueOf(refusal.getMessage());
        return this == ONEDNN && message.contains("Unknown builtin op") && message.contains("mkldnn");
    }

    /// The expression in TorchScript.
    String source() {
        return source;
    }
}
