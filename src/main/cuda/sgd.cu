#include "masked.cuh"

// b = momentum b + g; w = keep w - size b
//
// Reference: JavaKernel#sgd. Same bits.
extern "C" __global__ void sgd(
    Index count, const int *index, const float *gradient, float *first, float *master, int type, void *weights,
    float scale, float keep, float momentum, float size) {
    Index entry = entry_of_thread();
    if (entry < count) {
        float velocity = first[entry] * momentum + gradient[entry] * scale;
        first[entry] = velocity;
        move(master, type, weights, entry, place_of(index, entry), keep, -size * velocity);
    }
}
