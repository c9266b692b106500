package io.lota4j.kernel.vector;

import io.lota4j.kernel.MaskedKernel;
import io.lota4j.kernel.MaskedKernelContract;
import io.lota4j.kernel.Place;

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
