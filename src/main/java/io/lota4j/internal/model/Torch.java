package io.lota4j.internal.model;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.pytorch.engine.PtEngineProvider;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import io.lota4j.internal.Natives;
import io.lota4j.internal.memory.Buffer;
import io.lota4j.internal.memory.HostBuffer;
import io.lota4j.memory.Device;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.List;

/// The door to libtorch: runs the methods of `primitives.py`, makes tensors and lends their memory.
///
/// One instance belongs to one thread at a time. Closing it frees every tensor that was made through it.
public final class Torch implements AutoCloseable {
    private static final String ENGINE = "PyTorch";

    private final TensorDevice device;
    private final PtNDManager manager;
    private final ScriptModule ops;
    private boolean closed;

    /// The name that makes a tensor part of a list argument.
    static final String LIST = "w[]";

    /// As [#LIST] for a method's second list.
    static final String KEPT = "s[]";

    /// On the host.
    ///
    /// @param methods of a decoder, beside the primitives
    Torch(String methods) {
        this(TensorDevice.of(Device.CPU), methods);
    }

    /// On the host, with a product.
    Torch(Product product, String methods) {
        this(new TensorDevice(Device.CPU, ai.djl.Device.cpu(), product, TensorAddress::of), methods);
    }

    Torch(TensorDevice device, String methods) {
        this.device = device;
        this.ops = ScriptModule.of(engine(), device, methods);
        this.manager = (PtNDManager) engine().newBaseManager(device.engine());
    }

    TensorDevice device() {
        return device;
    }

    private static Engine engine() {
        Natives.load(Natives.Library.PYTORCH, Torch::start);
        return Engine.getEngine(ENGINE);
    }

    /// The engine that is found by a service file is there already; a program in one jar may have lost that file.
    private static void start() {
        if (!Engine.hasEngine(ENGINE)) {
            Engine.registerEngine(new PtEngineProvider());
        }
        Engine.getEngine(ENGINE);
        // The workers are as many as the machine has processors, not as a container may use.
        if (System.getenv("OMP_NUM_THREADS") == null
                && System.getenv("MKL_NUM_THREADS") == null
                && System.getProperty("ai.djl.pytorch.num_threads") == null) {
            JniUtils.setNumThreads(
                    Math.min(JniUtils.getNumThreads(), Runtime.getRuntime().availableProcessors()));
        }
    }

    /// Whether this build of libtorch has CUDA, and finds a card.
    static boolean hasCuda() {
        engine();
        return JniUtils.getFeatures().contains("CUDA");
    }

    /// The number of threads that libtorch's products use.
    public static int threads() {
        engine();
        return JniUtils.getNumThreads();
    }

    /// A scope for tensors; closing it frees what was made in it.
    public PtNDManager scope() {
        return (PtNDManager) manager.newSubManager();
    }

    PtNDManager manager() {
        return manager;
    }

    /// Runs one method of `primitives.py`. The results belong to `scope`.
    ///
    /// @param arguments tensors in the method's order; consecutive tensors named [#LIST] are one list, those
    /// named [#KEPT] another
    public PtNDArray[] run(PtNDManager scope, String method, PtNDArray... arguments) {
        // Methods run as they are written, not as a profile of earlier calls would fuse them, and nothing is
        // recorded. The switches are a thread's own, so they are set at each call.
        JniUtils.setGraphExecutorOptimize(false);
        JniUtils.setGradMode(false);
        try (PtNDArray marker = scope.create(new Shape(1), DataType.INT64)) {
            marker.setName("module_method:" + method);
            NDList inputs = new NDList(marker);
            inputs.addAll(List.of(arguments));
            // "Training" keeps libtorch out of inference mode, whose tensors must not be written in place
            // outside of it.
            return IValueUtils.forward(ops.block(), inputs, true).toArray(PtNDArray[]::new);
        }
    }

    /// As [#run] for a method with one result.
    public PtNDArray one(PtNDManager scope, String method, PtNDArray... arguments) {
        return run(scope, method, arguments)[0];
    }

    /// Writes `dYᵀ X` to `out` `[out, in]`, or adds it there.
    public void weightGradient(Activation x, Activation dy, PtNDArray out, boolean add) {
        try (PtNDManager scope = scope()) {
            String method = add ? "add_weight_gradient" : "weight_gradient";
            run(scope, method, byToken(x, scope), byToken(dy, scope), out);
        }
    }

    /// Adds the second moments `X Xᵀ` of some tokens' inputs to `sums` `[in, in]`, F64.
    ///
    /// @param rows which tokens, among those of `x`
    void addSecondMoments(Activation x, int[] rows, PtNDArray sums) {
        try (PtNDManager scope = scope()) {
            PtNDArray some = longs(scope, Arrays.stream(rows).asLongStream().toArray());
            run(scope, "add_second_moments", byToken(x, scope), some, sums);
        }
    }

