package io.lota4j.internal.merge.method;

import io.lota4j.internal.merge.MergeMethod;

/// What a method is called and what it merges.
abstract class AbstractMethod implements MergeMethod {
    /// What a method looks at.
    enum Operand {
        /// What was added to a base.
        DELTAS,
        WEIGHTS,
        /// Deltas where there is a base, otherwise weights.
        EITHER
    }

    private final String name;
    private final Operand operand;
    private final Base base;
    private final int leastModels;
    private final int mostModels;

    AbstractMethod(String name, Operand operand, Base base, int leastModels, int mostModels) {
        this.name = name;
        this.operand = operand;
        this.base = base;
        this.leastModels = leastModels;
        this.mostModels = mostModels;
    }

    /// A method that adds to the base what it makes of any number of deltas.
    AbstractMethod(String name) {
        this(name, Operand.DELTAS, Base.REQUIRED, 1, Integer.MAX_VALUE);
    }

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final Base base() {
        return base;
    }

    @Override
    public final int leastModels() {
        return leastModels;
    }

    @Override
    public final int mostModels() {
        return mostModels;
    }

    @Override
    public final boolean mergesDeltas() {
        return operand != Operand.WEIGHTS;
    }

    @Override
    public final boolean mergesWeights() {
        return operand != Operand.DELTAS;
    }
}
