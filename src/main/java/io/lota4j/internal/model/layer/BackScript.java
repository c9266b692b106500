package io.lota4j.internal.model.layer;

import io.lota4j.internal.Text;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/// The lines that go back through a layer, and what they hand over.
///
/// @param results the first is the gradient of the layer's input
record BackScript(List<String> lines, List<String> results, List<LayerScript.Delivery> deliveries) {
    private static final String ABOVE = "dy";

    static BackScript of(Dataflow flow) {
        return new Writer(flow).write();
    }

    /// A part of a value's gradient, from one step that used the value.
    ///
    /// @param user the step's place
    /// @param owned whether the tensor may be written over
    private record Part(int user, String expression, boolean owned) {}

    private static final class Writer {
        private final Dataflow flow;
        private final ForwardScript again;
        private final List<String> lines = new ArrayList<>();
        private final List<String> results = new ArrayList<>();
        private final List<LayerScript.Delivery> deliveries = new ArrayList<>();
        private final Map<String, List<Part>> parts = new HashMap<>();
        private final Set<String> there = new HashSet<>();

        Writer(Dataflow flow) {
            this.flow = flow;
            this.again = new ForwardScript(flow, Set.of(), true, ForwardScript.Past.NONE);
        }

        BackScript write() {
            for (int k = 0; k < flow.kept().size(); k++) {
                lines.add(ForwardScript.assign(flow.kept().get(k), "s[" + k + "]"));
            }
            there.addAll(flow.kept());
            there.add(Step.INPUT);
            part(flow.result(), flow.steps().size(), ABOVE, false);
            flow.steps().reversed().forEach(this::back);
            results.addFirst(gradient(Step.INPUT).expression());
            // What is only handed over is computed last, when the most has been freed.
            flow.steps().forEach(this::deliver);
            return new BackScript(lines, results, deliveries);
        }

        private void part(String value, int user, String expression, boolean owned) {
            parts.computeIfAbsent(value, v -> new ArrayList<>()).add(new Part(user, expression, owned));
        }

        private void part(String value, Step user, String expression, boolean owned) {
            part(value, flow.index(user), expression, owned);
        }

        /// The sum of a value's parts, in the order of the steps that used it, as the name of a tensor. Its own part is
        /// then that name.
        private Part gradient(String value) {
            List<Part> all = parts.getOrDefault(value, List.of()).stream()
                    .sorted(Comparator.comparingInt(Part::user))
                    .toList();
            if (all.isEmpty()) {
                throw new IllegalArgumentException("nothing comes of the value " + value);
            }
            if (all.size() == 1 && isName(all.getFirst().expression())) {
                return all.getFirst();
            }
            String name = "d_" + value;
            Part sum = all.getFirst();
            if (all.size() == 1) {
                lines.add(ForwardScript.assign(name, sum.expression()));
            }
            for (Part next : all.subList(1, all.size())) {
                lines.add(ForwardScript.assign(name, add(sum, next)));
                sum = new Part(sum.user(), name, true);
            }
            Part known = new Part(0, name, sum.owned());
            parts.put(value, List.of(known));
            return known;
        }

        /// Into whichever may be written over: a sum of two is the same both ways round.
        private static String add(Part a, Part b) {
            if (a.owned() || !b.owned()) {
                return Text.format("torch.add%s(%s, %s)", a.owned() ? "_" : "", a.expression(), b.expression());
            }
            return Text.format("torch.add_(%s, %s)", b.expression(), a.expression());
        }

        private static boolean isName(String expression) {
            return expression.chars().allMatch(c -> Character.isLetterOrDigit(c) || c == '_');
        }

        /// Makes sure that a value is there.
        private void need(String value) {
            if (!there.contains(value)) {
                Step maker = Objects.requireNonNull(flow.maker(value), value);
                maker.inputs().forEach(this::need);
                lines.addAll(maker instanceof Step.Gate gate ? gate(gate) : again.lines(maker));
                maker.outputs().forEach(out -> there.add(out.name()));
            }
        }