    /// Adds the gradients of two factors of a weight that the model uses as `W + scale * B A`: to that of A
    /// `scale * (dY B)ᵀ X`, to that of B `scale * dYᵀ (X Aᵀ)`. The weight's own gradient `dYᵀ X` is not formed.
    ///
    /// @param factors A and B
    /// @param gradients of A and B, added to
    public void lowRankGradients(Activation x, Activation dy, LowRank factors, float scale, LowRank gradients) {
        try (PtNDManager scope = scope()) {
            run(
                    scope,
                    "add_low_rank_gradients",
                    byToken(x, scope),
                    byToken(dy, scope),
                    factors.a(),
                    factors.b(),
                    floats(scope, new float[] {scale}),
                    gradients.a(),
                    gradients.b());
        }
    }

    /// Adds `scale * B A` to a weight `[out, in]` of a layer ([Weights#whole]).
    ///
    /// @param transposed whether the weight is `[in, out]`
    public void addLowRank(LowRank factors, float scale, boolean transposed, PtNDArray weight) {
        try (PtNDManager scope = scope()) {
            String method = transposed ? "add_low_rank_turned" : "add_low_rank";
            run(scope, method, factors.a(), factors.b(), floats(scope, new float[] {scale}), weight);
        }
    }

    /// A view of shape `[tokens, features]`.
    private PtNDArray byToken(Activation activation, PtNDManager scope) {
        return activation.byFeature() ? one(scope, "turned", activation.tensor()) : activation.tensor();
    }

    /// The sum over all tokens, `[features]`. Belongs to the caller.
    PtNDArray sumOverTokens(Activation activation) {
        try (PtNDManager scope = scope()) {
            PtNDArray sum = one(scope, "over_tokens", byToken(activation, scope));
            sum.attach(manager);
            return sum;
        }
    }

    /// A new F32 tensor with undefined content.
    public static PtNDArray floats(PtNDManager scope, long... shape) {
        return scope.create(new Shape(shape), DataType.FLOAT32);
    }

    static PtNDArray floats(PtNDManager scope, io.lota4j.checkpoint.Shape shape) {
        return floats(scope, shape.dims().stream().mapToLong(Long::longValue).toArray());
    }

    /// A new I32 tensor with undefined content.
    public static PtNDArray ints(PtNDManager scope, long length) {
        return scope.create(new Shape(length), DataType.INT32);
    }

    static PtNDArray longs(PtNDManager scope, long[] values) {
        if (!scope.getDevice().equals(ai.djl.Device.cpu())) {
            return scope.create(LongBuffer.wrap(values), new Shape(values.length), DataType.INT64);
        }
        PtNDArray tensor = scope.create(new Shape(values.length), DataType.INT64);
        memory(tensor)
                .asByteBuffer()
                .order(ByteOrder.nativeOrder())
                .asLongBuffer()
                .put(values);
        return tensor;
    }

    static PtNDArray floats(PtNDManager scope, float[] values) {
        if (!scope.getDevice().equals(ai.djl.Device.cpu())) {
            return scope.create(FloatBuffer.wrap(values), new Shape(values.length), DataType.FLOAT32);
        }
        PtNDArray tensor = floats(scope, values.length);
        memory(tensor)
                .asByteBuffer()
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer()
                .put(values);
        return tensor;
    }

    /// The memory of a contiguous tensor itself, not a copy: writes are seen by libtorch. Valid while the tensor is
    /// open.
    public Buffer buffer(PtNDArray tensor) {
        return device.device().isHost() ? new HostBuffer(memory(tensor)) : new TensorBuffer(this, tensor);
    }

    /// Memory of the host from libtorch's allocator, whose pages the process uses again: F32 values, undefined.
    /// Valid while the scope is open.
    public static MemorySegment hostFloats(PtNDManager scope, long count) {
        return memory(JniUtils.createEmptyNdArray(
                scope, new Shape(count), DataType.FLOAT32, ai.djl.Device.cpu(), SparseFormat.DENSE));
    }

    static long bytes(PtNDArray tensor) {
        return tensor.getShape().size() * tensor.getDataType().getNumOfBytes();
    }

    /// That of a contiguous tensor of the host.
    static MemorySegment memory(PtNDArray tensor) {
        long bytes = bytes(tensor);
        if (bytes <= Integer.MAX_VALUE) {
            return MemorySegment.ofBuffer(tensor.toByteBuffer(true));
        }
        return MemorySegment.ofAddress(TensorAddress.of(tensor)).reinterpret(bytes);
    }

    /// Some rows of a matrix, as a view.
    static PtNDArray rows(PtNDArray matrix, long from, long to, PtNDManager scope) {
        PtNDArray view = JniUtils.slice(matrix, 0, from, to, 1);
        view.attach(scope);
        return view;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            ops.close();
            manager.close();
        }
    }
}
