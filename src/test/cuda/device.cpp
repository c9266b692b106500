// Devices, contexts, memory, copies and streams.
#include <cstdlib>
#include <cstring>

#include "block.h"
#include "driver.h"
#include "memory.h"
#include "streams.h"

namespace standin {

std::mutex lock;
std::string problem;
uint64_t copies = 0;
uint64_t launches = 0;

namespace {

bool initialized = false;
int retained = 0;
CUresult context_error = SUCCESS;
char primary_context;
thread_local void *current = nullptr;

enum PointerAttribute { MEMORY_TYPE = 2, DEVICE_ORDINAL = 9 };
enum MemoryType { HOST = 1, DEVICE = 2 };
enum DeviceAttribute { COMPUTE_MAJOR = 75, COMPUTE_MINOR = 76 };

// LOTA_STANDIN_DEVICES=0 is a machine with a driver and no card. All memory is the first card's, whichever it
// was asked for on.
int device_count() {
    const char *count = std::getenv("LOTA_STANDIN_DEVICES");
    return count == nullptr ? 2 : std::atoi(count);
}

void destroy_context() {
    free_everything();
    forget_streams();
    forget_modules();
    context_error = SUCCESS;
}

}  // namespace

CUresult usable() {
    REQUIRE(initialized, NOT_INITIALIZED);
    REQUIRE(current != nullptr && retained > 0, INVALID_CONTEXT);
    return context_error;
}

CUresult broken(CUresult error) { return context_error = error; }

}  // namespace standin

using namespace standin;

EXPORT CUresult cuInit(unsigned flags) {
    std::lock_guard<std::mutex> guard(standin::lock);
    REQUIRE(flags == 0, INVALID_VALUE);
    REQUIRE(device_count() > 0, NO_DEVICE);
    initialized = true;
    return SUCCESS;
}

EXPORT CUresult cuDriverGetVersion(int *version) {
    *version = 12060;
    return SUCCESS;
}

EXPORT CUresult cuDeviceGetCount(int *count) {
    REQUIRE(initialized, NOT_INITIALIZED);
    *count = device_count();
    return SUCCESS;
}

EXPORT CUresult cuDeviceGet(CUdevice *device, int ordinal) {
    REQUIRE(initialized, NOT_INITIALIZED);
    REQUIRE(ordinal >= 0 && ordinal < device_count(), INVALID_DEVICE);
    *device = ordinal;
    return SUCCESS;
}

EXPORT CUresult cuDeviceGetName(char *name, int length, CUdevice device) {
    REQUIRE(device >= 0 && device < device_count(), INVALID_DEVICE);
    std::strncpy(name, "CUDA stand-in on the CPU", length);
    return SUCCESS;
}

EXPORT CUresult cuDeviceGetAttribute(int *value, int attribute, CUdevice device) {
    REQUIRE(device >= 0 && device < device_count(), INVALID_DEVICE);
    REQUIRE(attribute == COMPUTE_MAJOR || attribute == COMPUTE_MINOR, INVALID_VALUE);
    *value = attribute == COMPUTE_MAJOR ? 7 : 5;
    return SUCCESS;
}

EXPORT CUresult cuDevicePrimaryCtxRetain(void **context, CUdevice device) {
    std::lock_guard<std::mutex> guard(standin::lock);
    REQUIRE(initialized, NOT_INITIALIZED);
    REQUIRE(device >= 0 && device < device_count(), INVALID_DEVICE);
    retained++;
    *context = &primary_context;
    return SUCCESS;
}

EXPORT CUresult cuDevicePrimaryCtxRelease_v2(CUdevice device) {
    std::lock_guard<std::mutex> guard(standin::lock);
    REQUIRE(device >= 0 && device < device_count(), INVALID_DEVICE);
    REQUIRE(retained > 0, INVALID_CONTEXT);
    if (--retained == 0) {
        destroy_context();
    }
    return SUCCESS;
}

EXPORT CUresult cuCtxSetCurrent(void *context) {
    std::lock_guard<std::mutex> guard(standin::lock);
    REQUIRE(context == nullptr || context == &primary_context, INVALID_CONTEXT);
    // With this every call of lota4j begins: what the thread asked for before should be done.
    if (forgot_to_wait() && context_error == SUCCESS) {
        problem = "the thread went on without waiting for a copy to the host's memory";
        return INVALID_VALUE;
    }
    current = context;
    return SUCCESS;
}

