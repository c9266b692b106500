// The part of CUDA C++ that the kernels use, for g++: each thread of a block is a fiber (block.h).
//
// Lets src/main/cuda/*.cu be compiled unchanged for the CPU.
#pragma once
#include <cmath>
#include <cstring>

#include "block.h"

#define __global__
#define __device__
#define __forceinline__ inline
// One block runs at a time, so a block's shared memory can be static; the section lets block.cpp poison all of
// it.
#define __shared__ static __attribute__((section("standin_shared")))

#define threadIdx (standin::running->thread)
#define blockIdx (standin::running->block)
#define blockDim (standin::shape.threads)
#define gridDim (standin::shape.blocks)

static inline unsigned __float_as_uint(float value) {
    unsigned bits;
    std::memcpy(&bits, &value, sizeof bits);
    return bits;
}

static inline void __syncthreads() { standin::wait_for_block(); }

template <class T>
static inline T __shfl_down_sync(unsigned mask, T value, unsigned distance) {
    static_assert(sizeof(T) <= sizeof(unsigned long long));
    unsigned long long bits = 0;
    std::memcpy(&bits, &value, sizeof value);
    bits = standin::shuffle_down(mask, bits, distance);
    std::memcpy(&value, &bits, sizeof value);
    return value;
}

using std::fma;
