// Runs a kernel's blocks one after another on the calling thread, each thread of a block as a fiber, in an
// order drawn from a seed: results that depend on the order differ between seeds.
#pragma once
#include <csetjmp>
#include <cstdint>
#include <functional>
#include <string>

namespace standin {

struct Size {
    unsigned x, y, z;
    uint64_t count() const { return (uint64_t)x * y * z; }
};

struct Shape {
    Size blocks;
    Size threads;
};

enum class State { ready, at_barrier, at_shuffle, done };

struct Fiber {
    Size thread;
    Size block;
    unsigned number;          // in the block
    State state;
    unsigned mask;            // of the shuffle it waits at
    unsigned turn;            // how many shuffles it came to: the parity picks the mailbox
    unsigned long long mail[2];
    void *stack_pointer;
    sigjmp_buf recover;
    bool faulted;
};

extern Shape shape;
extern Fiber *running;

// For the shim.
void wait_for_block();
unsigned long long shuffle_down(unsigned mask, unsigned long long bits, unsigned distance);

enum class Outcome { ok, illegal_address, launch_failed };

// Runs `kernel` once for every thread of every block. `problem` then says what went wrong.
Outcome run(const Shape &shape, const std::function<void()> &kernel, std::string &problem);

void set_seed(uint64_t seed);

}  // namespace standin
