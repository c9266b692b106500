package io.lota4j.model;

import ai.djl.pytorch.engine.PtNDArray;
import io.lota4j.memory.Device;
import java.util.function.ToLongFunction;

/// A device as libtorch knows it.
///
/// @param device whose memory tensors are in
/// @param engine where libtorch makes them
/// @param product that is the device's
/// @param address of a tensor's first element in the device's memory
record TensorDevice(Device device, ai.djl.Device engine, Product product, ToLongFunction<PtNDArray> address) {
    /// The host, and libtorch's own cards.
    static TensorDevice of(Device device) {
        return device.isHost()
                ? new TensorDevice(device, ai.djl.Device.cpu(), Product.ONEDNN, TensorAddress::of)
                : new TensorDevice(device, ai.djl.Device.gpu(device.number()), Product.PLAIN, TensorAddress::of);
    }
}
