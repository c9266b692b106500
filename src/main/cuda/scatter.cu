#include "masked.cuh"

// weights[index[e]] = values[e], rounded to the weights' type
//
// Reference: JavaKernel#scatter. Same bits.
extern "C" __global__ void scatter(Index count, const int *index, const float *values, int type, void *weights) {
    Index entry = entry_of_thread();
    if (entry < count) {
        store(type, weights, place_of(index, entry), values[entry]);
    }
}
