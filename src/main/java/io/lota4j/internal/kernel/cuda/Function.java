package io.lota4j.internal.kernel.cuda;

import io.lota4j.internal.Text;
import java.util.Arrays;
import java.util.List;
import jcuda.driver.CUfunction;

/// One kernel of a loaded module.
///
/// @param types of its parameters, as PTX names them
record Function(String name, CUfunction handle, List<String> types) {
    /// The driver reads as many arguments as the kernel has parameters, of the parameters' sizes, and cannot
    /// tell whether they are meant: so this is checked here.
    void check(Argument... arguments) {
        List<String> given = Arrays.stream(arguments).map(Argument::type).toList();
        if (!given.equals(types)) {
            throw new IllegalArgumentException(Text.format("%s takes %s, not %s", name, types, given));
        }
    }
}
