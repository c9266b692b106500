package io.lota4j.internal.train.lora;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.checkpoint.DecoderNames;
import io.lota4j.internal.model.ModelConfig;
import io.lota4j.internal.model.layer.Blocks;
import io.lota4j.internal.peft.TargetModules;
import io.lota4j.mask.Pool;
import io.lota4j.model.MemoryPolicy;
import io.lota4j.train.MemoryEstimate;
import io.lota4j.train.Optimizer;
import io.lota4j.train.lora.LoraConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The matrices of a base that get factors.
///
/// @param shapes by name, sorted
/// @param names that the base has for its tensors
/// @param transposed whether they are stored `[in, out]`
/// @param modules what an adapter's configuration names them
/// @param left tensors of the default pool that hold several matrices or a convolution, and have no factors
public record LoraTargets(
        LoraConfig lora,
        SequencedMap<String, Shape> shapes,
        DecoderNames names,
        boolean transposed,
        List<String> modules,
        List<String> left) {
    /// At most this many names are listed in a notice.
    private static final int LISTED = 6;

    /// @throws LotaException if there is none, or one that is no matrix of a layer
    public static LoraTargets of(Checkpoint base, LoraConfig lora) {
        SequencedMap<String, Shape> shapes = lora.targets().select(base.tensors());
        Blocks blocks = ModelConfig.of(base.directory()).blocks();
        List<String> left = lora.targets().equals(Pool.standard())
                ? shapes.keySet().stream()
                        .filter(name -> !isMatrix(name, shapes.get(name), blocks))
                        .toList()
                : List.of();
        left.forEach(shapes::remove);
        shapes.forEach((name, shape) -> {
            if (!isMatrix(name, shape, blocks)) {
                throw new LotaException(Text.format(
                        "LoRA is for the matrices of layers, but tensor '%s' is none; " + "exclude it from the pool.",
                        name));
            }
        });
        return new LoraTargets(
                lora,
                shapes,
                blocks.names(),
                shapes.keySet().stream().anyMatch(blocks::isTransposed),
                TargetModules.of(shapes.keySet(), base.tensors().keySet()).stream()
                        .map(module -> TargetModules.inMemory(blocks.names(), module))
                        .toList(),
                left);
    }

    private static boolean isMatrix(String name, @Nullable Shape shape, Blocks blocks) {
        return shape != null && shape.rank() == 2 && blocks.names().isInLayer(name);
    }

    /// What PEFT calls a tensor or a module of the base: as transformers has it in memory.
    String inMemory(String name) {
        return TargetModules.inMemory(names, name);
    }

    /// How many values are trained.
    public long trainable() {
        return shapes.values().stream()
                .mapToLong(shape -> lora.rank(shape) * (shape.dim(0) + shape.dim(1)))
                .sum();
    }

    /// How many weights the matrices have.
    public long weights() {
        return shapes.values().stream().mapToLong(Shape::numel).sum();
    }

    /// The matrices that have no such rank and get less, by the rank that they get.
    public SequencedMap<Integer, List<String>> reduced() {
        SequencedMap<Integer, List<String>> reduced = new TreeMap<>();
        shapes.forEach((name, shape) -> {
            if (lora.rank(shape) < lora.rank()) {
                reduced.computeIfAbsent(lora.rank(shape), r -> new ArrayList<>())
                        .add(name);
            }
        });
        return reduced;
    }

    /// What is not as it was asked for, a sentence each.
    public List<String> notices() {
        List<String> notices =
                new ArrayList<>(reduced().entrySet().stream().map(this::notice).toList());
        if (!left.isEmpty()) {
            notices.add(Text.format(
                    "no factors for %d tensors that are no matrices, such as %s", left.size(), left.getFirst()));
        }
        return notices;
    }

    private String notice(Map.Entry<Integer, List<String>> reduced) {
        List<String> names = reduced.getValue();
        String more = names.size() > LISTED ? Text.format(" and %d more", names.size() - LISTED) : "";
        return Text.format(
                "rank %d instead of %d for %d matrices, which have no more: %s%s",
                reduced.getKey(),
                lora.rank(),
                names.size(),
                String.join(", ", names.subList(0, Math.min(LISTED, names.size()))),
                more);
    }

    /// What a run will need: the model whole, and for every factor its values, its gradient and the optimizer's state.
    /// The product of two factors exists for one matrix at a time.
    public MemoryEstimate memory(ModelConfig model, MemoryPolicy memory, Optimizer optimizer) {
        int moments = (optimizer.hasFirstMoment() ? 1 : 0) + (optimizer.hasSecondMoment() ? 1 : 0);
        long product = shapes.values().stream().mapToLong(Shape::numel).max().orElse(0);
        return MemoryEstimate.of(model, memory, trainable() * (2 + moments) + product);
    }
}