        /// The activation is needed once more.
        private static List<String> gate(Step.Gate gate) {
            return List.of(
                    ForwardScript.assign(soft(gate), gate.activation().of(gate.gate())),
                    ForwardScript.assign(gate.out(), Text.format("torch.mul(%s, %s)", soft(gate), gate.up())));
        }

        private static String soft(Step.Gate gate) {
            return gate.out() + "_soft";
        }

        private void back(Step step) {
            switch (step) {
                case Step.Norm norm -> norm(norm);
                case Step.Linear linear -> linear(linear);
                case Step.Deal deal -> {
                    String parts = deal.outs().stream()
                            .map(out -> Text.format(
                                    "torch.reshape(%s, [-1, %d, %d])",
                                    gradient(out).expression(), deal.width() / deal.block(), deal.block()))
                            .collect(Collectors.joining(", "));
                    int width = deal.outs().size() * deal.width();
                    part(
                            deal.in(),
                            deal,
                            Text.format("torch.reshape(torch.stack([%s], 2), [-1, %d])", parts, width),
                            true);
                }
                case Step.Rotate rotate ->
                    part(
                            rotate.in(),
                            rotate,
                            Text.format(
                                    "(self).rotate_back(%s, %s, sin, %d, %d, )",
                                    gradient(rotate.out()).expression(),
                                    flow.cosines(rotate),
                                    rotate.head(),
                                    rotate.part()),
                            true);
                case Step.Temper temper ->
                    part(
                            temper.in(),
                            temper,
                            ForwardScript.tempered(gradient(temper.out()).expression()),
                            true);
                case Step.Attend attend -> attend(attend);
                case Step.Gate gate -> backOfGate(gate);
                case Step.Activate activate -> {
                    need(activate.in());
                    String d = gradient(activate.out()).expression();
                    part(activate.in(), activate, activate.activation().back(d, activate.in()), true);
                }
                case Step.Multiply multiply -> {
                    multiply.inputs().forEach(this::need);
                    String d = gradient(multiply.out()).expression();
                    part(multiply.a(), multiply, Text.format("torch.mul(%s, %s)", d, multiply.b()), true);
                    part(multiply.b(), multiply, Text.format("torch.mul(%s, %s)", d, multiply.a()), true);
                }
                case Step.Convolve convolve ->
                    called(
                            convolve,
                            "c_",
                            "convolve_back",
                            flow.weight(convolve.weights().getFirst()) + ", (self).ints(groups, ), ");
                case Step.DeltaRule delta -> delta(delta);
                case Step.Experts experts ->
                    called(experts, "e_", "experts_back", ForwardScript.arguments(experts, flow));
                case Step.StackedExperts experts ->
                    called(experts, "e_", "stacked_experts_back", ForwardScript.arguments(experts, flow));
                case Step.Scale scale -> {
                    String d = gradient(scale.out()).expression();
                    part(scale.in(), scale, Text.format("torch.mul(%s, %s)", d, scale.factor()), true);
                }
                case Step.Add add -> {
                    String d = gradient(add.out()).expression();
                    part(add.branch(), add, d, false);
                    part(add.stream(), add, d, false);
                }
            }
        }

        /// Calls a method whose first result is the gradient of the step's input.
        ///
        /// @param prefix of the results' name, before that of the step's value
        /// @param more arguments, behind the gradient of the step's value and its input
        private void called(Step.OneToOne step, String prefix, String method, String more) {
            need(step.in());
            String name = prefix + step.out();
            lines.add(ForwardScript.assign(
                    name,
                    Text.format(
                            "(self).%s(%s, %s, %s)",
                            method, gradient(step.out()).expression(), step.in(), more)));
            part(step.in(), step, name + "[0]", true);
        }

        private void delta(Step.DeltaRule delta) {
            delta.inputs().forEach(this::need);
            String name = "r_" + delta.out();
            lines.add(ForwardScript.assign(
                    name,
                    Text.format(
                            "(self).delta_back(%s, %s)",
                            gradient(delta.out()).expression(),
                            ForwardScript.arguments(delta, flow, "(self).ints(groups, )"))));
            for (int i = 0; i < 3; i++) {
                part(delta.inputs().get(i), delta, name + "[" + i + "]", true);
            }
        }

