#include "memory.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <map>

namespace standin {
namespace {

constexpr size_t PAGE = 4096;
// Untouchable on both sides: further than a wrong index or a stride of these tests reaches.
constexpr size_t GUARD = size_t(64) << 20;
constexpr unsigned char POISON = 0xff;

struct Allocation {
    size_t bytes;
    char *pages;        // those that may be touched
    size_t page_bytes;
};

std::map<uintptr_t, Allocation> device;
std::map<uintptr_t, size_t> pinned;

}  // namespace

uintptr_t allocate_device(size_t bytes) {
    size_t page_bytes = (bytes + PAGE - 1) / PAGE * PAGE;
    void *reserved =
        mmap(nullptr, page_bytes + 2 * GUARD, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (reserved == MAP_FAILED) {
        return 0;
    }
    char *pages = (char *)reserved + GUARD;
    if (mprotect(pages, page_bytes, PROT_READ | PROT_WRITE) != 0) {
        return 0;
    }
    std::memset(pages, POISON, page_bytes);
    // Real allocations start at multiples of 256; here the exact end matters more.
    uintptr_t address = (uintptr_t)pages + page_bytes - bytes;
    device[address] = {bytes, pages, page_bytes};
    return address;
}

bool free_device(uintptr_t address) {
    auto found = device.find(address);
    if (found == device.end()) {
        return false;
    }
    // The address range stays reserved: whoever still uses it faults.
    mprotect(found->second.pages, found->second.page_bytes, PROT_NONE);
    madvise(found->second.pages, found->second.page_bytes, MADV_DONTNEED);
    device.erase(found);
    return true;
}

bool is_device(uintptr_t address, size_t bytes) {
    auto next = device.upper_bound(address);
    if (next == device.begin()) {
        return false;
    }
    auto found = std::prev(next);
    size_t offset = address - found->first;
    return offset < found->second.bytes && bytes <= found->second.bytes - offset;
}

bool intact_before(uintptr_t address) {
    auto found = std::prev(device.upper_bound(address));
    const char *start = (const char *)found->first;
    return std::all_of((const char *)found->second.pages, start, [](char c) { return (unsigned char)c == POISON; });
}

uintptr_t allocate_pinned(size_t bytes) {
    uintptr_t address = (uintptr_t)std::malloc(bytes);
    std::memset((void *)address, POISON, bytes);
    pinned[address] = bytes;
    return address;
}

bool free_pinned(uintptr_t address) {
    if (pinned.erase(address) == 0) {
        return false;
    }
    std::free((void *)address);
    return true;
}

bool is_pinned(uintptr_t address) {
    auto next = pinned.upper_bound(address);
    return next != pinned.begin() && address - std::prev(next)->first < std::prev(next)->second;
}

size_t live_allocations() { return device.size() + pinned.size(); }

void free_everything() {
    while (!device.empty()) {
        free_device(device.begin()->first);
    }
    while (!pinned.empty()) {
        free_pinned(pinned.begin()->first);
    }
}

}  // namespace standin
