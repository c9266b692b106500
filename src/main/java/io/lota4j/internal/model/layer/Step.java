package io.lota4j.internal.model.layer;

import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.Text;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One step of a layer: it computes values from values. A value has a name and is `[tokens, width]`; the layer's
/// input is [#INPUT], its output the value of the last step.
///
/// What a step computes, and its derivative, stand in [LayerScript] and in `primitives.py`.
public sealed interface Step {
    /// The name of a layer's input.
    String INPUT = "x";

    /// The values that it computes from.
    List<String> inputs();

    /// The values that it computes, with their widths.
    List<Value> outputs();

    /// Its weights, in the order of its computation.
    default List<Weight> weights() {
        return List.of();
    }

    /// @param width features
    record Value(String name, int width) {}

    /// A step that computes one value.
    sealed interface ToOne extends Step {
        /// The value's name.
        String out();

        /// The value's width.
        int width();

        @Override
        default List<Value> outputs() {
            return List.of(new Value(out(), width()));
        }
    }

    /// A step that computes one value from one.
    sealed interface OneToOne extends ToOne {
        /// The name of what it computes from.
        String in();

        @Override
        default List<String> inputs() {
            return List.of(in());
        }
    }

    /// A norm over the features of a token, or of each of its heads.
    ///
    /// @param width of the value
    /// @param over so many features at a time: the width, or that of a head
    /// @param bias null if it has none
    record Norm(
            String out,
            String in,
            Kind kind,
            int width,
            int over,
            double eps,
            String weight,
            @Nullable String bias) implements OneToOne {
        /// RMS scales by `w`, RMS_PLUS_ONE by `1 + w`. LAYER also takes the mean away, scales by `w` and adds a bias.
        public enum Kind {
            RMS,
            RMS_PLUS_ONE,
            LAYER
        }

        public Norm {
            if ((kind == Kind.LAYER) != (bias != null)) {
                throw new IllegalArgumentException("a norm of the kind " + kind + " with the bias " + bias);
            }
        }

        public Norm(String out, String in, Kind kind, int width, int over, double eps, String weight) {
            this(out, in, kind, width, over, eps, weight, null);
        }

        @Override
        public List<Weight> weights() {
            Weight.Start start = kind == Kind.RMS_PLUS_ONE ? Weight.Start.ZERO : Weight.Start.ONE;
            Weight scale = new Weight(weight, Shape.of(over), start);
            return bias == null ? List.of(scale) : List.of(scale, new Weight(bias, Shape.of(over), Weight.Start.ZERO));
        }
    }

    /// A product with a matrix. A matrix with several outputs holds their rows one after the other.
    ///
    /// @param inWidth width of the input
    /// @param weight the matrix
    /// @param bias null if it has none
    record Linear(
            List<Value> outputs,
            String in,
            int inWidth,
            String weight,
            @Nullable String bias,
            Layout layout) implements Step {
        /// How the matrix is stored.
        public enum Layout {
            OUT_IN,
            /// Transposed, as GPT-2's `Conv1D` has it.
            IN_OUT
        }

        public Linear {
            outputs = List.copyOf(outputs);
        }

        /// A matrix `[width, inWidth]` with one output.
        public static Linear of(String out, int width, String in, int inWidth, String weight, @Nullable String bias) {
            return new Linear(List.of(new Value(out, width)), in, inWidth, weight, bias, Layout.OUT_IN);
        }

        @Override
        public List<String> inputs() {
            return List.of(in);
        }

        int outWidth() {
            return outputs.stream().mapToInt(Value::width).sum();
        }

        @Override
        public List<Weight> weights() {
            List<Weight> weights = new ArrayList<>();
            Shape shape = layout == Layout.OUT_IN ? Shape.of(outWidth(), inWidth) : Shape.of(inWidth, outWidth());
            weights.add(new Weight(weight, shape, Weight.Start.NORMAL));
            if (bias != null) {
                weights.add(new Weight(bias, Shape.of(outWidth()), Weight.Start.ZERO));
            }
            return weights;
        }
    }

    /// Deals blocks of features out to several values, one after the other, as often as there are blocks: what a fused
    /// matrix has whose rows are interleaved by head.
    ///
    /// @param width of each value
    /// @param block features of a block; divides the width
    record Deal(List<String> outs, String in, int width, int block) implements Step {
        public Deal {
            outs = List.copyOf(outs);
        }

        @Override
        public List<String> inputs() {
            return List.of(in);
        }

        @Override
        public List<Value> outputs() {
            return outs.stream().map(out -> new Value(out, width)).toList();
        }
    }

