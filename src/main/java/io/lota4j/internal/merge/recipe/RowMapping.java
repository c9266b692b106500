package io.lota4j.internal.merge.recipe;

import io.lota4j.internal.merge.ModelTensor;
import java.util.List;

/// How the models' embeddings are brought to the rows of the result's tokens. Touches no file.
public interface RowMapping {
    /// How many rows the result has.
    int count();

    /// One model's embedding as the result has it: of weights, weights; of a delta, a delta.
    ///
    /// @param place of the model among the merge's models; the base is behind the last
    /// @param all the models' own tensors in that order, matrices of equally many columns
    ModelTensor of(int place, List<ModelTensor> all);
}