EXPORT CUresult cuMemAlloc_v2(CUdeviceptr *address, size_t bytes) {
    ENTER();
    REQUIRE(bytes > 0, INVALID_VALUE);
    *address = allocate_device(bytes);
    return *address == 0 ? OUT_OF_MEMORY : SUCCESS;
}

EXPORT CUresult cuMemFree_v2(CUdeviceptr address) {
    ENTER();
    return address == 0 || free_device(address) ? SUCCESS : INVALID_VALUE;
}

EXPORT CUresult cuMemHostAlloc(void **address, size_t bytes, unsigned) {
    ENTER();
    REQUIRE(bytes > 0, INVALID_VALUE);
    *address = (void *)allocate_pinned(bytes);
    return SUCCESS;
}

EXPORT CUresult cuMemFreeHost(void *address) {
    ENTER();
    return free_pinned((uintptr_t)address) ? SUCCESS : INVALID_VALUE;
}

EXPORT CUresult cuPointerGetAttribute(void *value, int attribute, CUdeviceptr address) {
    ENTER();
    bool on_device = is_device(address, 1);
    REQUIRE(on_device || is_pinned(address), INVALID_VALUE);
    REQUIRE(attribute == MEMORY_TYPE || attribute == DEVICE_ORDINAL, INVALID_VALUE);
    *(int *)value = attribute == DEVICE_ORDINAL ? 0 : on_device ? DEVICE : HOST;
    return SUCCESS;
}

EXPORT CUresult cuMemcpyHtoDAsync_v2(CUdeviceptr to, const void *from, size_t bytes, void *stream) {
    ENTER();
    REQUIRE(is_stream((Stream *)stream), INVALID_HANDLE);
    REQUIRE(is_device(to, bytes), INVALID_VALUE);
    copies++;
    if (is_pinned((uintptr_t)from)) {
        enqueue((Stream *)stream, [=] {
            REQUIRE(is_device(to, bytes) && is_pinned((uintptr_t)from), ILLEGAL_ADDRESS);
            std::memcpy((void *)to, from, bytes);
            return SUCCESS;
        });
    } else {
        // The driver takes a copy of pageable memory before it returns.
        std::string copy((const char *)from, bytes);
        enqueue((Stream *)stream, [=] {
            REQUIRE(is_device(to, bytes), ILLEGAL_ADDRESS);
            std::memcpy((void *)to, copy.data(), bytes);
            return SUCCESS;
        });
    }
    return SUCCESS;
}

EXPORT CUresult cuMemcpyDtoHAsync_v2(void *to, CUdeviceptr from, size_t bytes, void *stream) {
    ENTER();
    REQUIRE(is_stream((Stream *)stream), INVALID_HANDLE);
    REQUIRE(is_device(from, bytes), INVALID_VALUE);
    copies++;
    if (is_pinned((uintptr_t)to)) {
        enqueue((Stream *)stream, [=] {
            REQUIRE(is_device(from, bytes) && is_pinned((uintptr_t)to), ILLEGAL_ADDRESS);
            std::memcpy(to, (void *)from, bytes);
            return SUCCESS;
        });
    } else {
        enqueue_to_host((Stream *)stream, to, [=](std::string &taken) {
            REQUIRE(is_device(from, bytes), ILLEGAL_ADDRESS);
            taken.assign((const char *)from, bytes);
            return SUCCESS;
        });
    }
    return SUCCESS;
}

EXPORT CUresult cuStreamCreate(void **stream, unsigned flags) {
    ENTER();
    REQUIRE(flags <= 1, INVALID_VALUE);
    *stream = create_stream(flags == 1);
    return SUCCESS;
}

EXPORT CUresult cuStreamDestroy_v2(void *stream) {
    ENTER();
    return stream != nullptr && destroy_stream((Stream *)stream) ? SUCCESS : INVALID_HANDLE;
}

EXPORT CUresult cuStreamSynchronize(void *stream) {
    ENTER();
    REQUIRE(is_stream((Stream *)stream), INVALID_HANDLE);
    return drain((Stream *)stream);
}

EXPORT CUresult cuCtxSynchronize() {
    ENTER();
    return drain_all();
}

// For the tests.

EXPORT void standinSeed(uint64_t seed) { set_seed(seed); }

EXPORT uint64_t standinLiveAllocations() { return live_allocations(); }

EXPORT uint64_t standinCopies() { return copies; }

EXPORT uint64_t standinLaunches() { return launches; }

EXPORT const char *standinProblem() { return problem.c_str(); }
