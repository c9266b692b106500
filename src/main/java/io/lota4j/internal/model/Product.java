package io.lota4j.internal.model;

import ai.djl.engine.EngineException;

/// Whose matrix product `primitives.py` uses: `a [m, k]` by `b [n, k]`, transposed, alone and with what comes behind
/// it.
enum Product {
    /// oneDNN's: twice as fast as MKL's on AMD's processors, which MKL serves with an older instruction set. Only
    /// where libtorch was built with it, and only in the CPU's memory.
    ONEDNN(
            oneDnn("none"),
            oneDnn("swish"),
            "ops.mkldnn._linear_pointwise(a, c, b, None, \"mul\")",
            "ops.mkldnn._linear_pointwise(a, c, b, None, \"add\")",
            "ops.mkldnn._reorder_linear_weight(w, " + Product.PACKED_ROWS + ")"),
    /// libtorch's first choice, there in every build.
    PLAIN(
            "torch.mm(a, torch.t(b))",
            "torch.silu_(torch.mm(a, torch.t(b)))",
            "torch.mul_(torch.mm(a, torch.t(b)), c)",
            "torch.add_(torch.mm(a, torch.t(b)), c)",
            "w");

    /// The rows of `a` that a packed `b` is laid out for; it serves others, too.
    private static final int PACKED_ROWS = 256;

    private final String alone;
    private final String silu;
    private final String times;
    private final String plus;
    private final String packed;

    Product(String alone, String silu, String times, String plus, String packed) {
        this.alone = alone;
        this.silu = silu;
        this.times = times;
        this.plus = plus;
        this.packed = packed;
    }

    private static String oneDnn(String then) {
        return "ops.mkldnn._linear_pointwise(a, b, None, \"" + then + "\", annotate(List[Optional[number]], []), \"\")";
    }

    /// Whether libtorch refused the source because it lacks this product.
    boolean isUnknown(EngineException refusal) {
        String message = String.valueOf(refusal.getMessage());
        return this == ONEDNN && message.contains("Unknown builtin op") && message.contains("mkldnn");
    }

    /// TorchScript with this product's expressions.
    ///
    /// @param open source in which `$PRODUCT` and the others stand for them
    String fillIn(String open) {
        return open.replace("$PRODUCT", alone)
                .replace("$SILU", silu)
                .replace("$TIMES", times)
                .replace("$PLUS", plus)
                .replace("$PACKED", packed);
    }
}
