#include "masked.cuh"

// m += (1 - beta1) (g - m); v = beta2 v + (1 - beta2) g^2; w = keep w - size m / (sqrt(v) / root + epsilon)
//
// Reference: JavaKernel#adamW. Same bits.
extern "C" __global__ void adamw(
    Index count, const int *index, const float *gradient, float *first, float *second, float *master, int type,
    void *weights, float scale, float keep, float rest1, float beta2, float rest2, float epsilon, float size,
    float root) {
    Index entry = entry_of_thread();
    if (entry < count) {
        float g = gradient[entry] * scale;
        float mean = first[entry];
        mean = mean + rest1 * (g - mean);
        first[entry] = mean;
        float square = second[entry] * beta2 + rest2 * g * g;
        second[entry] = square;
        float step = -size * mean / (sqrtf(square) / root + epsilon);
        move(master, type, weights, entry, place_of(index, entry), keep, step);
    }
}
