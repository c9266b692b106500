package io.lota4j.internal.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import io.lota4j.internal.checkpoint.DecoderNames;
import io.lota4j.internal.model.layer.Block;
import io.lota4j.internal.model.layer.Blocks;
import io.lota4j.internal.model.layer.LayerScript;
import io.lota4j.internal.model.layer.Primitives;
import io.lota4j.internal.model.layer.Rope;
import io.lota4j.internal.model.layer.Scripts;
import io.lota4j.internal.model.layer.Step;
import io.lota4j.internal.model.layer.Weight;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// The written derivative of every step, and of layers, beside the one that libtorch derives from the forward script.
class StepGradientTest {
    /// Not a power of two, and no multiple of one another.
    private static final int HIDDEN = 15;

    private static final int HEADS = 6;
    private static final int KV_HEADS = 3;
    private static final int HEAD = 10;
    private static final int PART = 6;
    private static final int INNER = 21;
    private static final double EPS = 1e-3;

    /// Sequences of one token, of several lengths, and longer than a block of attention.
    private static final List<int[]> LENGTHS =
            List.of(new int[] {1}, new int[] {3, 5, 5, 9}, new int[] {4, 17}, new int[] {259});

    private static final Map<String, List<Step>> CASES = cases();
    private static final Scripts SCRIPTS = Scripts.of(blocks());
    private static Torch torch;
    private static PtNDManager shared;
    private static PtSymbolBlock forward;

    @BeforeAll
    static void load() throws IOException {
        torch = new Torch(Product.PLAIN, SCRIPTS.source());
        shared = torch.scope();
        String module = Product.PLAIN.fillIn(Primitives.source()) + SCRIPTS.source();
        try (InputStream archive = TorchArchive.of(module)) {
            forward = JniUtils.loadModule(shared, archive, false, false);
        }
    }

    @AfterAll
    static void close() {
        forward.close();
        torch.close();
    }

    /// A layer for each case.
    private static Blocks blocks() {
        List<Block> layers = CASES.entrySet().stream()
                .map(entry -> new Block(entry.getValue(), rope(entry.getKey())))
                .toList();
        return new Blocks(
                HIDDEN, 8, 300, "e", 1, null, DecoderNames.USUAL, layers, norm("norm", "hidden", "norm"), "e", 1, 0);
    }

    private static Rope rope(String name) {
        Rope rope = Rope.of(10, null, name.equals("rotate a part") ? PART : HEAD);
        return name.equals("temper") ? rope.withTemper(new Rope.Temper(0.3, 5)) : rope;
    }

    static Stream<Arguments> steps() {
        return CASES.keySet().stream().flatMap(name -> LENGTHS.stream().map(lengths -> Arguments.of(name, lengths)));
    }