        private void norm(Step.Norm norm) {
            need(norm.in());
            boolean heads = norm.over() != norm.width();
            String d = gradient(norm.out()).expression();
            String name = "n_" + norm.out();
            lines.add(ForwardScript.assign(
                    name,
                    Text.format(
                            "(self).norm_%s_back(%s, %s, %s, %s, )",
                            norm.kind(),
                            heads ? split(d, norm.over()) : d,
                            heads ? split(norm.in(), norm.over()) : norm.in(),
                            ForwardScript.weights(norm, flow),
                            norm.eps())));
            part(norm.in(), norm, heads ? split(name + "[0]", norm.width()) : name + "[0]", true);
        }

        private static String split(String value, int width) {
            return Text.format("torch.reshape(%s, [-1, %d])", value, width);
        }

        private void linear(Step.Linear linear) {
            boolean columns = columns(linear);
            boolean in = flow.isByFeature(linear.in());
            String d = output(linear, columns);
            String stored = flow.weight(linear.weights().getFirst());
            // `[in, out]`, as the product wants it.
            String matrix = linear.layout() == Step.Linear.Layout.OUT_IN ? "torch.t(" + stored + ")" : stored;
            String byToken = columns ? "torch.t(" + d + ")" : d;
            part(
                    linear.in(),
                    linear,
                    in
                            ? Text.format("(self).product(%s, %s, )", matrix, byToken)
                            : Text.format("(self).product(%s, %s, )", byToken, matrix),
                    true);
        }

        private boolean columns(Step.Linear linear) {
            return linear.outputs().stream().map(Step.Value::name).allMatch(flow::isByFeature);
        }

        /// The name of the gradient of all outputs.
        private String output(Step.Linear linear, boolean columns) {
            List<String> all = linear.outputs().stream()
                    .map(value -> gradient(value.name()).expression())
                    .toList();
            if (all.size() == 1) {
                return all.getFirst();
            }
            String name = "d_"
                    + String.join(
                            "_", linear.outputs().stream().map(Step.Value::name).toList());
            if (lines.stream().noneMatch(line -> line.startsWith(name + " = "))) {
                lines.add(ForwardScript.assign(
                        name, Text.format("torch.cat([%s], %d)", String.join(", ", all), columns ? 0 : 1)));
            }
            return name;
        }

        private void attend(Step.Attend attend) {
            attend.inputs().forEach(this::need);
            String name = "a_" + attend.out();
            lines.add(ForwardScript.assign(
                    name,
                    Text.format(
                            "(self).attend_back(%s, %s, %s, %s, (self).ints(groups, ), %d, %s, %d, %s, %s, )",
                            gradient(attend.out()).expression(),
                            attend.q(),
                            attend.k(),
                            attend.v(),
                            attend.head(),
                            attend.scale(),
                            attend.window(),
                            attend.cap(),
                            ForwardScript.sinks(attend, flow))));
            for (int i = 0; i < 3; i++) {
                part(attend.inputs().get(i), attend, name + "[" + i + "]", true);
            }
        }

        private void backOfGate(Step.Gate gate) {
            need(gate.out());
            Part out = gradient(gate.out());
            String d = out.expression();
            String up = "d_" + gate.up();
            lines.add(ForwardScript.assign(up, Text.format("torch.mul_(%s, %s)", soft(gate), d)));
            part(gate.up(), gate, up, true);
            part(
                    gate.gate(),
                    gate,
                    gate.activation()
                            .back(
                                    Text.format("torch.mul%s(%s, %s)", out.owned() ? "_" : "", d, gate.up()),
                                    gate.gate()),
                    true);
            gradient(gate.gate());
        }

