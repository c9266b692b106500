#include "masked.cuh"

// values[e] = dense[index[e]]
//
// Reference: JavaKernel#gather. Same bits.
extern "C" __global__ void gather(Index count, const int *index, const float *dense, float *values) {
    Index entry = entry_of_thread();
    if (entry < count) {
        values[entry] = dense[place_of(index, entry)];
    }
}
