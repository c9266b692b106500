package io.lota4j.internal.train.lora;

import ai.djl.pytorch.engine.PtNDArray;
import io.lota4j.checkpoint.DType;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.ModelCard;
import io.lota4j.internal.checkpoint.TensorSource;
import io.lota4j.internal.model.Torch;
import io.lota4j.internal.peft.AdapterModule;
import io.lota4j.internal.peft.NewAdapter;
import io.lota4j.internal.peft.TargetModules;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Trained factors as the folder that PEFT writes.
///
/// @param base the model directory that they are for
/// @param provenance how they came about, kept in the weights' metadata
/// @param torch whose the factors are
public record Adapter(
        Path base, LoraTargets targets, List<Factors> factors, Torch torch, Map<String, String> provenance) {
    /// Writes the folder.
    ///
    /// @param folder one that is not there or empty
    public void write(Path folder) {
        new NewAdapter("LORA", base.toString(), targets.modules(), settings(), provenance)
                .write(folder, tensors(), card());
    }

    private String card() {
        ModelCard card =
                new ModelCard(ModelCard.Relation.ADAPTER, "peft").base(base).tags("lora");
        String name = ModelCard.nameOf(base).orElse("");
        card.say("# A LoRA adapter" + (name.isEmpty() ? "" : " for " + name));
        card.say(Text.format(
                "lota4j trained %,d values beside the weights of %d matrices.",
                targets.trainable(), targets.shapes().size()));
        card.table(
                List.of("", ""),
                provenance.entrySet().stream()
                        .filter(entry -> !ModelCard.OF_MACHINE.contains(entry.getKey()))
                        .map(entry -> List.of(entry.getKey(), entry.getValue()))
                        .toList());
        return card.text();
    }

    private Map<String, Object> settings() {
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("r", targets.lora().rank());
        settings.put("lora_alpha", number(targets.lora().alpha()));
        settings.put("rank_pattern", ranks());
        settings.put("alpha_pattern", Map.of());
        settings.put("lora_dropout", 0.0);
        settings.put("bias", "none");
        settings.put("fan_in_fan_out", targets.transposed());
        settings.put("init_lora_weights", true);
        settings.put("use_dora", false);
        settings.put("use_rslora", false);
        return settings;
    }

    /// Whole numbers without a point, as PEFT's users write them.
    private static Object number(double alpha) {
        if (alpha == Math.rint(alpha) && alpha < Integer.MAX_VALUE) {
            return (int) alpha;
        }
        return alpha;
    }

    private Map<String, Integer> ranks() {
        Map<String, Integer> ranks = new TreeMap<>();
        targets.reduced()
                .forEach((rank, names) ->
                        names.forEach(name -> ranks.put(targets.inMemory(TargetModules.module(name)), rank)));
        return ranks;
    }

    private List<TensorSource> tensors() {
        List<TensorSource> tensors = new ArrayList<>();
        for (Factors f : factors) {
            tensors.add(tensor(f.nameOfA(), f.values().a()));
            tensors.add(tensor(f.nameOfB(), f.values().b()));
        }
        return tensors;
    }

    private TensorSource tensor(String name, PtNDArray values) {
        Shape shape = Shape.of(values.getShape().getShape());
        return new TensorSource(
                AdapterModule.PREFIX + targets.inMemory(name), DType.F32, shape, torch.buffer(values)::copyTo);
    }
}
