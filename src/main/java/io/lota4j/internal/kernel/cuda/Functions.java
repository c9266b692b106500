package io.lota4j.internal.kernel.cuda;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import java.util.LinkedHashMap;
import java.util.Map;
import jcuda.Pointer;
import jcuda.driver.CUfunction;
import jcuda.driver.CUjit_option;
import jcuda.driver.CUmodule;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;
import jcuda.driver.JITOptions;

/// PTX that the driver has compiled for its card.
final class Functions implements AutoCloseable {
    private static final int LOG_BYTES = 8192;

    private final CUmodule module = new CUmodule();
    private final Map<String, Function> functions = new LinkedHashMap<>();

    /// Loads into the calling thread's context.
    ///
    /// @throws LotaException with the compiler's log when the driver refuses the text
    Functions(Ptx ptx) {
        JITOptions options = new JITOptions();
        options.putBytes(CUjit_option.CU_JIT_ERROR_LOG_BUFFER, new byte[LOG_BYTES]);
        options.putInt(CUjit_option.CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES, LOG_BYTES);
        int result = JCudaDriver.cuModuleLoadDataJIT(module, Pointer.to(ptx.bytes()), options);
        if (result != CUresult.CUDA_SUCCESS) {
            String log = options.getString(CUjit_option.CU_JIT_ERROR_LOG_BUFFER);
            throw new LotaException(Driver.message(result, "cuModuleLoadDataEx", "compiling the kernels for the card")
                    + " The compiler says: "
                    + (log == null ? "" : log.replace("\0", "").strip()));
        }
        ptx.entries().forEach((name, types) -> {
            CUfunction handle = new CUfunction();
            Driver.check(
                    JCudaDriver.cuModuleGetFunction(handle, module, name), "cuModuleGetFunction", "loading " + name);
            functions.put(name, new Function(name, handle, types));
        });
    }

    Function function(String name) {
        Function function = functions.get(name);
        if (function == null) {
            throw new IllegalArgumentException(Text.format("no kernel %s among %s", name, functions.keySet()));
        }
        return function;
    }

    @Override
    public void close() {
        Driver.check(JCudaDriver.cuModuleUnload(module), "cuModuleUnload", "unloading the kernels");
    }
}
