package io.lota4j.internal.model;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import io.lota4j.checkpoint.DType;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.kernel.DecodingKernel.Matrix;
import io.lota4j.internal.memory.Buffer;
import io.lota4j.internal.model.layer.Blocks;
import io.lota4j.model.MemoryPolicy.BaseWeights;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The working weights of a decoder, F32, by their names in the checkpoint.
///
/// On the CPU these are also the master values: an update is written here and nowhere else. Layers may be mapped:
/// see [BaseWeights].
public final class Weights implements AutoCloseable {
    /// By this name a sink asks for the gradient of the inputs that [#read(float\[\])] gives, `[n, hidden]`.
    public static final String SOFT = "soft inputs";

    private final Map<String, PtNDArray> tensors = new HashMap<>();
    private final SequencedMap<String, Shape> shapes = new TreeMap<>();
    private final ModelConfig config;
    private final @Nullable MappedLayers mapped;
    private final long block;
    private final Torch torch;
    /// The embedding and the head, where they stay mapped.
    private final Map<String, TokenTable> tables = new HashMap<>();
    /// Those that somebody may have written other values to.
    private final Set<String> changed = new HashSet<>();
    private final Checkpoint source;
    /// Inputs beside the embedding, `[n, hidden]`.
    private float[] soft = {};
    /// The files that the weights came from, opened once more, for whoever opened them may close them.
    private @Nullable Checkpoint files;

    /// Loads every weight of a decoder, but those that are to stay mapped.
    ///
    /// @param block see [TokenTable#BLOCK]
    static Weights load(Loadable model, BaseWeights base, long block, Torch torch) {
        ModelConfig config = model.config();
        Checkpoint checkpoint = model.checkpoint();
        MappedLayers mapped = base == BaseWeights.MAPPED ? new MappedLayers(checkpoint, config, torch) : null;
        Weights weights = new Weights(checkpoint, config, mapped, block, torch);
        model.weights().forEach((name, shape) -> weights.load(checkpoint, name, shape));
        return weights;
    }

    private Weights(Checkpoint source, ModelConfig config, @Nullable MappedLayers mapped, long block, Torch torch) {
        this.source = source;
        this.config = config;
        this.mapped = mapped;
        this.block = block;
        this.torch = torch;
    }

    /// The names and shapes of all weights of a decoder of this configuration, in the order of its computation.
    public static SequencedMap<String, Shape> expected(ModelConfig config) {
        SequencedMap<String, Shape> all = new LinkedHashMap<>();
        Blocks blocks = config.blocks();
        all.put(blocks.embedding(), Shape.of(config.vocabSize(), config.hiddenSize()));
        if (blocks.learnedPositions() != null) {
            all.put(blocks.learnedPositions(), Shape.of(blocks.positions(), config.hiddenSize()));
        }
        for (int layer = 0; layer < config.layers(); layer++) {
            blocks.weights(layer).forEach((name, weight) -> all.put(name, weight.shape()));
        }
        blocks.norm().weights().forEach(weight -> all.put(weight.name(), weight.shape()));
        if (!blocks.tied()) {
            all.put(blocks.head(), Shape.of(config.vocabSize(), config.hiddenSize()));
        }
        return all;
    }

    /// How many F32 values are in memory, trained ones not counted.
    public static long inMemory(ModelConfig config, BaseWeights base) {
        String oneLayer = config.blocks().name(0, "");
        return expected(config).entrySet().stream()
                .mapToLong(weight -> {
                    String name = weight.getKey();
                    long count = weight.getValue().numel();
                    if (base == BaseWeights.LOADED) {
                        return count;
                    }
                    if (config.blocks().names().isInLayer(name)) {
                        return name.startsWith(oneLayer) ? count : 0;
                    }
                    if (!isTable(config, name) || count <= TokenTable.BLOCK) {
                        return count;
                    }
                    return name.equals(config.blocks().head()) ? TokenTable.BLOCK : 0;
                })
                .sum();
    }

    private void load(Checkpoint checkpoint, String name, Shape shape) {
        shapes.put(name, shape);
        boolean ofLayer = isInLayer(name);
        if (mapped != null) {
            if (ofLayer) {
                return;
            }
            if (isTable(config, name) && shape.numel() > block) {
                tables.put(name, new TokenTable(checkpoint, name, shape, TokenTable.blockRows(shape, block), torch));
                return;
            }
        }
        PtNDArray tensor = Torch.floats(torch.manager(), shape);
        torch.buffer(tensor).write(memory -> checkpoint.read(name, memory));
        if (ofLayer || isOfNorm(name)) {
            tensor.setName(Torch.LIST);
        }
        tensors.put(name, tensor);
    }

