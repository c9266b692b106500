package io.lota4j.internal.merge;

import io.lota4j.merge.Compat;
import java.util.List;

/// A way of merging. Adding one takes a file in `io.lota4j.merge.method`, its line in the registry and its
/// test.
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

    /// Whether deltas from the base can be merged, into a delta, so that tickets need no base.
    boolean mergesDeltas();

    /// Whether weights can be merged, into weights. A method that merges both does the same with either.
    boolean mergesWeights();

    /// Whether rows matter, so that a piece must hold whole ones. A row lies along the last dimension; a tensor
    /// of one dimension is a row.
    default boolean wholeRows() {
        return false;
    }

    /// The parameters it takes, with the defaults of one reading.
    ///
    /// @throws io.lota4j.LotaException when there is no such reading of this method
    List<Parameter> parameters(Compat compat);

    /// Refuses values that are within their limits but do not go together.
    ///
    /// @throws io.lota4j.LotaException with the values
    default void check(Compat compat, Settings settings) {}

    /// Begins a merge.
    ///
    /// @throws io.lota4j.LotaException when there is no such reading of this method
    Merger merger(Compat compat);
}
