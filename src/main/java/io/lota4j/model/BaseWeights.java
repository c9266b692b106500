package io.lota4j.model;

/// Where the layers' weights are while they are not computed with. Both yield the same bits.
public enum BaseWeights {
    /// In memory, F32.
    LOADED,
    /// In the checkpoint's mapped files, in their own type: each layer is widened when its turn comes, and trained
    /// values are kept beside it. Reading every layer anew at each pass takes time; embedding, last norm and head
    /// are in memory all the same.
    MAPPED
}
