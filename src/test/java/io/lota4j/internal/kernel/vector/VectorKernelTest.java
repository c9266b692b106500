package io.lota4j.internal.kernel.vector;

import io.lota4j.internal.kernel.MaskedKernel;
import io.lota4j.internal.kernel.MaskedKernelContract;
import io.lota4j.internal.kernel.Place;

class VectorKernelTest extends MaskedKernelContract {
    @Override
    protected MaskedKernel newKernel() {
        return new VectorKernel();
    }

    @Override
    protected Place newPlace(long seed) {
        return Place.offHeap();
    }
}
