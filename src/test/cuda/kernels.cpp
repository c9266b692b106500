#include "kernels.h"

#include <type_traits>
#include <utility>

#include "shim.h"
// The sources under test.
#include "../../main/cuda/kernels.cu"

namespace standin {
namespace {

template <class... A, size_t... I>
Kernel describe(const char *name, void (*function)(A...), std::index_sequence<I...>) {
    return {name,
            {Parameter{sizeof(A), std::is_pointer<A>::value}...},
            [function](void *const *values) { function(*(A *)values[I]...); }};
}

template <class... A>
Kernel describe(const char *name, void (*function)(A...)) {
    return describe(name, function, std::index_sequence_for<A...>());
}

#define KERNEL(name) describe(#name, name)

const std::vector<Kernel> kernels = {
    KERNEL(gather),  KERNEL(gather_add), KERNEL(scatter),      KERNEL(rmsprop),        KERNEL(adamw),
    KERNEL(sgd),     KERNEL(sum_of_squares), KERNEL(sddmm_tokens), KERNEL(sddmm_features),
};

}  // namespace

const Kernel *find_kernel(const std::string &name) {
    for (const Kernel &kernel : kernels) {
        if (kernel.name == name) {
            return &kernel;
        }
    }
    return nullptr;
}

}  // namespace standin