    /// Turns the pairs of each head by its token's position.
    ///
    /// @param head width of a head
    /// @param part so many of a head's features are turned, the first ones
    record Rotate(String out, String in, int width, int head, int part) implements OneToOne {}

    /// What depends on a token's position, multiplied: the temper of the layer's [Rope].
    record Temper(String out, String in, int width) implements OneToOne {}

    /// Causal attention.
    ///
    /// @param heads of the queries
    /// @param kvHeads of keys and values; divides `heads`
    /// @param head width of a head
    /// @param scale that scores are multiplied by
    /// @param window how many tokens back a token sees, itself included; 0 for all
    /// @param cap scores become `cap * tanh(score / cap)`; 0 for none
    /// @param sinks a score for each head that takes its share of the chances and attends to nothing; null for none
    record Attend(
            String out,
            String q,
            String k,
            String v,
            int heads,
            int kvHeads,
            int head,
            double scale,
            int window,
            double cap,
            @Nullable String sinks)
            implements Step {
        public Attend(
                String out,
                String q,
                String k,
                String v,
                int heads,
                int kvHeads,
                int head,
                double scale,
                int window,
                double cap) {
            this(out, q, k, v, heads, kvHeads, head, scale, window, cap, null);
        }

        /// The scale of most models.
        public static double scale(int head) {
            return 1 / Math.sqrt(head);
        }

        @Override
        public List<String> inputs() {
            return List.of(q, k, v);
        }

        @Override
        public List<Weight> weights() {
            return sinks == null ? List.of() : List.of(new Weight(sinks, Shape.of(heads), Weight.Start.NORMAL));
        }

        @Override
        public List<Value> outputs() {
            return List.of(new Value(out, heads * head));
        }
    }

    /// `activation(gate) * up`.
    record Gate(String out, Activation activation, String gate, String up, int width) implements ToOne {
        @Override
        public List<String> inputs() {
            return List.of(gate, up);
        }
    }

    /// `activation(in)`.
    record Activate(String out, Activation activation, String in, int width) implements OneToOne {}

    /// What [Gate] and [Activate] compute.
    enum Activation {
        SILU("silu", ""),
        SIGMOID("sigmoid", ""),
        GELU_TANH("gelu", ", approximate=\"tanh\""),
        GELU("gelu", ", approximate=\"none\"");

        private final String operator;
        private final String option;

        Activation(String operator, String option) {
            this.operator = operator;
            this.option = option;
        }

        /// The expression for a value.
        String of(String in) {
            return Text.format("torch.%s(%s%s)", operator, in, option);
        }

        /// The expression for the gradient of `in`.
        ///
        /// @param d gradient of the result
        String back(String d, String in) {
            // The slope of a sigmoid is given by its value.
            return this == SIGMOID
                    ? Text.format("torch.sigmoid_backward(%s, %s)", d, of(in))
                    : Text.format("torch.%s_backward(%s, %s%s)", operator, d, in, option);
        }
    }

    /// `factor * in`.
    record Scale(String out, String in, int width, double factor) implements OneToOne {}

    /// `a * b`.
    record Multiply(String out, String a, String b, int width) implements ToOne {
        @Override
        public List<String> inputs() {
            return List.of(a, b);
        }
    }

    /// A causal convolution of each feature over the tokens of a sequence.
    ///
    /// @param length tokens that a token sees, itself included
    /// @param weight `[width, 1, length]`, the token's own last
    /// @param bias null if it has none
    record Convolve(
            String out,
            String in,
            int width,
            int length,
            String weight,
            @Nullable String bias) implements OneToOne {
        @Override
        public List<Weight> weights() {
            Weight kernel = new Weight(weight, Shape.of(width, 1, length), Weight.Start.NORMAL);
            return bias == null
                    ? List.of(kernel)
                    : List.of(kernel, new Weight(bias, Shape.of(width), Weight.Start.ZERO));
        }
    }