    private static Map<String, List<Step>> cases() {
        Map<String, List<Step>> all = new LinkedHashMap<>();
        for (Step.Norm.Kind kind : Step.Norm.Kind.values()) {
            String bias = kind == Step.Norm.Kind.LAYER ? "norm bias" : null;
            for (int over : List.of(HIDDEN, HIDDEN / 3)) {
                all.put(
                        "norm of " + over + " " + kind,
                        List.of(new Step.Norm("y", "x", kind, HIDDEN, over, EPS, "norm", bias)));
            }
        }
        for (Step.Linear.Layout layout : Step.Linear.Layout.values()) {
            Step.Linear biased = new Step.Linear(List.of(new Step.Value("y", HIDDEN)), "x", HIDDEN, "w", "b", layout);
            all.put("linear " + layout, List.of(biased));
            all.put("parts of a linear " + layout, attention(layout, HEAD, 0, 0));
            all.put("gate and up of a linear " + layout, fused(layout));
            all.put("activate between linears " + layout, activated(layout));
        }
        for (Step.Activation activation : Step.Activation.values()) {
            all.put("activate " + activation, List.of(new Step.Activate("y", activation, "x", HIDDEN)));
            all.put("gate by token " + activation, List.of(new Step.Gate("y", activation, "x", "x", HIDDEN)));
            all.put("gate " + activation, mlp("x", activation, false));
        }
        all.put("rotate a part", attention(Step.Linear.Layout.OUT_IN, PART, 0, 0));
        all.put("window", attention(Step.Linear.Layout.OUT_IN, HEAD, 4, 0));
        all.put("cap", attention(Step.Linear.Layout.OUT_IN, HEAD, 0, 0.7));
        all.put("window and cap", attention(Step.Linear.Layout.OUT_IN, HEAD, 4, 0.7));
        all.put("multiply", List.of(new Step.Scale("z", "x", HIDDEN, 0.3), new Step.Multiply("y", "z", "x", HIDDEN)));
        all.put("convolve", List.of(new Step.Convolve("y", "x", HIDDEN, 4, "kernel", "bias")));
        all.put("convolve without bias", List.of(new Step.Convolve("y", "x", HIDDEN, 3, "kernel", null)));
        all.put("delta rule", delta(3, 6));
        all.put("delta rule with a key head for each", delta(2, 2));
        for (boolean normalized : List.of(true, false)) {
            all.put(
                    "experts " + (normalized ? "with shares of one" : "with chances"),
                    List.of(new Step.Experts("y", "x", HIDDEN, 7, 5, 2, normalized, "router", "experts")));
        }
        all.put(
                "stacked experts",
                List.of(new Step.StackedExperts("y", "x", HIDDEN, 7, 5, 2, 0.4, "router", "experts")));
        all.put("sinks", sunk(0));
        all.put("sinks and window", sunk(4));
        all.put("deal", dealt());
        all.put("temper", tempered());
        all.put("scale", List.of(new Step.Scale("y", "x", HIDDEN, 0.3)));
        all.put("add", List.of(new Step.Scale("z", "x", HIDDEN, 0.3), new Step.Add("y", "z", "x", HIDDEN)));
        all.put("layer", layer(false, false));
        all.put("layer with norms behind its parts", layer(true, false));
        all.put("layer of parallel parts", layer(false, true));
        return all;
    }

    private static List<Step> attention(Step.Linear.Layout layout, int part, int window, double cap) {
        List<Step.Value> parts = List.of(
                new Step.Value("q", HEADS * HEAD),
                new Step.Value("k", KV_HEADS * HEAD),
                new Step.Value("v", KV_HEADS * HEAD));
        return List.of(
                new Step.Linear(parts, "x", HIDDEN, "qkv", "qkv bias", layout),
                new Step.Norm("qn", "q", Step.Norm.Kind.RMS, HEADS * HEAD, HEAD, EPS, "q norm"),
                new Step.Rotate("qr", "qn", HEADS * HEAD, HEAD, part),
                new Step.Rotate("kr", "k", KV_HEADS * HEAD, HEAD, part),
                new Step.Attend("att", "qr", "kr", "v", HEADS, KV_HEADS, HEAD, 0.4, window, cap),
                Step.Linear.of("y", HIDDEN, "att", HEADS * HEAD, "o", null));
    }

    /// A linear whose rows are for queries, keys and values head by head.
    private static List<Step> dealt() {
        int width = KV_HEADS * HEAD;
        return List.of(
                Step.Linear.of("qkv", 3 * width, "x", HIDDEN, "qkv", "qkv bias"),
                new Step.Deal(List.of("q", "k", "v"), "qkv", width, HEAD),
                new Step.Attend("att", "q", "k", "v", KV_HEADS, KV_HEADS, HEAD, 0.4, 0, 0),
                Step.Linear.of("y", HIDDEN, "att", width, "o", null));
    }