    private static boolean isTable(ModelConfig config, String name) {
        return name.equals(config.blocks().embedding())
                || name.equals(config.blocks().head());
    }

    private boolean isOfNorm(String name) {
        return config.blocks().norm().weights().stream()
                .anyMatch(weight -> weight.name().equals(name));
    }

    /// Names and shapes, sorted by name.
    public SequencedMap<String, Shape> shapes() {
        return shapes;
    }

    /// Whether a weight is one of a layer's. A pass hands over the gradient of such a one in one piece; those
    /// of the embedding, the last norm and the head may come in several that add up.
    public boolean isInLayer(String name) {
        return config.blocks().names().isInLayer(name);
    }

    /// The elements of one weight, F32, row-major. For reading, and only until the model is next used: that of a
    /// mapped layer is then another's.
    public Buffer memory(String name) {
        return torch.buffer(tensor(name));
    }

    /// A matrix as the decoding kernel reads it, until a value of it is changed: where it stands in the files as BF16
    /// and has those values, there, which is half as much to read; empty if it is neither there nor in memory as a
    /// whole.
    ///
    /// @param useFiles what [#filesAreAsLoaded] said
    Optional<Matrix> matrix(String name, boolean useFiles) {
        Shape shape = Objects.requireNonNull(shapes.get(name), name);
        int rows = Math.toIntExact(shape.dim(0));
        int columns = Math.toIntExact(shape.numel() / rows);
        DType stored = source.info(name).dtype();
        PtNDArray tensor = tensors.get(name);
        boolean mayBeMapped = stored == DType.BF16 || (stored == DType.F32 && tensor == null);
        if (useFiles && mayBeMapped && !changed.contains(name)) {
            return Optional.of(new Matrix(Objects.requireNonNull(files).bytes(name), stored, rows, columns));
        }
        return Optional.ofNullable(tensor).map(t -> new Matrix(Torch.memory(t), DType.F32, rows, columns));
    }

    /// Opens the files if they are not open, and says whether they are those that the weights were loaded from.
    boolean filesAreAsLoaded() {
        if (files == null) {
            files = source.reopen().orElse(null);
        }
        return files != null && files.isAsOpened();
    }

    /// Reads some elements of one weight with their newest values, wherever they are.
    ///
    /// @param first flat, row-major index of the first of them
    /// @param target F32, for as many as are wanted, at any alignment
    public void read(String name, long first, MemorySegment target) {
        TokenTable table = tables.get(name);
        if (table != null) {
            table.read(first, target);
            table.rest();
        } else if (mapped != null && !tensors.containsKey(name)) {
            mapped.read(name, first, target);
        } else {
            memory(name).slice(first * Float.BYTES, target.byteSize()).copyTo(target);
        }
    }

    /// The first weight, in the order of names, that has a value which is NaN or infinite; empty if none has. Reads
    /// them all.
    public Optional<String> notFinite() {
        return shapes.keySet().stream()
                .filter(name -> memory(name).get(Weights::holdsNotFinite))
                .findFirst();
    }

    private static boolean holdsNotFinite(MemorySegment values) {
        return LongStream.range(0, values.byteSize() / Float.BYTES)
                .anyMatch(i -> !Float.isFinite(values.getAtIndex(ValueLayout.JAVA_FLOAT, i)));
    }

    /// A weight whose values can be changed, in a model that has all layers in memory. Call [#moved()] after writing
    /// them.
    public PtNDArray whole(String name) {
        if (mapped != null) {
            throw new IllegalStateException("the layers are mapped, " + name + " cannot be changed");
        }
        changed.add(name);
        return tensor(name);
    }

    /// Where the values of some elements of a weight can be changed. Call [#moved()] after writing them.
    ///
    /// @param count of these elements
    /// @param index their flat indices, I32, ascending; null for all elements
    public TrainedValues trained(String name, long count, @Nullable Buffer index) {
        changed.add(name);
        if (mapped == null || tensors.containsKey(name)) {
            return new TrainedValues(memory(name), index == null);
        }
        TokenTable table = tables.get(name);
        return new TrainedValues(
                table == null ? mapped.overlay(name, count, index) : table.overlay(count, index), true);
    }

