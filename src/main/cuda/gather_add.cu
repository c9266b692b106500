#include "masked.cuh"

// gradient[e] += dense[index[e]]
//
// Reference: JavaKernel#gatherAdd. Same bits.
extern "C" __global__ void gather_add(Index count, const int *index, const float *dense, float *gradient) {
    Index entry = entry_of_thread();
    if (entry < count) {
        gradient[entry] = gradient[entry] + dense[place_of(index, entry)];
    }
}
