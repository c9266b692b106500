#include "masked.cuh"

// One F64 sum of squares a block, of every value that a grid-stride loop gives the block. The host adds the
// blocks' sums in their order and chooses the grid by the count alone, so the result has the same bits run
// after run.
//
// 256 threads a block. Reference: JavaKernel#sumOfSquares, which adds in another order: equal up to the
// rounding of F64 additions.
extern "C" __global__ void sum_of_squares(Index count, const float *values, double *sums) {
    __shared__ double warp_sums[8];
    double sum = 0.0;
    for (Index i = entry_of_thread(); i < count; i += (Index)gridDim.x * blockDim.x) {
        double value = values[i];
        sum = fma(value, value, sum);
    }
    for (int distance = 16; distance > 0; distance /= 2) {
        sum += __shfl_down_sync(0xffffffffu, sum, distance);
    }
    if (threadIdx.x % 32 == 0) {
        warp_sums[threadIdx.x / 32] = sum;
    }
    __syncthreads();
    if (threadIdx.x == 0) {
        double total = 0.0;
        for (int warp = 0; warp < 8; ++warp) {
            total += warp_sums[warp];
        }
        sums[blockIdx.x] = total;
    }
}
