package io.lota4j.export;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.SafetensorsFile;
import io.lota4j.internal.gguf.GgmlType;
import io.lota4j.internal.gguf.GgufTensor;
import io.lota4j.internal.peft.AdapterConfig;
import io.lota4j.internal.peft.AdapterFolder;
import io.lota4j.internal.peft.AdapterModule;
import io.lota4j.internal.peft.AdapterTensors;
import io.lota4j.internal.peft.LoraScale;
import io.lota4j.internal.peft.ParameterNames;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// A LoRA adapter's factors as llama.cpp has them: `alpha` divided by a matrix's own rank scales their product, so
/// where PEFT scales otherwise (rsLoRA, a pattern) `B` takes the difference in.
///
/// @param alpha of all matrices
record GgufAdapter(double alpha, List<GgufTensor> tensors) {
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /// @throws LotaException when it is no LoRA adapter, or does what llama.cpp's adapters cannot
    static GgufAdapter of(GgufModel model, Path folder, GgmlType type) {
        AdapterFolder files = AdapterFolder.find(folder)
                .orElseThrow(() -> new LotaException(Text.format("%s holds no adapter.", folder)));
        AdapterConfig config = AdapterConfig.read(files.config());
        String method = config.text("peft_type").orElse("");
        if (!method.equals("LORA") || config.flag("use_dora")) {
            throw config.refusal(Text.format(
                    "llama.cpp has adapters of LoRA only, not of '%s'%s. Import the adapter as a ticket and write the"
                            + " whole model.",
                    method, config.flag("use_dora") ? " with DoRA" : ""));
        }
        double alpha = config.positive("lora_alpha");
        List<GgufTensor> tensors = new ArrayList<>();
        try (SafetensorsFile file = SafetensorsFile.open(files.weights())) {
            AdapterTensors all = AdapterTensors.of(file, Set.of(ParameterNames.LORA_A, ParameterNames.LORA_B));
            if (!all.whole().isEmpty()) {
                throw config.refusal(Text.format(
                        "it brings tensor '%s' whole, which llama.cpp's adapters cannot. Import the adapter as a"
                                + " ticket and write the whole model.",
                        all.whole().firstEntry().getKey()));
            }
            all.modules().values().forEach(module -> tensors.addAll(factors(model, config, module, alpha, type)));
        }
        return new GgufAdapter(alpha, tensors);
    }

    private static List<GgufTensor> factors(
            GgufModel model, AdapterConfig config, AdapterModule module, double alpha, GgmlType type) {
        String weight = module.name() + ".weight";
        String name = model.architecture().tensor(model.blocks(), baseName(model, weight));
        LoraScale scale = LoraScale.of(config, module.name());
        Shape a = module.shape(ParameterNames.LORA_A, 2);
        Shape b = module.shape(ParameterNames.LORA_B, 2);
        float[] down = module.values(ParameterNames.LORA_A);
        float[] up = module.values(ParameterNames.LORA_B);
        float taken = (float) (scale.factor() * scale.rank() / alpha);
        if (taken != 1) {
            for (int i = 0; i < up.length; i++) {
                up[i] *= taken;
            }
        }
        return List.of(
                new GgufTensor(name + ".lora_a", a, GgufModel.type(name, a, type), target -> fill(down, target)),
                new GgufTensor(name + ".lora_b", b, GgufModel.type(name, b, type), target -> {
                    fill(up, target);
                    model.pairRows(weight, target, b);
                }));
    }

    /// PEFT names modules as transformers has them in memory.
    private static String baseName(GgufModel model, String weight) {
        var names = model.blocks().names();
        return names.inMemory().isInLayer(weight) ? names.inMemory().renamed(weight, names) : weight;
    }

    private static void fill(float[] values, MemorySegment target) {
        MemorySegment.copy(values, 0, target, FLOAT, 0, values.length);
    }
}
