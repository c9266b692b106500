#include "masked.cuh"

// v = alpha v + (1 - alpha) g^2; w = keep w - size g / (sqrt(v) + epsilon)
//
// Reference: JavaKernel#rmsProp. Same bits.
extern "C" __global__ void rmsprop(
    Index count, const int *index, const float *gradient, float *second, float *master, int type, void *weights,
    float scale, float keep, float alpha, float rest, float epsilon, float size) {
    Index entry = entry_of_thread();
    if (entry < count) {
        float g = gradient[entry] * scale;
        float square = second[entry] * alpha + rest * g * g;
        second[entry] = square;
        float step = -size * g / (sqrtf(square) + epsilon);
        move(master, type, weights, entry, place_of(index, entry), keep, step);
    }
}
