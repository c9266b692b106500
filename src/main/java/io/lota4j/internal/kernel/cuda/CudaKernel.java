package io.lota4j.internal.kernel.cuda;

import static io.lota4j.internal.kernel.cuda.Argument.in;
import static io.lota4j.internal.kernel.cuda.Argument.inOut;
import static io.lota4j.internal.kernel.cuda.Argument.of;
import static io.lota4j.internal.kernel.cuda.Argument.out;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.DType;
import io.lota4j.internal.Text;
import io.lota4j.internal.kernel.Activations;
import io.lota4j.internal.kernel.Entries;
import io.lota4j.internal.kernel.MaskedKernel;
import io.lota4j.internal.kernel.Moments;
import io.lota4j.internal.kernel.Update;
import io.lota4j.internal.kernel.WorkingWeights;
import io.lota4j.internal.memory.Buffer;
import io.lota4j.internal.memory.HostBuffer;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/// The kernels on an NVIDIA card.
///
/// Any buffer of a call may be memory of the host or of the card: the card's is used in place, the host's is
/// copied to the card and, where it is written, back. Calls whose buffers are all on the card return before they are
/// done, in the order of the legacy default stream, libtorch's: whoever reads the
/// results otherwise must wait for that stream.
///
/// Gather, scatter and steps yield the bits of the specification, except that a NaN need not have the same
/// payload. Sampled products are added up in F32, sums of squares in F64 in another order. All yield the same
/// bits run after run.
public final class CudaKernel implements MaskedKernel {
    private final Card card;
    private final Lanes lanes;
    private final Functions functions;
    private final String description;

    /// On the first card.
    ///
    /// @throws LotaException when it cannot be used
    public CudaKernel() {
        this(0);
    }

    /// @param ordinal of the card, from 0
    /// @throws LotaException when it cannot be used
    public CudaKernel(int ordinal) {
        this(ordinal, Ptx.embedded());
    }

    CudaKernel(int ordinal, Ptx ptx) {
        card = new Card(ordinal);
        try {
            description = card.description();
            card.makeCurrent();
            functions = new Functions(ptx);
            lanes = new Lanes(card);
        } catch (LotaException e) {
            card.close();
            throw e;
        }
    }

    /// Why there is no CUDA here, as half a sentence (`there is no CUDA driver ...`); empty where there is.
    public static Optional<String> unavailable() {
        return Driver.unavailable();
    }

    @Override
    public String name() {
        return "cuda";
    }

    /// The card's name, its compute capability and the CUDA version of the driver.
    @Override
    public String description() {
        return description;
    }

    /// 1: the sampled product always, so that no dense gradient has to be on the card.
    @Override
    public double denseFrom() {
        return 1;
    }

    @Override
    public void gather(Buffer dense, Entries entries, Buffer values) {
        checkInside("dense", dense, DType.F32, entries);
        run(
                "gather",
                Grid.threadAnEntry(entries.count()),
                of(entries.count()),
                in("index", entries.index()),
                in("dense", dense),
                out("values", Extents.compact("values", values, entries.count())));
    }

    @Override
    public void gatherAdd(Buffer dense, Entries entries, Buffer gradient) {
        checkInside("dense", dense, DType.F32, entries);
        run(
                "gather_add",
                Grid.threadAnEntry(entries.count()),
                of(entries.count()),
                in("index", entries.index()),
                in("dense", dense),
                inOut("gradient", Extents.compact("gradient", gradient, entries.count())));
    }

    @Override
    public void scatter(Buffer values, Entries entries, DType type, Buffer weights) {
        checkInside("weights", weights, type, entries);
        run(
                "scatter",
                Grid.threadAnEntry(entries.count()),
                of(entries.count()),
                in("index", entries.index()),
                in("values", Extents.compact("values", values, entries.count())),
                of(Codes.of(type)),
                inOut("weights", weights));
    }

    @Override
    public void sddmm(Activations x, Activations dy, Entries entries, Buffer gradient) {
        if (x.tokens() != dy.tokens()) {
            throw new IllegalArgumentException(
                    Text.format("%d tokens of inputs, %d of gradients", x.tokens(), dy.tokens()));
        }
        checkInside("the product", (long) x.features() * dy.features(), entries);
        // Reads of x outnumber those of dy, which neighbouring entries share.
        boolean tokensSideBySide = x.tokenStride() == 1;
        run(
                tokensSideBySide ? "sddmm_tokens" : "sddmm_features",
                tokensSideBySide ? Grid.warpAnEntry(entries.count()) : Grid.warpOfEntries(entries.count()),
                of(entries.count()),
                in("index", entries.index()),
                of(x.tokens()),
                of(x.features()),
                in("x", Extents.spanned("x", x)),
                of(x.tokenStride()),
                of(x.featureStride()),
                in("dy", Extents.spanned("dy", dy)),
                of(dy.tokenStride()),
                of(dy.featureStride()),
                inOut("gradient", Extents.compact("gradient", gradient, entries.count())));
    }

    @Override
    public double sumOfSquares(Buffer values, long count) {
        Grid grid = Grid.partialSums(count);
        double[] sums = new double[Math.toIntExact(grid.blocks())];
        run(
                "sum_of_squares",
                grid,
                of(count),
                in("values", Extents.compact("values", values, count)),
                out("sums", new HostBuffer(MemorySegment.ofArray(sums))));
        double sum = 0;
        for (double part : sums) {
            sum += part;
        }
        return sum;
    }

    @Override
    public void step(Update update, Entries entries, Buffer gradient, Moments moments, WorkingWeights weights) {
        checkInside("weights", weights.memory(), weights.type(), entries);
        CudaSteps steps = new CudaSteps(entries, gradient, moments, weights);
        run(CudaSteps.kernel(update), Grid.threadAnEntry(entries.count()), steps.arguments(update));
    }

    private void checkInside(String name, Buffer whole, DType type, Entries entries) {
        checkInside(name, whole.byteSize() / type.size(), entries);
    }

    /// Indices on the card are not read for this: whoever put them there has to know that they fit.
    private void checkInside(String name, long elements, Entries entries) {
        card.makeCurrent();
        if (Residence.of(entries.index(), card, name) != Residence.CARD) {
            Extents.checkInside(name, elements, entries);
        }
    }

    /// A grid without blocks is nothing to do, and to the driver an error.
    private void run(String kernel, Grid grid, Argument... arguments) {
        if (grid.blocks() > 0) {
            run(functions.function(kernel), grid, arguments);
        }
    }

    /// For tests of what a wrong launch does.
    void run(Function function, Grid grid, Argument... arguments) {
        card.makeCurrent();
        Lane lane = lanes.borrow();
        lane.run(function, grid, arguments);
        // One whose call failed may hold work that is not done: it is kept for close and not used again.
        lanes.giveBack(lane);
    }

    /// For tests.
    Function function(String name) {
        return functions.function(name);
    }

    /// Frees everything that is held on the card. No call may be under way, and none may follow.
    @Override
    public void close() {
        if (card.isClosed()) {
            return;
        }
        try (card) {
            card.makeCurrent();
            try (functions) {
                lanes.close();
            }
        }
    }
}
