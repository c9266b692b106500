#include "block.h"

#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <numeric>
#include <vector>

#if !defined(__x86_64__)
#error "the fibers' switch is written for x86-64"
#endif

extern "C" {
// Where the shared arrays of all kernels lie.
extern char __start_standin_shared[] __attribute__((weak));
extern char __stop_standin_shared[] __attribute__((weak));

// Saves the callee's registers and the stack pointer in *from, and goes on where `to` was saved. Unlike
// swapcontext it makes no system call: a sampled product switches a million times.
void standin_switch(void **from, void *to);
}
asm(R"(
.text
.hidden standin_switch
.globl standin_switch
.type standin_switch, @function
standin_switch:
    pushq %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %rsp, (%rdi)
    movq %rsi, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    ret
.size standin_switch, .-standin_switch
)");

namespace standin {

Shape shape;
Fiber *running = nullptr;

namespace {

constexpr size_t STACK_BYTES = 64 * 1024;
constexpr size_t PAGE = 4096;
constexpr unsigned WARP = 32;

std::vector<Fiber> fibers;
std::vector<char *> stacks;
void *scheduler_stack_pointer;
const std::function<void()> *body;
uint64_t seed = 1;

// Set while a fiber runs: a fault on this thread is then the kernel's.
volatile bool in_fiber = false;
pthread_t runner;
struct sigaction jvm_segv;
struct sigaction jvm_bus;

void on_fault(int signal, siginfo_t *info, void *context) {
    if (in_fiber && pthread_equal(runner, pthread_self())) {
        running->faulted = true;
        siglongjmp(running->recover, 1);
    }
    // Not ours: the JVM lives on such faults.
    struct sigaction &old = signal == SIGSEGV ? jvm_segv : jvm_bus;
    if (old.sa_flags & SA_SIGINFO) {
        old.sa_sigaction(signal, info, context);
    } else if (old.sa_handler == SIG_DFL || old.sa_handler == SIG_IGN) {
        sigaction(signal, &old, nullptr);
    } else {
        old.sa_handler(signal);
    }
}

void catch_faults() {
    static bool caught = false;
    if (caught) {
        return;
    }
    caught = true;
    struct sigaction action = {};
    action.sa_sigaction = on_fault;
    // NODEFER: the handler may be left by a jump, with nothing to unblock.
    action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
    sigemptyset(&action.sa_mask);
    sigaction(SIGSEGV, &action, &jvm_segv);
    sigaction(SIGBUS, &action, &jvm_bus);
}

void back_to_scheduler() {
    in_fiber = false;
    standin_switch(&running->stack_pointer, scheduler_stack_pointer);
}

void fiber_main() {
    if (sigsetjmp(running->recover, 0) == 0) {
        (*body)();
    }
    running->state = State::done;
    back_to_scheduler();
}

void start(Fiber &fiber, char *stack) {
    uintptr_t top = (uintptr_t)stack + STACK_BYTES;
    void **frame = (void **)(top & ~(uintptr_t)15);
    *--frame = nullptr;
    *--frame = (void *)fiber_main;
    for (int saved = 0; saved < 6; ++saved) {
        *--frame = nullptr;
    }
    fiber.stack_pointer = frame;
}

void ready_stacks(size_t count) {
    while (stacks.size() < count) {
        void *memory = mmap(nullptr, STACK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        mprotect(memory, PAGE, PROT_NONE);
        stacks.push_back((char *)memory);
    }
}

void ready_block(uint64_t number) {
    Size block = {(unsigned)(number % shape.blocks.x), (unsigned)(number / shape.blocks.x % shape.blocks.y),
                  (unsigned)(number / shape.blocks.x / shape.blocks.y)};
    for (unsigned t = 0; t < fibers.size(); ++t) {
        Fiber &fiber = fibers[t];
        fiber.number = t;
        fiber.block = block;
        fiber.thread = {t % shape.threads.x, t / shape.threads.x % shape.threads.y,
                        t / shape.threads.x / shape.threads.y};
        fiber.state = State::ready;
        fiber.turn = 0;
        fiber.faulted = false;
        start(fiber, stacks[t]);
    }
    // Shared memory holds no values when a block starts.
    std::memset(__start_standin_shared, 0xff, __stop_standin_shared - __start_standin_shared);
}

// Lets the lanes of a warp go on that wait at the same shuffle, if all that its mask names do.
bool release_shuffles(Fiber *warp, size_t lanes) {
    bool released = false;
    for (size_t lane = 0; lane < lanes; ++lane) {
        if (warp[lane].state != State::at_shuffle) {
            continue;
        }
        unsigned mask = warp[lane].mask;
        unsigned waiting = 0;
        for (size_t other = 0; other < lanes; ++other) {
            Fiber &peer = warp[other];
            bool same = peer.state == State::at_shuffle && peer.mask == mask && peer.turn == warp[lane].turn;
            waiting |= same ? 1u << other : 0u;
        }
        if (waiting == mask) {
            for (size_t other = 0; other < lanes; ++other) {
                if (mask >> other & 1u) {
                    warp[other].state = State::ready;
                }
            }
            released = true;
        }
    }
    return released;
}

bool release_shuffles() {
    bool released = false;
    for (size_t first = 0; first < fibers.size(); first += WARP) {
        released |= release_shuffles(&fibers[first], std::min<size_t>(WARP, fibers.size() - first));
    }
    return released;
}

// A barrier needs every thread of the block, those that have returned included.
bool release_barrier() {
    bool all = std::all_of(fibers.begin(), fibers.end(), [](Fiber &f) { return f.state == State::at_barrier; });
    if (all) {
        for (Fiber &fiber : fibers) {
            fiber.state = State::ready;
        }
    }
    return all;
}

// xorshift64: drawn from for every thread of every block.
uint64_t draw() {
    seed ^= seed << 13;
    seed ^= seed >> 7;
    return seed ^= seed << 17;
}

template <class T>
std::vector<T> drawn_order(uint64_t count) {
    std::vector<T> order(count);
    std::iota(order.begin(), order.end(), T(0));
    for (uint64_t left = count; left > 1; --left) {
        std::swap(order[left - 1], order[draw() % left]);
    }
    return order;
}

Outcome run_block(std::string &problem) {
    std::vector<unsigned> order = drawn_order<unsigned>(fibers.size());
    for (;;) {
        // Between two barriers it is enough that those who were first are not always so.
        std::rotate(order.begin(), order.begin() + draw() % order.size(), order.end());
        for (unsigned t : order) {
            if (fibers[t].state != State::ready) {
                continue;
            }
            running = &fibers[t];
            in_fiber = true;
            standin_switch(&scheduler_stack_pointer, running->stack_pointer);
            if (running->faulted) {
                problem = "a thread touched memory that is not the device's";
                return Outcome::illegal_address;
            }
        }
        if (std::all_of(fibers.begin(), fibers.end(), [](Fiber &f) { return f.state == State::done; })) {
            return Outcome::ok;
        }
        if (!release_shuffles() && !release_barrier()) {
            problem = "threads wait at a barrier or a shuffle that others never reach";
            return Outcome::launch_failed;
        }
    }
}

}  // namespace

void wait_for_block() {
    running->state = State::at_barrier;
    back_to_scheduler();
}

unsigned long long shuffle_down(unsigned mask, unsigned long long bits, unsigned distance) {
    Fiber *self = running;
    unsigned box = self->turn % 2;
    self->mail[box] = bits;
    self->mask = mask;
    self->state = State::at_shuffle;
    back_to_scheduler();
    self->turn++;
    unsigned lane = self->number % WARP;
    unsigned source = lane + distance;
    if (source >= WARP) {
        return bits;
    }
    // What a lane outside the mask holds is undefined: not a number.
    return mask >> source & 1u ? (self + distance)->mail[box] : ~0ull;
}

Outcome run(const Shape &wanted, const std::function<void()> &kernel, std::string &problem) {
    catch_faults();
    shape = wanted;
    body = &kernel;
    runner = pthread_self();
    fibers.resize(shape.threads.count());
    ready_stacks(fibers.size());
    for (uint64_t number : drawn_order<uint64_t>(shape.blocks.count())) {
        ready_block(number);
        Outcome outcome = run_block(problem);
        if (outcome != Outcome::ok) {
            return outcome;
        }
    }
    return Outcome::ok;
}

// Zero would stay zero.
void set_seed(uint64_t wanted) { seed = wanted * 2 + 1; }

}  // namespace standin
