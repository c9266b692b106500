// The kernels that were compiled in, with what a launch must know of each.
#pragma once
#include <functional>
#include <string>
#include <vector>

namespace standin {

struct Parameter {
    size_t bytes;
    bool pointer;
};

struct Kernel {
    std::string name;
    std::vector<Parameter> parameters;
    // Calls it with the values that the pointers lead to.
    std::function<void(void *const *)> call;
};

// Null when there is none of that name.
const Kernel *find_kernel(const std::string &name);

}  // namespace standin
