package io.lota4j.internal.kernel.cuda;

import io.lota4j.internal.kernel.MaskedKernel;
import io.lota4j.internal.kernel.MaskedKernelContract;
import io.lota4j.internal.kernel.Place;
import org.junit.jupiter.api.BeforeAll;

/// The contract on memory of the Java heap, of the host outside of it, and of the card, drawn anew for each
/// segment.
class CudaMixedContractTest extends MaskedKernelContract {
    @BeforeAll
    static void load() {
        StandIn.loadUnlessReplaced();
    }

    @Override
    protected MaskedKernel newKernel() {
        return new CudaKernel();
    }

    @Override
    protected Place newPlace(long seed) {
        return new MixedPlace(seed);
    }
}
