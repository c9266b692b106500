// Device memory that faults: every allocation ends where pages begin that nobody may touch, starts with NaN in
// every place, and is unreadable for good once freed.
#pragma once
#include <cstddef>
#include <cstdint>

namespace standin {

// 0 when there is no memory.
uintptr_t allocate_device(size_t bytes);
// False when nothing lives there.
bool free_device(uintptr_t address);
// Whether [address, address + bytes) lies in one live allocation.
bool is_device(uintptr_t address, size_t bytes);
// False when something was written just before the allocation that an address is in, where no page guards.
bool intact_before(uintptr_t address);

uintptr_t allocate_pinned(size_t bytes);
bool free_pinned(uintptr_t address);
bool is_pinned(uintptr_t address);

// Device and pinned host memory together.
size_t live_allocations();
void free_everything();

}  // namespace standin
