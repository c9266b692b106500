package io.lota4j.model;

/// Where the layers' weights are while they are not computed with. Both yield the same bits.
public enum BaseWeights {
    /// In memory, F32.
    LOADED,
    /// In the checkpoint's mapped files, in their own type: each layer is widened when its turn comes, and trained
    /// values are kept beside it. Reading every layer anew at each pass takes time. Of an embedding of more than
    /// 256 MiB as F32 only the rows of a pass's tokens are read, of such a head a block of rows at a time; other
    /// weights outside the layers are in memory all the same.
    MAPPED
}
