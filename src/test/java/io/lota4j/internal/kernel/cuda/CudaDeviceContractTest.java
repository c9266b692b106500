package io.lota4j.internal.kernel.cuda;

import io.lota4j.internal.kernel.MaskedKernel;
import io.lota4j.internal.kernel.MaskedKernelContract;
import io.lota4j.internal.kernel.Place;
import org.junit.jupiter.api.BeforeAll;

/// The contract on memory of the card, used in place.
class CudaDeviceContractTest extends MaskedKernelContract {
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
        return new DevicePlace();
    }
}
