// What the kernels share. Each kernel has its CPU reference in io.lota4j.internal.kernel.java.JavaKernel, named beside
// it.
//
// Nothing is included: everything a kernel needs beyond the language is written here, so that the test suite
// can compile the very same text for the CPU (src/test/cuda/shim.h).
//
// Floating point: contraction is off on both sides (nvcc --fmad=false, g++ -ffp-contract=off); where a fused
// multiply-add is wanted, fmaf or fma says so. Division and square root are correctly rounded, subnormals are
// kept.
#pragma once

typedef long long Index;

// How working weights are stored: the numbers that io.lota4j.internal.kernel.cuda.Codes passes.
enum WeightType { F32 = 0, BF16 = 1, F16 = 2 };

// The entry that a thread works on: one thread an entry.
static __device__ __forceinline__ Index entry_of_thread() { return (Index)blockIdx.x * blockDim.x + threadIdx.x; }

// Entries.at: the flat index of an entry; a null index stands for every element of the weight.
static __device__ __forceinline__ Index place_of(const int *index, Index entry) {
    return index == nullptr ? entry : (Index)index[entry];
}

// Floats.floatToBf16: to nearest, ties to even. A NaN keeps its upper payload, and stays a NaN.
static __device__ __forceinline__ unsigned short to_bf16(float value) {
    unsigned bits = __float_as_uint(value);
    if ((bits & 0x7fffffffu) > 0x7f800000u) {
        unsigned upper = bits >> 16;
        return (unsigned short)((upper & 0x7fu) == 0 ? upper | 0x40u : upper);
    }
    return (unsigned short)((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
}

// Float.floatToFloat16: to nearest, ties to even. A NaN becomes quiet and keeps its upper payload, as F16C does
// it.
static __device__ __forceinline__ unsigned short to_f16(float value) {
    unsigned bits = __float_as_uint(value);
    unsigned sign = (bits >> 16) & 0x8000u;
    unsigned size = bits & 0x7fffffffu;
    if (size > 0x7f800000u) {
        return (unsigned short)(sign | 0x7e00u | ((size >> 13) & 0x1ffu));
    }
    if (size >= 0x47800000u) {  // 65536 and more
        return (unsigned short)(sign | 0x7c00u);
    }
    if (size >= 0x38800000u) {  // normal: the exponent moves from bias 127 to 15; a carry may make it infinite
        unsigned shifted = size - 0x38000000u;
        return (unsigned short)(sign | ((shifted + 0xfffu + ((shifted >> 13) & 1u)) >> 13));
    }
    if (size <= 0x33000000u) {  // at most half of the least subnormal: the tie is to zero, which is even
        return (unsigned short)sign;
    }
    // Subnormal: the significand, in units of 2^-24.
    unsigned significand = (size & 0x7fffffu) | 0x800000u;
    unsigned drop = 126u - (size >> 23);
    unsigned kept = significand >> drop;
    unsigned rest = significand & ((1u << drop) - 1u);
    unsigned half = 1u << (drop - 1u);
    return (unsigned short)(sign | (kept + (rest > half || (rest == half && (kept & 1u)) ? 1u : 0u)));
}

// Floats.set
static __device__ __forceinline__ void store(int type, void *weights, Index place, float value) {
    if (type == F32) {
        ((float *)weights)[place] = value;
    } else {
        ((unsigned short *)weights)[place] = type == BF16 ? to_bf16(value) : to_f16(value);
    }
}

// JavaKernel#move: a null master means that the weights, then F32, are the masters.
static __device__ __forceinline__ void move(
    float *master, int type, void *weights, Index entry, Index place, float keep, float step) {
    if (master == nullptr) {
        float *own = (float *)weights + place;
        *own = *own * keep + step;
    } else {
        float moved = master[entry] * keep + step;
        master[entry] = moved;
        store(type, weights, place, moved);
    }
}
