// What the CUDA driver's functions share: its types, error codes, and the one lock. Written from the driver
// API's documentation; nothing of NVIDIA's is needed to build it.
#pragma once
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>

typedef int CUresult;
typedef int CUdevice;
typedef unsigned long long CUdeviceptr;

namespace standin {

enum Result {
    SUCCESS = 0,
    INVALID_VALUE = 1,
    OUT_OF_MEMORY = 2,
    NOT_INITIALIZED = 3,
    NO_DEVICE = 100,
    INVALID_DEVICE = 101,
    INVALID_CONTEXT = 201,
    INVALID_PTX = 218,
    INVALID_HANDLE = 400,
    NOT_FOUND = 500,
    ILLEGAL_ADDRESS = 700,
    LAUNCH_FAILED = 719,
};

// One thread at a time is in the driver.
extern std::mutex lock;
// Why the last call failed, where the code alone does not say.
extern std::string problem;
// How often something was copied between host and device, and launched.
extern uint64_t copies;
extern uint64_t launches;

// NOT_INITIALIZED, INVALID_CONTEXT, the error that broke the context, or SUCCESS.
CUresult usable();
// A kernel's fault breaks the context for good.
CUresult broken(CUresult error);
// Frees the modules of a context that goes.
void forget_modules();

}  // namespace standin

#define EXPORT extern "C" __attribute__((visibility("default")))
// Leaves the function with an error.
#define REQUIRE(condition, result) \
    if (!(condition)) return standin::result
#define ENTER()                                          \
    std::lock_guard<std::mutex> guard(standin::lock);    \
    if (CUresult unusable = standin::usable()) return unusable