    private static List<Step> delta(int keyHeads, int heads) {
        int wide = Step.DeltaRule.inWidth(keyHeads, 5, heads, 7);
        return List.of(
                Step.Linear.of("qkv", wide, "x", HIDDEN, "qkv", null),
                Step.Linear.of("b", heads, "x", HIDDEN, "b", null),
                Step.Linear.of("a", heads, "x", HIDDEN, "a", null),
                new Step.DeltaRule("read", "qkv", "b", "a", keyHeads, 5, heads, 7, "rates", "bias"),
                Step.Linear.of("y", HIDDEN, "read", heads * 7, "o", null));
    }

    private static List<Step> sunk(int window) {
        List<Step> steps = new ArrayList<>(attention(Step.Linear.Layout.OUT_IN, HEAD, 0, 0));
        steps.set(4, new Step.Attend("att", "qr", "kr", "v", HEADS, KV_HEADS, HEAD, 0.4, window, 0, "sinks"));
        return steps;
    }

    private static List<Step> tempered() {
        List<Step> steps = new ArrayList<>(attention(Step.Linear.Layout.OUT_IN, HEAD, 0, 0));
        steps.set(4, new Step.Attend("att", "qt", "kr", "v", HEADS, KV_HEADS, HEAD, 0.4, 0, 0));
        steps.add(4, new Step.Temper("qt", "qr", HEADS * HEAD));
        return steps;
    }

    private static List<Step> mlp(String in, Step.Activation activation, boolean biased) {
        return List.of(
                Step.Linear.of("gate", INNER, in, HIDDEN, "gate", biased ? "gate bias" : null),
                Step.Linear.of("up", INNER, in, HIDDEN, "up", biased ? "up bias" : null),
                new Step.Gate("act", activation, "gate", "up", INNER),
                Step.Linear.of("down", HIDDEN, "act", INNER, "down", biased ? "down bias" : null));
    }

    private static List<Step> fused(Step.Linear.Layout layout) {
        List<Step.Value> parts = List.of(new Step.Value("gate", INNER), new Step.Value("up", INNER));
        return List.of(
                new Step.Linear(parts, "x", HIDDEN, "gate_up", "bias", layout),
                new Step.Gate("act", Step.Activation.SILU, "gate", "up", INNER),
                new Step.Linear(List.of(new Step.Value("y", HIDDEN)), "act", INNER, "down", null, layout));
    }

    private static List<Step> activated(Step.Linear.Layout layout) {
        return List.of(
                new Step.Linear(List.of(new Step.Value("up", INNER)), "x", HIDDEN, "up", "up bias", layout),
                new Step.Activate("act", Step.Activation.GELU_TANH, "up", INNER),
                new Step.Linear(List.of(new Step.Value("y", HIDDEN)), "act", INNER, "down", "down bias", layout));
    }

    private static List<Step> layer(boolean normsBehind, boolean parallel) {
        List<Step> steps = new ArrayList<>();
        steps.add(norm("x1", "x", "first"));
        steps.add(Step.Linear.of("q", HEADS * HEAD, "x1", HIDDEN, "q", "q bias"));
        steps.add(Step.Linear.of("k", KV_HEADS * HEAD, "x1", HIDDEN, "k", null));
        steps.add(Step.Linear.of("v", KV_HEADS * HEAD, "x1", HIDDEN, "v", "v bias"));
        steps.add(new Step.Rotate("qr", "q", HEADS * HEAD, HEAD, HEAD));
        steps.add(new Step.Rotate("kr", "k", KV_HEADS * HEAD, HEAD, HEAD));
        steps.add(new Step.Attend("att", "qr", "kr", "v", HEADS, KV_HEADS, HEAD, 0.4, 0, 0));
        steps.add(Step.Linear.of("o", HIDDEN, "att", HEADS * HEAD, "o", "o bias"));
        if (normsBehind) {
            steps.add(norm("on", "o", "second"));
        }
        steps.add(new Step.Add("h", normsBehind ? "on" : "o", "x", HIDDEN));
        steps.add(norm("x2", parallel ? "x" : "h", "third"));
        steps.addAll(mlp("x2", Step.Activation.SILU, true));
        if (normsBehind) {
            steps.add(norm("dn", "down", "fourth"));
        }
        steps.add(new Step.Scale("ds", normsBehind ? "dn" : "down", HIDDEN, 0.22));
        steps.add(new Step.Add("y", "ds", "h", HIDDEN));
        return steps;
    }

