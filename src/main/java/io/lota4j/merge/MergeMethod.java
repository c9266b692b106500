package io.lota4j.merge;

import java.util.List;

/// A way of merging. Adding one takes a file in `io.lota4j.merge.method`, its line in the registry and its test.
public interface MergeMethod {
    /// Whether a method needs a base.
    enum Base {
        REQUIRED,
        OPTIONAL,
        NONE
    }

    /// As recipes and the command line write it, such as `dare_ties`.
    String name();

    /// Whether the merge needs a base model.
    Base base();

    /// The fewest models, the base not counted.
    int leastModels();

    /// The most models, the base not counted.
    int mostModels();

    /// Whether only deltas from the base are looked at, so that tickets can be merged without their base.
    boolean mergesDeltas();

    /// The parameters it takes, with the defaults of one reading.
    ///
    /// @throws io.lota4j.LotaException when there is no such reading of this method
    List<Parameter> parameters(Compat compat);
}