        private void deliver(Step step) {
            if (step instanceof Step.Norm norm) {
                for (int w = 0; w < norm.weights().size(); w++) {
                    String gradient = Text.format("n_%s[%d]", norm.out(), w + 1);
                    deliveries.add(new LayerScript.Whole(norm.weights().get(w).name(), result(gradient)));
                }
            } else if (step instanceof Step.Convolve convolve) {
                for (int w = 0; w < convolve.weights().size(); w++) {
                    String gradient = Text.format("c_%s[%d]", convolve.out(), w + 1);
                    deliveries.add(
                            new LayerScript.Whole(convolve.weights().get(w).name(), result(gradient)));
                }
            } else if (step instanceof Step.DeltaRule delta) {
                for (int w = 0; w < 2; w++) {
                    String gradient = Text.format("r_%s[%d]", delta.out(), w + 3);
                    deliveries.add(new LayerScript.Whole(delta.weights().get(w).name(), result(gradient)));
                }
            } else if (step instanceof Step.Experts experts) {
                deliver(experts);
            } else if (step instanceof Step.StackedExperts experts) {
                deliver(experts);
            } else if (step instanceof Step.Attend attend && attend.sinks() != null) {
                deliveries.add(new LayerScript.Whole(attend.sinks(), result("a_" + attend.out() + "[3]")));
            } else if (step instanceof Step.Linear linear) {
                need(linear.in());
                boolean columns = columns(linear);
                deliveries.add(new LayerScript.Product(
                        linear.weight(),
                        linear.bias(),
                        operand(linear.in(), flow.isByFeature(linear.in())),
                        operand(output(linear, columns), columns),
                        linear.layout() == Step.Linear.Layout.IN_OUT,
                        null));
            }
        }

        /// Of each expert: what went in, gradients of gate and up, what went into down, the gradient of its output, and
        /// which tokens these are of.
        private void deliver(Step.Experts experts) {
            String name = "e_" + experts.out();
            need(experts.in());
            deliveries.add(new LayerScript.Product(
                    experts.router(), null, operand(experts.in(), false), operand(name + "[1]", false), false, null));
            for (int expert = 0; expert < experts.count(); expert++) {
                int at = 2 + 6 * expert;
                List<Weight> matrices = experts.matrices(expert);
                for (int m = 0; m < matrices.size(); m++) {
                    boolean down = m == 2;
                    deliveries.add(new LayerScript.Product(
                            matrices.get(m).name(),
                            null,
                            operand(Text.format("%s[%d]", name, at + (down ? 3 : 0)), false),
                            operand(Text.format("%s[%d]", name, at + (down ? 4 : 1 + m)), false),
                            false,
                            result(Text.format("%s[%d]", name, at + 5))));
                }
            }
        }

        private void deliver(Step.StackedExperts experts) {
            String name = "e_" + experts.out();
            List<Weight> weights = experts.weights();
            need(experts.in());
            deliveries.add(new LayerScript.Product(
                    weights.getFirst().name(),
                    weights.get(1).name(),
                    operand(experts.in(), false),
                    operand(name + "[1]", false),
                    false,
                    null));
            for (int s = 0; s < experts.stacks().size(); s++) {
                deliveries.add(new LayerScript.Parts(
                        experts.stacks().get(s).name(),
                        result(Text.format("%s[%d]", name, 2 + s)),
                        result(name + "[6]")));
            }
        }

        private LayerScript.Operand operand(String name, boolean byFeature) {
            if (name.equals(Step.INPUT)) {
                return new LayerScript.Operand(LayerScript.Place.INPUT, 0, byFeature);
            }
            if (name.equals(ABOVE)) {
                return new LayerScript.Operand(LayerScript.Place.ABOVE, 0, byFeature);
            }
            int kept = flow.kept().indexOf(name);
            return kept >= 0
                    ? new LayerScript.Operand(LayerScript.Place.KEPT, kept, byFeature)
                    : new LayerScript.Operand(LayerScript.Place.RESULT, result(name), byFeature);
        }

        private int result(String name) {
            if (!results.contains(name)) {
                results.add(name);
            }
            return results.indexOf(name);
        }
    }
}
