#include "masked.cuh"

// gradient[e] += sum over tokens t of dy[t, i] x[t, j], for the element (i, j) = (place / features, place %
// features)
//
// Element (t, f) of x lies at t * x_token + f * x_feature, in elements; dy likewise. Reference:
// JavaKernel#sddmm, which adds up in F64. Here: F32 with fused multiply-adds in a fixed order, many short sums
// instead of one long one, so the error is at most about (tokens / 8 + 10) 2^-24 of the sum of the products'
// magnitudes.
//
// Both kernels take any strides and give sums that do not depend on the grid. Which is faster depends on what
// lies side by side in memory; the host chooses.

struct Element {
    Index row;
    Index column;
};

// 64-bit division is many instructions; almost every weight is small enough for 32 bits.
static __device__ __forceinline__ Element element_of(Index place, int features) {
    Element element;
    if (place <= 0xffffffffLL) {
        element.row = (unsigned)place / (unsigned)features;
    } else {
        element.row = place / features;
    }
    element.column = place - element.row * features;
    return element;
}

// For tokens side by side: a warp an entry, a lane every 32nd token. Both reads are coalesced, and the warps of
// a block share the row of dy in the cache. Blocks of (32, warps).
extern "C" __global__ void sddmm_tokens(
    Index count, const int *index, int tokens, int features, const float *x, Index x_token, Index x_feature,
    const float *dy, Index dy_token, Index dy_feature, float *gradient) {
    Index entry = (Index)blockIdx.x * blockDim.y + threadIdx.y;
    if (entry >= count) {  // the same for a whole warp
        return;
    }
    Element element = element_of(place_of(index, entry), features);
    const float *xs = x + element.column * x_feature;
    const float *dys = dy + element.row * dy_feature;
    float sum = 0.0f;
    for (int t = threadIdx.x; t < tokens; t += 32) {
        sum = fmaf(dys[t * dy_token], xs[t * x_token], sum);
    }
    for (int distance = 16; distance > 0; distance /= 2) {
        sum += __shfl_down_sync(0xffffffffu, sum, distance);
    }
    if (threadIdx.x == 0) {
        gradient[entry] = gradient[entry] + sum;
    }
}

// For features side by side: 32 neighbouring entries a block, mostly of one row, and 8 slices of the tokens. A
// warp takes one slice of all 32 entries: dy is one broadcast, x the ascending columns of one token. Blocks of
// (32, 8).
extern "C" __global__ void sddmm_features(
    Index count, const int *index, int tokens, int features, const float *x, Index x_token, Index x_feature,
    const float *dy, Index dy_token, Index dy_feature, float *gradient) {
    __shared__ float slices[8][32];
    Index entry = (Index)blockIdx.x * 32 + threadIdx.x;
    float sum = 0.0f;
    if (entry < count) {
        Element element = element_of(place_of(index, entry), features);
        const float *xs = x + element.column * x_feature;
        const float *dys = dy + element.row * dy_feature;
        for (int t = threadIdx.y; t < tokens; t += 8) {
            sum = fmaf(dys[t * dy_token], xs[t * x_token], sum);
        }
    }
    slices[threadIdx.y][threadIdx.x] = sum;
    __syncthreads();
    if (threadIdx.y == 0 && entry < count) {
        float total = slices[0][threadIdx.x];
        for (int slice = 1; slice < 8; ++slice) {
            total += slices[slice][threadIdx.x];
        }
        gradient[entry] = gradient[entry] + total;
    }
}
