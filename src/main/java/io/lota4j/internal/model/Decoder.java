package io.lota4j.internal.model;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.checkpoint.ScratchFile;
import io.lota4j.internal.model.layer.LayerScript;
import io.lota4j.internal.model.layer.Rope;
import io.lota4j.internal.model.layer.Scripts;
import io.lota4j.memory.Device;
import io.lota4j.model.MemoryPolicy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/// A decoder in F32 on one device.
///
/// Closing it frees its native memory. One thread at a time may use it.
public final class Decoder implements AutoCloseable {
    private static final TensorDevice HOST = TensorDevice.of(Device.CPU);

    private final ModelConfig config;
    private final MemoryPolicy memory;
    private final Scripts scripts;
    private final Torch torch;
    private final Weights weights;
    private final List<ScratchFile> files = new ArrayList<>();

    /// Loads a Hugging Face directory.
    ///
    /// @throws LotaException as [Loadable#of]
    public static Decoder open(Path directory) {
        try (Checkpoint checkpoint = Checkpoint.open(directory)) {
            return open(checkpoint);
        }
    }

    /// Loads the weights of an open checkpoint, which may be closed afterwards.
    public static Decoder open(Checkpoint checkpoint) {
        return open(checkpoint, MemoryPolicy.KEEP);
    }

    /// As [#open(Checkpoint)], for training with a choice of what is kept in memory. A checkpoint that stays mapped
    /// must stay open.
    public static Decoder open(Checkpoint checkpoint, MemoryPolicy memory) {
        return open(checkpoint, memory, TokenTable.BLOCK);
    }

    /// As [#open(Checkpoint, MemoryPolicy)], on a device.
    ///
    /// @throws LotaException if it cannot be used here
    public static Decoder open(Checkpoint checkpoint, MemoryPolicy memory, Device device) {
        return open(checkpoint, memory, TensorDevice.of(device));
    }

    static Decoder open(Checkpoint checkpoint, MemoryPolicy memory, TensorDevice device) {
        return new Decoder(Loadable.of(checkpoint), memory, TokenTable.BLOCK, device);
    }

    static Decoder open(Checkpoint checkpoint, ModelConfig config) {
        return new Decoder(Loadable.of(checkpoint, config), MemoryPolicy.KEEP, TokenTable.BLOCK, HOST);
    }

    /// @param block F32 values of the embedding or the head that are used at once
    static Decoder open(Checkpoint checkpoint, MemoryPolicy memory, long block) {
        return new Decoder(Loadable.of(checkpoint), memory, block, HOST);
    }

    private Decoder(Loadable model, MemoryPolicy memory, long block, TensorDevice device) {
        this.config = model.config();
        this.memory = memory;
        this.scripts = Scripts.of(config.blocks());
        this.torch = new Torch(device, scripts.source());
        try {
            this.weights = Weights.load(model, memory.base(), block, torch);
        } catch (RuntimeException e) {
            torch.close();
            throw e;
        }
    }

    public ModelConfig config() {
        return config;
    }

    public MemoryPolicy memory() {
        return memory;
    }

    /// What it computes on.
    public Device device() {
        return torch.device().device();
    }

    public Weights weights() {
        return weights;
    }

    public Torch torch() {
        return torch;
    }

    /// Room for what a run keeps for each trained weight, where the policy says. What is in a file is there until the
    /// decoder is closed.
    ///
    /// @param scope owns what is in memory
    /// @param counts elements of every tensor that will be made there
    /// @throws LotaException if the directory for files cannot be written or its disk has no such room
    public ValueStore store(PtNDManager scope, LongStream counts) {
        Path directory = memory.state();
        if (directory == null) {
            return ValueStore.inMemory(torch, scope);
        }
        if (!torch.device().device().isHost()) {
            throw new LotaException(Text.format(
                    "What is kept of each weight in files of %s is the host's memory, but the device is %s; take the"
                            + " device cpu.",
                    directory, torch.device().device()));
        }
        ScratchFile file = ScratchFile.in(directory, ValueStore.bytes(counts));
        files.add(file);
        return ValueStore.in(file, torch, scope);
    }

    /// Scores a batch without recording anything.
    public Loss losses(PackedBatch batch) {
        try (PtNDManager scope = torch.scope()) {
            PtNDArray hidden = hidden(batch, scope);
            return new HeadPass(this, scope).losses(hidden, batch);
        }
    }

    /// Scores a batch and hands the gradients of `sum(rowWeights[r] * loss[r])` to `sink`, last layer first.
    ///
    /// @param rowWeights one a scored token, in the order of [PackedBatch#targetPositions]
    public Loss gradients(PackedBatch batch, float[] rowWeights, GradientSink sink) {
        return gradients(batch, new RowWeights.Constant(rowWeights), sink);
    }

    /// As [#gradients(PackedBatch, float[], GradientSink)], with weights that may depend on the losses. They count
    /// as constants: nothing is derived through them.
    public Loss gradients(PackedBatch batch, RowWeights rowWeights, GradientSink sink) {
        return gradients(batch, new HeadLoss.Labels(rowWeights), sink);
    }

    private Loss gradients(PackedBatch batch, HeadLoss loss, GradientSink sink) {
        try (PtNDManager scope = torch.scope()) {
            return new BackwardPass(this, batch, sink, scope).run(loss);
        }
    }

