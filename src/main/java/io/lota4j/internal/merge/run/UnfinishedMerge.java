package io.lota4j.internal.merge.run;

import io.lota4j.LotaException;

/// Another merge was left unfinished where the result is made: see [ModelMerge#discard].
public final class UnfinishedMerge extends LotaException {
    private static final long serialVersionUID = 1L;

    UnfinishedMerge(String message) {
        super(message);
    }
}