    /// As the other `trained`, for a run whose values are in a store, where some weights are in memory all the same.
    ///
    /// @param index in the store, or null for all elements
    /// @param store may be in memory, and then is not used
    public TrainedValues trained(String name, long count, @Nullable Buffer index, ValueStore store) {
        if (!store.isMapped() || mapped == null || tensors.containsKey(name)) {
            return trained(name, count, index);
        }
        changed.add(name);
        // The store's memory is there as long as the model.
        Overlay overlay = new Overlay(
                index == null ? null : index.get(memory -> memory),
                store.floats(count).memory());
        TokenTable table = tables.get(name);
        return new TrainedValues(table == null ? mapped.overlay(name, overlay) : table.overlay(overlay), true);
    }

    /// To be called after values of [#trained] were written, before the model is used again.
    public void moved() {
        if (mapped != null) {
            mapped.moved();
        }
        tables.values().forEach(TokenTable::moved);
    }

    /// A weight; one that is mapped is valid until the model is next used.
    PtNDArray tensor(String name) {
        PtNDArray tensor = tensors.get(name);
        if (tensor != null) {
            return tensor;
        }
        TokenTable table = tables.get(name);
        if (table != null) {
            return table.whole();
        }
        if (mapped != null && shapes.containsKey(name)) {
            return mapped.weight(name);
        }
        throw new IllegalArgumentException("no weight " + name);
    }

    /// Lets the model read inputs that are no token's: the first of them is what the id behind the last of the
    /// vocabulary stands for, and so on. They are no weights: nobody keeps or writes them.
    ///
    /// @param rows F32, row-major `[n, hidden]`, before what the architecture makes of an embedding's rows
    public void read(float[] rows) {
        if (rows.length % config.hiddenSize() != 0) {
            throw new IllegalArgumentException(rows.length + " values are no rows of " + config.hiddenSize());
        }
        soft = rows.clone();
    }

    /// How many inputs there are that are no token's.
    int soft() {
        return soft.length / config.hiddenSize();
    }

    /// The embedding's rows for some tokens.
    ///
    /// @param ids each in the vocabulary, or of an input that is no token's
    TokenTable.Rows embedding(long[] ids, PtNDManager scope) {
        if (LongStream.of(ids).anyMatch(id -> id >= config.vocabSize())) {
            return withSoft(ids, scope);
        }
        TokenTable table = tables.get(embeddingName());
        return table == null ? new TokenTable.Rows(tensor(embeddingName()), ids) : table.rows(ids, scope);
    }

    private TokenTable.Rows withSoft(long[] ids, PtNDManager scope) {
        long width = config.hiddenSize();
        long[] distinct = LongStream.of(ids).sorted().distinct().toArray();
        PtNDArray rows = Torch.floats(scope, distinct.length, width);
        torch.buffer(rows).write(memory -> {
            for (int r = 0; r < distinct.length; r++) {
                MemorySegment row = memory.asSlice(r * width * Float.BYTES, width * Float.BYTES);
                if (distinct[r] < config.vocabSize()) {
                    read(embeddingName(), distinct[r] * width, row);
                } else {
                    int from = Math.toIntExact((distinct[r] - config.vocabSize()) * width);
                    MemorySegment.copy(soft, from, row, ValueLayout.JAVA_FLOAT, 0, Math.toIntExact(width));
                }
            }
        });
        return new TokenTable.Rows(
                rows,
                LongStream.of(ids).map(id -> Arrays.binarySearch(distinct, id)).toArray());
    }

    String embeddingName() {
        return config.blocks().embedding();
    }

    /// Those of the last norm, as a list.
    Stream<PtNDArray> norm() {
        return config.blocks().norm().weights().stream().map(weight -> tensor(weight.name()));
    }

    String headName() {
        return config.blocks().head();
    }

    /// All of the head, where it is one block.
    PtNDArray head() {
        return tensor(headName());
    }

    /// How many rows of the head are used at once, wherever it is: a sum over the vocabulary has one order.
    long headBlockRows() {
        return TokenTable.blockRows(Objects.requireNonNull(shapes.get(headName())), block);
    }

    /// A block of the head's rows, valid until the next call.
    PtNDArray headBlock(int number, PtNDManager scope) {
        TokenTable table = tables.get(headName());
        if (table != null) {
            return table.block(number, scope);
        }
        long from = number * headBlockRows();
        return Torch.rows(head(), from, Math.min(config.vocabSize(), from + headBlockRows()), scope);
    }

    /// The weights of a layer, in the order of computation.
    PtNDArray[] layer(int index) {
        return mapped == null
                ? config.blocks().weights(index).keySet().stream()
                        .map(this::tensor)
                        .toArray(PtNDArray[]::new)
                : mapped.layer(index);
    }

    @Override
    public void close() {
        if (files != null) {
            files.close();
        }
    }
}