    private static Step.Norm norm(String out, String in, String weight) {
        return new Step.Norm(out, in, Step.Norm.Kind.RMS, HIDDEN, HIDDEN, EPS, weight);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("steps")
    void derivativeIsThatOfLibtorch(String name, int[] lengths) {
        int layer = List.copyOf(CASES.keySet()).indexOf(name);
        int number = SCRIPTS.number(layer);
        LayerScript script = SCRIPTS.of(layer);
        Rope rope = rope(name);
        Random random = new Random(7);
        try (PtNDManager scope = torch.scope()) {
            int tokens = Arrays.stream(lengths).sum();
            PtNDArray x = numbers(scope, random, tokens, HIDDEN);
            PtNDArray dy = numbers(scope, random, tokens, HIDDEN);
            List<PtNDArray> weights = script.weights().stream()
                    .map(weight -> weight(scope, random, weight))
                    .toList();
            PackedBatch batch = PackedBatch.of(Arrays.stream(lengths)
                    .mapToObj(length -> new PackedBatch.Sequence(new int[length], new boolean[length]))
                    .toList());
            Rotary rotary = Rotary.table(rope, 300, scope).at(batch.positions(), batch.lengths(), torch, scope);
            List<PtNDArray> rest = List.of(rotary.cos(), rotary.sin(), Torch.longs(scope, batch.groups()));

            Map<String, float[]> expected = derived(scope, script, number, x, dy, weights, rest);
            Map<String, float[]> found = written(scope, script, number, x, dy, weights, rest);

            assertThat(found).containsOnlyKeys(expected.keySet());
            expected.forEach((key, values) -> {
                double largest = 0;
                for (float value : values) {
                    largest = Math.max(largest, Math.abs(value));
                }
                // A token that sees itself only has one chance, 1, whatever its query and key.
                assertThat(largest > 0 || tokens == 1).as(key).isTrue();
                assertThat(found.get(key)).as(key).containsExactly(values, within((float) (1e-5 * largest + 1e-6)));
            });
        }
    }

    private static Map<String, float[]> derived(
            PtNDManager scope,
            LayerScript script,
            int number,
            PtNDArray x,
            PtNDArray dy,
            List<PtNDArray> weights,
            List<PtNDArray> rest) {
        try {
            JniUtils.setGradMode(true);
            x.setRequiresGradient(true);
            weights.forEach(weight -> weight.setRequiresGradient(true));
            PtNDArray marker = scope.create(new Shape(1), DataType.INT64);
            marker.setName("module_method:layer_" + number);
            NDList inputs = new NDList(marker);
            inputs.add(x);
            inputs.addAll(list(scope, weights, Torch.LIST));
            inputs.addAll(rest);
            PtNDArray y = (PtNDArray) IValueUtils.forward(forward, inputs, true).get(0);
            JniUtils.backward(y, dy, false, false);
            Map<String, float[]> gradients = new LinkedHashMap<>();
            gradients.put("x", ((PtNDArray) x.getGradient()).toFloatArray());
            for (int w = 0; w < weights.size(); w++) {
                gradients.put(
                        script.weights().get(w).name(),
                        ((PtNDArray) weights.get(w).getGradient()).toFloatArray());
            }
            return gradients;
        } finally {
            JniUtils.setGradMode(false);
            x.setRequiresGradient(false);
            weights.forEach(weight -> weight.setRequiresGradient(false));
        }
    }

    private static Map<String, float[]> written(
            PtNDManager scope,
            LayerScript script,
            int number,
            PtNDArray x,
            PtNDArray dy,
            List<PtNDArray> weights,
            List<PtNDArray> rest) {
        List<PtNDArray> inputs = new ArrayList<>(List.of(x));
        inputs.addAll(list(scope, weights, Torch.LIST));
        inputs.addAll(rest);
        PtNDArray[] kept = torch.run(scope, "inner_" + number, inputs.toArray(PtNDArray[]::new));
        PtNDArray[] keptAndOutput = torch.run(scope, "kept_" + number, inputs.toArray(PtNDArray[]::new));
        for (int k = 0; k < kept.length; k++) {
            assertThat(keptAndOutput[k].toFloatArray()).isEqualTo(kept[k].toFloatArray());
            kept[k].setName(Torch.KEPT);
        }
        List<PtNDArray> back = new ArrayList<>(List.of(dy, x));
        back.addAll(list(scope, List.of(kept), Torch.KEPT));
        back.addAll(list(scope, weights, Torch.LIST));
        back.addAll(rest);
        PtNDArray[] results = torch.run(scope, "back_" + number, back.toArray(PtNDArray[]::new));
        for (PtNDArray tensor : kept) {
            tensor.setName("");
        }
        Map<String, float[]> gradients = new LinkedHashMap<>();
        gradients.put("x", results[0].toFloatArray());
        for (LayerScript.Delivery delivery : script.deliveries()) {
            switch (delivery) {
                case LayerScript.Parts parts -> {
                    gradients.put(parts.weight(), results[parts.result()].toFloatArray());
                    assertThat(Arrays.stream(results[parts.tokens()].toLongArray())
                                    .sum())
                            .isEqualTo(2L * x.getShape().get(0));
                }
                case LayerScript.Whole whole -> gradients.put(whole.weight(), results[whole.result()].toFloatArray());
                case LayerScript.Product product -> {
                    Activation in = activation(product.x(), x, dy, kept, results);
                    Activation out = activation(product.dy(), x, dy, kept, results);
                    Activation rows = product.swapped() ? in : out;
                    Activation columns = product.swapped() ? out : in;
                    PtNDArray gradient = Torch.floats(scope, rows.features(), columns.features());
                    torch.weightGradient(columns, rows, gradient, false);
                    gradients.put(product.weight(), gradient.toFloatArray());
                    if (product.bias() != null) {
                        gradients.put(product.bias(), torch.sumOverTokens(out).toFloatArray());
                    }
                }
            }
        }
        return gradients;
    }

    /// A list argument, which is there even if a step has nothing for it.
    private static List<PtNDArray> list(PtNDManager scope, List<PtNDArray> tensors, String name) {
        if (!tensors.isEmpty()) {
            return tensors;
        }
        PtNDArray nothing = Torch.floats(scope, 0L);
        nothing.setName(name);
        return List.of(nothing);
    }

    private static Activation activation(
            LayerScript.Operand operand, PtNDArray x, PtNDArray dy, PtNDArray[] kept, PtNDArray[] results) {
        PtNDArray tensor = switch (operand.place()) {
            case INPUT -> x;
            case ABOVE -> dy;
            case KEPT -> kept[operand.index()];
            case RESULT -> results[operand.index()];
        };
        return new Activation(tensor, operand.byFeature());
    }

    private static PtNDArray weight(PtNDManager scope, Random random, Weight weight) {
        PtNDArray values = numbers(
                scope,
                random,
                weight.shape().dims().stream().mapToLong(Long::longValue).toArray());
        values.setName(Torch.LIST);
        return values;
    }

    private static PtNDArray numbers(PtNDManager scope, Random random, long... shape) {
        PtNDArray array = Torch.floats(scope, shape);
        MemorySegment memory = Torch.memory(array);
        for (long i = 0; i < memory.byteSize() / Float.BYTES; i++) {
            memory.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) random.nextGaussian() / 2);
        }
        return array;
    }
}