    /// The gated delta rule ([Yang et al. 2024](https://arxiv.org/abs/2412.06464)). Each head has a state, a matrix
    /// that finds values by keys. For each token it decays, then what it has for the token's key is replaced in
    /// part by the token's value, then the token's query reads it: with `q` and `k` of length one, `q` over the
    /// root of its width, `b = sigmoid(write)` and `g = exp(-exp(rate) * softplus(decay + bias))`,
    /// `S := g S`, `S := S + kᵀ b (v - k S)`, `out = q S`. The state of a sequence starts with nothing.
    ///
    /// @param in queries, keys and values, one behind the other
    /// @param write how much of a value is written, a number for each head
    /// @param decay how much of the state goes, a number for each head
    /// @param keyHeads of queries and keys; divides `heads`
    /// @param keyHead width of a head of these
    /// @param heads of the values
    /// @param head width of a head of these
    /// @param rates and `bias`: a number for each head
    record DeltaRule(
            String out,
            String in,
            String write,
            String decay,
            int keyHeads,
            int keyHead,
            int heads,
            int head,
            String rates,
            String bias)
            implements ToOne {
        /// The widths of queries, keys and values.
        public static int inWidth(int keyHeads, int keyHead, int heads, int head) {
            return 2 * keyHeads * keyHead + heads * head;
        }

        @Override
        public int width() {
            return heads * head;
        }

        @Override
        public List<String> inputs() {
            return List.of(in, write, decay);
        }

        @Override
        public List<Weight> weights() {
            return List.of(
                    new Weight(rates, Shape.of(heads), Weight.Start.RATE),
                    new Weight(bias, Shape.of(heads), Weight.Start.ONE));
        }

        /// Values a token has within, on the way back: queries and keys spread over the heads, values, results and
        /// their gradients; of every chunk of 64 tokens two square matrices, what its tokens see and write, and
        /// a state.
        int floatsInside() {
            return heads * (4 * keyHead + 4 * head + 2 * 64 + keyHead + 2 * head + keyHead * head / 64);
        }
    }

    /// The sum of several MLPs' outputs, each multiplied by its share: a token goes through those of the highest
    /// chances only, which the softmax of a product with the router gives.
    ///
    /// @param inner width of each MLP, `down(silu(gate x) * up x)`
    /// @param count of the MLPs
    /// @param top so many of them a token goes through
    /// @param normalized whether shares add up to one; else they are the chances
    /// @param router matrix `[count, width]`
    /// @param experts name of the MLPs, before their number
    record Experts(
            String out,
            String in,
            int width,
            int inner,
            int count,
            int top,
            boolean normalized,
            String router,
            String experts)
            implements OneToOne {
        /// The router, then each expert's [#matrices].
        @Override
        public List<Weight> weights() {
            List<Weight> weights = new ArrayList<>();
            weights.add(new Weight(router, Shape.of(count, width), Weight.Start.NORMAL));
            for (int expert = 0; expert < count; expert++) {
                weights.addAll(matrices(expert));
            }
            return weights;
        }

        /// An expert's gate, up and down.
        List<Weight> matrices(int expert) {
            String name = experts + "." + expert + ".";
            return List.of(
                    new Weight(name + "gate_proj.weight", Shape.of(inner, width), Weight.Start.NORMAL),
                    new Weight(name + "up_proj.weight", Shape.of(inner, width), Weight.Start.NORMAL),
                    new Weight(name + "down_proj.weight", Shape.of(width, inner), Weight.Start.NORMAL));
        }

        /// Values a token has within, on the way back.
        int floatsInside() {
            return top * (3 * inner + 2 * width) + 2 * count;
        }
    }

    /// As [Experts], with the matrices of all experts in one tensor, biases, a bounded gate, and shares that are
    /// the softmax over the chosen experts' scores. With `g` and `u`, which alternate in the first product, an
    /// expert is `down((u + 1) * g * sigmoid(1.702 * g))`, `g` at most the limit, `u` within plus and minus it.
    ///
    /// @param router of the names of its weight and its bias, before these words
    /// @param experts of the names of `gate_up_proj` `[count, width, 2 * inner]`, `down_proj`
    ///     `[count, inner, width]` and their biases
    record StackedExperts(
            String out,
            String in,
            int width,
            int inner,
            int count,
            int top,
            double limit,
            String router,
            String experts)
            implements OneToOne {
        /// Router and its bias, then [#stacks].
        @Override
        public List<Weight> weights() {
            List<Weight> weights = new ArrayList<>();
            weights.add(new Weight(router + ".weight", Shape.of(count, width), Weight.Start.NORMAL));
            weights.add(new Weight(router + ".bias", Shape.of(count), Weight.Start.ZERO));
            weights.addAll(stacks());
            return weights;
        }

        /// What holds a part for each expert.
        List<Weight> stacks() {
            return List.of(
                    new Weight(experts + ".gate_up_proj", Shape.of(count, width, 2L * inner), Weight.Start.NORMAL),
                    new Weight(experts + ".gate_up_proj_bias", Shape.of(count, 2L * inner), Weight.Start.ZERO),
                    new Weight(experts + ".down_proj", Shape.of(count, inner, width), Weight.Start.NORMAL),
                    new Weight(experts + ".down_proj_bias", Shape.of(count, width), Weight.Start.ZERO));
        }
    }

    /// The residual stream's next value, `branch + stream`.
    record Add(String out, String branch, String stream, int width) implements ToOne {
        @Override
        public List<String> inputs() {
            return List.of(branch, stream);
        }
    }
}