    /// What the model expects, with the weights that it has now, at the scored places of a batch.
    ///
    /// @return to be closed by the caller
    public Expectations expectations(PackedBatch batch) {
        PtNDManager kept = torch.scope();
        try (PtNDManager scope = torch.scope()) {
            PtNDArray hidden = hidden(batch, scope);
            return new Expectations(kept, new HeadPass(this, scope).logProbabilities(hidden, batch, kept));
        } catch (RuntimeException e) {
            kept.close();
            throw e;
        }
    }

    /// How far what the model expects now is from what was expected, without recording anything: for each
    /// scored token the Kullback-Leibler divergence `sum over v of p(v) (log p(v) - log q(v))` in nats, p
    /// what was expected, q what is now.
    ///
    /// @param from of the same batch
    public Loss divergences(PackedBatch batch, Expectations from) {
        try (PtNDManager scope = torch.scope()) {
            PtNDArray hidden = hidden(batch, scope);
            return new HeadPass(this, scope).divergences(hidden, batch, from);
        }
    }

    /// As [#divergences], and hands the gradients of `sum(weights[r] * divergence[r])` to `sink`, last
    /// layer first. What was expected is frozen.
    ///
    /// @param weights one a scored token, in the order of [PackedBatch#targetPositions]
    public Loss gradients(PackedBatch batch, Expectations from, float[] weights, GradientSink sink) {
        return gradients(batch, new HeadLoss.Divergence(from, weights), sink);
    }

    /// Logits after every token, row-major `[tokens, vocab]`, tokens in the batch's own order. For small inputs.
    public float[] logits(PackedBatch batch) {
        try (PtNDManager scope = torch.scope()) {
            return logits(hidden(batch, scope), scope).toFloatArray();
        }
    }

    /// The refusal of a result that is NaN or infinite, with the weight that is the reason, if one is.
    ///
    /// @param what such as `The loss of row 3 is NaN`
    public LotaException notFinite(String what) {
        String reason = weights.notFinite()
                .map(name -> Text.format(
                        "Tensor '%s' of the model has values that are NaN or infinite: the base is damaged, or a ticket"
                                + " on it is.",
                        name))
                .orElse("The weights are finite, but what is computed from them is not: they are too large.");
        return new NotFiniteException(Text.format("%s. %s", what, reason));
    }

    PtNDArray logits(PtNDArray hidden, PtNDManager scope) {
        return new HeadPass(this, scope).logits(hidden, scope);
    }

    private PtNDArray hidden(PackedBatch batch, PtNDManager scope) {
        LayerPass layers = LayerPass.of(this, batch, scope);
        PtNDArray x = embed(batch.ids(), batch.positions(), scope);
        for (int layer = 0; layer < config.layers(); layer++) {
            PtNDArray next = layers.forward("layer", layer, x, scope)[0];
            x.close();
            x = next;
        }
        return x;
    }

    /// What goes into the first layer, for tokens at their positions.
    PtNDArray embed(long[] ids, long[] positions, PtNDManager scope) {
        for (long id : ids) {
            if (id < 0 || id >= config.vocabSize() + weights.soft()) {
                throw new LotaException(Text.format(
                        "Token %d is outside the model's vocabulary of %d: tokenizer and weights do not belong"
                                + " together.",
                        id, config.vocabSize()));
            }
        }
        TokenTable.Rows rows = weights.embedding(ids, scope);
        PtNDArray places = Torch.longs(scope, rows.places());
        String learned = config.blocks().learnedPositions();
        if (learned == null) {
            return torch.one(scope, "embed", places, rows.table());
        }
        for (long position : positions) {
            if (position >= config.maxPositions()) {
                throw new LotaException(Text.format(
                        "A sequence has a token at position %d, but the model has learned %d positions.",
                        position, config.maxPositions()));
            }
        }
        return torch.one(
                scope, "embed_placed", places, rows.table(), Torch.longs(scope, positions), weights.tensor(learned));
    }

    LayerScript script(int layer) {
        return scripts.of(layer);
    }

    /// The name of a layer's method.
    String method(String method, int layer) {
        return method + "_" + scripts.number(layer);
    }

    /// The rotary embedding of positions `0 … positions - 1`.
    Rotaries rotaries(int positions, PtNDManager scope) {
        Map<Rope, Rotary> tables = new HashMap<>();
        Rotary none = Rotary.none(scope);
        return new Rotaries(config.blocks().layers().stream()
                .map(block -> block.rope() == null
                        ? none
                        : tables.computeIfAbsent(block.rope(), rope -> Rotary.table(rope, positions, scope)))
                .toList());
    }

    /// @param layers the rotary embedding of each layer; layers that have the same share it
    record Rotaries(List<Rotary> layers) {
        Rotary of(int layer) {
            return layers.get(layer);
        }

        /// The rows for tokens at `positions` of sequences of `lengths` tokens.
        Rotaries at(long[] positions, long[] lengths, Torch torch, PtNDManager scope) {
            IdentityHashMap<Rotary, Rotary> rows = new IdentityHashMap<>();
            return new Rotaries(layers.stream()
                    .map(table -> rows.computeIfAbsent(table, t -> t.at(positions, lengths, torch, scope)))
                    .toList());
        }
    }

    @Override
    public void close() {
        weights.close();
        torch.close();
        files.forEach(ScratchFile::close);
    }
}
