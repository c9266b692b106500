package io.lota4j.internal.kernel.cuda;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import java.nio.charset.StandardCharsets;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdevice_attribute;
import jcuda.driver.JCudaDriver;

/// One card and its primary context, the one that libtorch uses: memory of either is known to both.
final class Card implements AutoCloseable {
    private static final int NAME_BYTES = 256;

    private final int ordinal;
    private final CUdevice device = new CUdevice();
    private final CUcontext context = new CUcontext();
    private volatile boolean closed;

    /// @param ordinal of the card, from 0
    /// @throws LotaException when there is no driver or no such card
    Card(int ordinal) {
        Driver.unavailable().ifPresent(reason -> {
            throw new LotaException(Text.format("The CUDA kernel cannot run here: %s.", reason));
        });
        this.ordinal = ordinal;
        check(JCudaDriver.cuDeviceGet(device, ordinal), "cuDeviceGet");
        check(JCudaDriver.cuDevicePrimaryCtxRetain(context, device), "cuDevicePrimaryCtxRetain");
    }

    int ordinal() {
        return ordinal;
    }

    /// Makes the context the calling thread's: contexts are a thread's own affair.
    ///
    /// @throws IllegalStateException after [#close]: the context may be gone, and the driver does not look
    void makeCurrent() {
        if (closed) {
            throw new IllegalStateException("the CUDA kernel was closed");
        }
        check(JCudaDriver.cuCtxSetCurrent(context), "cuCtxSetCurrent");
    }

    /// Name, compute capability and the CUDA version of the driver.
    String description() {
        byte[] name = new byte[NAME_BYTES];
        check(JCudaDriver.cuDeviceGetName(name, name.length, device), "cuDeviceGetName");
        int[] version = new int[1];
        check(JCudaDriver.cuDriverGetVersion(version), "cuDriverGetVersion");
        return Text.format(
                "%s, compute capability %d.%d, driver for CUDA %d.%d",
                new String(name, StandardCharsets.UTF_8).replace("\0", ""),
                attribute(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR),
                attribute(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR),
                version[0] / 1000,
                version[0] % 1000 / 10);
    }

    private int attribute(int attribute) {
        int[] value = new int[1];
        check(JCudaDriver.cuDeviceGetAttribute(value, attribute, device), "cuDeviceGetAttribute");
        return value[0];
    }

    private void check(int result, String function) {
        Driver.check(result, function, "using card " + ordinal);
    }

    boolean isClosed() {
        return closed;
    }

    @Override
    public void close() {
        closed = true;
        check(JCudaDriver.cuDevicePrimaryCtxRelease(device), "cuDevicePrimaryCtxRelease");
    }
}
