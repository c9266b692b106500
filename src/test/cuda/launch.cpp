// Modules and launches.
#include <cstdlib>
#include <cstring>
#include <list>
#include <map>
#include <memory>
#include <sstream>

#include "block.h"
#include "driver.h"
#include "kernels.h"
#include "memory.h"
#include "streams.h"

namespace standin {
namespace {

using Module = std::map<std::string, const Kernel *>;

std::list<std::unique_ptr<Module>> modules;

constexpr uint64_t MAX_THREADS = 1024;
constexpr unsigned MAX_GRID_X = 0x7fffffff;
constexpr unsigned MAX_GRID_YZ = 65535;
constexpr unsigned MAX_SHARED = 48 * 1024;

enum JitOption { ERROR_LOG_BUFFER = 5, ERROR_LOG_BYTES = 6 };

// `.param .u64 name` is 8 bytes.
size_t bytes_of(const std::string &line) {
    size_t type = line.find('.', line.find(".param") + 1);
    return std::strtoul(line.c_str() + type + 2, nullptr, 10) / 8;
}

// Holds one entry's parameters against those of the kernel that was compiled from the same source; throws a
// string.
void check(const Kernel &kernel, std::istringstream &lines) {
    size_t place = 0;
    std::string line;
    while (std::getline(lines, line) && line.find(".param") != std::string::npos) {
        if (place >= kernel.parameters.size() || kernel.parameters[place].bytes != bytes_of(line)) {
            throw kernel.name + ": parameter " + std::to_string(place) + " is not what the sources say";
        }
        place++;
    }
    if (place != kernel.parameters.size()) {
        throw kernel.name + " has " + std::to_string(place) + " parameters, not as many as in the sources";
    }
}

// The kernels that a PTX text names, as nvcc lays it out: a parameter a line. Throws a string.
Module parse(const std::string &ptx) {
    Module module;
    std::istringstream lines(ptx);
    std::string line;
    while (std::getline(lines, line)) {
        size_t entry = line.find(".entry ");
        if (entry == std::string::npos) {
            continue;
        }
        std::string name = line.substr(entry + 7, line.find('(') - entry - 7);
        const Kernel *kernel = find_kernel(name);
        if (kernel == nullptr) {
            throw "no kernel " + name + " was compiled from the sources";
        }
        check(*kernel, lines);
        module[name] = kernel;
    }
    if (module.empty()) {
        throw std::string("no entry in the PTX");
    }
    return module;
}

void report(const std::string &text, unsigned options, const int *keys, void **values) {
    char *buffer = nullptr;
    size_t bytes = 0;
    for (unsigned i = 0; i < options; ++i) {
        if (keys[i] == ERROR_LOG_BUFFER) {
            buffer = (char *)values[i];
        } else if (keys[i] == ERROR_LOG_BYTES) {
            bytes = (size_t)(uintptr_t)values[i] & 0xffffffffu;
        }
    }
    if (buffer != nullptr && bytes > 0) {
        std::strncpy(buffer, text.c_str(), bytes - 1);
    }
}

bool refuse(const std::string &why) {
    problem = why;
    return false;
}

bool fits(const Shape &shape, unsigned shared) {
    const Size &b = shape.blocks;
    const Size &t = shape.threads;
    if (b.count() == 0 || t.count() == 0) {
        return refuse("an empty grid or block");
    }
    if (b.x > MAX_GRID_X || b.y > MAX_GRID_YZ || b.z > MAX_GRID_YZ) {
        return refuse("a grid that is too large");
    }
    if (t.count() > MAX_THREADS || t.x > 1024 || t.y > 1024 || t.z > 64) {
        return refuse("more than 1024 threads a block");
    }
    return shared <= MAX_SHARED || refuse("more than 48 KB of shared memory");
}

// The values that a launch was given, copied as the driver does. Empty when they are not the kernel's.
std::shared_ptr<std::vector<uint64_t>> values_of(const Kernel &kernel, void **given) {
    auto values = std::make_shared<std::vector<uint64_t>>();
    for (const Parameter &parameter : kernel.parameters) {
        void *place = given[values->size()];
        if (place == nullptr) {
            refuse(kernel.name + ": too few arguments");
            return nullptr;
        }
        uint64_t value = 0;
        std::memcpy(&value, place, parameter.bytes);
        if (parameter.pointer && value != 0 && !is_device(value, 1)) {
            refuse(kernel.name + ": argument " + std::to_string(values->size()) + " points to no device memory");
            return nullptr;
        }
        values->push_back(value);
    }
    // The real driver cannot see this; lota4j ends its list with a null for it.
    if (given[values->size()] != nullptr) {
        refuse(kernel.name + ": too many arguments");
        return nullptr;
    }
    return values;
}

CUresult execute(const Kernel &kernel, const Shape &shape, std::vector<uint64_t> &values) {
    std::vector<void *> places;
    for (uint64_t &value : values) {
        places.push_back(&value);
    }
    Outcome outcome = run(shape, [&] { kernel.call(places.data()); }, problem);
    for (size_t i = 0; i < values.size(); ++i) {
        if (outcome == Outcome::ok && kernel.parameters[i].pointer && values[i] != 0 && !intact_before(values[i])) {
            refuse("something was written before the start of device memory");
            outcome = Outcome::illegal_address;
        }
    }
    switch (outcome) {
        case Outcome::ok: return SUCCESS;
        case Outcome::illegal_address: return broken(ILLEGAL_ADDRESS);
        case Outcome::launch_failed: return broken(LAUNCH_FAILED);
    }
    return LAUNCH_FAILED;
}

}  // namespace

void forget_modules() { modules.clear(); }

}  // namespace standin

using namespace standin;

EXPORT CUresult cuModuleLoadDataEx(
    void **module, const void *image, unsigned options, int *keys, void **values) {
    ENTER();
    try {
        modules.push_back(std::make_unique<Module>(parse((const char *)image)));
        *module = modules.back().get();
        return SUCCESS;
    } catch (const std::string &why) {
        report(why, options, keys, values);
        return INVALID_PTX;
    }
}

EXPORT CUresult cuModuleUnload(void *module) {
    ENTER();
    size_t before = modules.size();
    modules.remove_if([module](const auto &own) { return own.get() == module; });
    return modules.size() < before ? SUCCESS : INVALID_HANDLE;
}

EXPORT CUresult cuModuleGetFunction(const void **function, Module *module, const char *name) {
    ENTER();
    auto found = module->find(name);
    REQUIRE(found != module->end(), NOT_FOUND);
    *function = found->second;
    return SUCCESS;
}

EXPORT CUresult cuLaunchKernel(
    const Kernel *kernel, unsigned grid_x, unsigned grid_y, unsigned grid_z, unsigned block_x, unsigned block_y,
    unsigned block_z, unsigned shared, void *stream, void **parameters, void **) {
    ENTER();
    REQUIRE(kernel != nullptr && is_stream((Stream *)stream), INVALID_HANDLE);
    Shape shape = {{grid_x, grid_y, grid_z}, {block_x, block_y, block_z}};
    REQUIRE(fits(shape, shared), INVALID_VALUE);
    REQUIRE(parameters != nullptr, INVALID_VALUE);
    auto values = values_of(*kernel, parameters);
    REQUIRE(values != nullptr, INVALID_VALUE);
    launches++;
    enqueue((Stream *)stream, [=] { return execute(*kernel, shape, *values); });
    return SUCCESS;
}
