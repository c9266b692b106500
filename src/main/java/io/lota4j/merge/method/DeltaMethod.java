package io.lota4j.merge.method;

import io.lota4j.merge.MergeMethod;

/// A method that adds to the base what it makes of any number of models' deltas.
abstract class DeltaMethod implements MergeMethod {
    private final String name;

    DeltaMethod(String name) {
        this.name = name;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Base base() {
        return Base.REQUIRED;
    }

    @Override
    public int leastModels() {
        return 1;
    }

    @Override
    public int mostModels() {
        return Integer.MAX_VALUE;
    }

    @Override
    public boolean mergesDeltas() {
        return true;
    }

    @Override
    public boolean mergesWeights() {
        return false;
    }
}
