package io.lota4j.internal.kernel;

/// One optimizer step with everything that is the same for all entries. The arithmetic is F32 and in the order
/// in which PyTorch does it, so that a dense run there and a masked run here agree; constants are combined in
/// F64 and rounded once.
public sealed interface Update {
    /// Learning rate of this step.
    double lr();

    /// Factor on the gradient before anything else: the clip's.
    double scale();

    /// Decoupled decay: a weight is first multiplied by `1 - lr * decay`.
    double decay();

    /// The share of a weight that decay leaves, as every kernel uses it.
    default float kept() {
        return (float) (1 - lr() * decay());
    }

    /// `v ← αv + (1-α)g²; w ← w - lr·g / (√v + ε)`, no bias correction (LoTA's choice).
    record RmsProp(double lr, double scale, double decay, double alpha, double epsilon) implements Update {}

    /// Loshchilov and Hutter 2019. `m ← m + (1-β₁)(g-m); v ← β₂v + (1-β₂)g²; w ← w - lr/c₁ · m / (√v/√c₂ + ε)`.
    ///
    /// @param correction1 `1 - β₁ᵗ` at step t = 1, 2, …
    /// @param correction2 `1 - β₂ᵗ`
    record AdamW(
            double lr,
            double scale,
            double decay,
            double beta1,
            double beta2,
            double epsilon,
            double correction1,
            double correction2)
            implements Update {}

    /// `b ← μb + g; w ← w - lr·b`.
    record Sgd(double lr, double scale, double decay, double momentum) implements Update {}
}
