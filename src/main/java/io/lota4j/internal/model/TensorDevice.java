package io.lota4j.internal.model;

import ai.djl.pytorch.engine.PtNDArray;
import io.lota4j.LotaException;
import io.lota4j.internal.Text;
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
    ///
    /// @throws LotaException if libtorch has no such card, with what that takes
    static TensorDevice of(Device device) {
        if (device.isHost()) {
            return new TensorDevice(device, ai.djl.Device.cpu(), Product.ONEDNN, TensorAddress::of);
        }
        if (!Torch.hasCuda()) {
            throw new LotaException(Text.format(
                    "The device %s cannot be used here: libtorch was built without CUDA, or finds no card. It takes an"
                            + " NVIDIA card with its driver, and on the class path"
                            + " ai.djl.pytorch:pytorch-native-cu128:2.7.1:linux-x86_64 in place of pytorch-native-cpu,"
                            + " which the Maven profile cuda brings: docs/cuda.md tells how. Without them, take the"
                            + " device cpu.",
                    device));
        }
        return new TensorDevice(device, ai.djl.Device.gpu(device.number()), Product.PLAIN, TensorAddress::of);
    }
}
