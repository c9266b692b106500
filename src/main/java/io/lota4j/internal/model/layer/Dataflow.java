package io.lota4j.internal.model.layer;

import io.lota4j.internal.Text;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Which step makes a value, which ones use it, and what going back needs.
final class Dataflow {
    private final List<Step> steps;
    private final Map<String, Step> makers = new HashMap<>();
    private final Map<String, List<Step>> users = new HashMap<>();
    private final Map<String, Integer> widths = new HashMap<>();
    private final Map<Weight, Integer> weights = new HashMap<>();
    private final List<String> kept;
    private final Set<Step> byFeature;

    Dataflow(List<Step> steps) {
        this.steps = steps;
        for (Step step : steps) {
            for (String input : step.inputs()) {
                if (!input.equals(Step.INPUT) && !makers.containsKey(input)) {
                    throw new IllegalArgumentException(step + " needs " + input + ", which no step before it makes");
                }
                users.computeIfAbsent(input, v -> new ArrayList<>()).add(step);
            }
            for (Step.Value value : step.outputs()) {
                if (value.name().equals(Step.INPUT) || makers.put(value.name(), step) != null) {
                    throw new IllegalArgumentException(step + " makes " + value.name() + ", which is there already");
                }
                widths.put(value.name(), value.width());
            }
            step.weights().forEach(weight -> weights.put(weight, weights.size()));
        }
        this.kept = findKept();
        this.byFeature = findByFeature();
    }

    List<Step> steps() {
        return steps;
    }

    /// The layer's output.
    String result() {
        return steps.getLast().outputs().getLast().name();
    }

    /// The step that makes a value; null for the layer's input.
    @Nullable
    Step maker(String value) {
        return makers.get(value);
    }

    List<Step> users(String value) {
        return users.getOrDefault(value, List.of());
    }

    long width(String value) {
        return Objects.requireNonNull(widths.get(value), value);
    }

    /// A weight in the methods.
    String weight(Weight weight) {
        return "w[" + number(weight) + "]";
    }

    /// A weight's place among all of the layer's.
    int number(Weight weight) {
        return Objects.requireNonNull(weights.get(weight));
    }

    /// The cosines in the methods: without the factor of queries behind them, where there is one.
    String cosines(Step.Rotate rotate) {
        boolean tempered = steps.stream().anyMatch(step -> step instanceof Step.Temper);
        return tempered ? Text.format("torch.narrow(cos, 2, 0, %d)", rotate.part()) : "cos";
    }

    int index(Step step) {
        return steps.indexOf(step);
    }

    /// The values that going back needs and does not compute again, in the order of their computation.
    List<String> kept() {
        return kept;
    }

    /// Whether a value is cheap to compute again, from others that going back needs anyhow.
    boolean isComputedAgain(String value) {
        return switch (maker(value)) {
            case Step.Norm _, Step.Gate _, Step.Activate _, Step.Scale _, Step.Temper _, Step.Multiply _ -> true;
            case Step.Linear _,
                    Step.Deal _,
                    Step.Rotate _,
                    Step.Attend _,
                    Step.Convolve _,
                    Step.DeltaRule _,
                    Step.Experts _,
                    Step.StackedExperts _,
                    Step.Add _ -> false;
            case null -> false;
        };
    }

    /// The values that a step's derivative is computed from, or handed over with.
    static List<String> neededBack(Step step) {
        return switch (step) {
            case Step.Norm norm -> List.of(norm.in());
            case Step.Linear linear -> List.of(linear.in());
            case Step.Attend attend -> attend.inputs();
            case Step.Gate gate -> gate.inputs();
            case Step.Activate activate -> activate.inputs();
            case Step.Multiply multiply -> multiply.inputs();
            case Step.Convolve convolve -> convolve.inputs();
            case Step.DeltaRule delta -> delta.inputs();
            case Step.Experts experts -> experts.inputs();
            case Step.StackedExperts experts -> experts.inputs();
            case Step.Deal _, Step.Rotate _, Step.Temper _, Step.Scale _, Step.Add _ -> List.of();
        };
    }

    private List<String> findKept() {
        Set<String> needed = new HashSet<>();
        Deque<String> open = new ArrayDeque<>();
        steps.forEach(step -> open.addAll(neededBack(step)));
        while (!open.isEmpty()) {
            String value = open.remove();
            if (needed.add(value) && isComputedAgain(value)) {
                open.addAll(Objects.requireNonNull(maker(value)).inputs());
            }
        }
        return steps.stream()
                .flatMap(step -> step.outputs().stream())
                .map(Step.Value::name)
                .filter(value -> needed.contains(value) && !isComputedAgain(value))
                .toList();
    }

    /// Whether a value of a training pass is laid out by feature, where the tokens of one feature lie side by side:
    /// what goes from matrices through activations into matrices. The kernel that samples gradients reads it best
    /// so.
    boolean isByFeature(String value) {
        return isByFeature(maker(value), byFeature);
    }

    private boolean isByFeature(@Nullable Step maker, Set<Step> activations) {
        return maker instanceof Step.Linear linear
                ? linear.outputs().stream()
                        .map(output -> users(output.name()))
                        .allMatch(users -> !users.isEmpty() && activations.containsAll(users))
                : maker != null && activations.contains(maker);
    }

    /// The activations that work by feature: those whose inputs are all by feature and that only matrices use.
    private Set<Step> findByFeature() {
        Set<Step> found = new HashSet<>(steps.stream()
                .filter(step -> step instanceof Step.Gate || step instanceof Step.Activate)
                .toList());
        while (found.removeIf(step -> !step.inputs().stream()
                        .allMatch(input -> maker(input) instanceof Step.Linear linear && isByFeature(linear, found))
                || step.outputs().stream()
                        .map(output -> users(output.name()))
                        .anyMatch(users ->
                                users.isEmpty() || !users.stream().allMatch(user -> user instanceof Step.Linear)))) {}
        return found;
    }

    /// The attention in which alone the layer's tokens meet; empty where they meet elsewhere, too.
    Optional<Step.Attend> onlyMeeting() {
        List<Step> meetings = steps.stream()
                .filter(step ->
                        step instanceof Step.Attend || step instanceof Step.Convolve || step instanceof Step.DeltaRule)
                .toList();
        return meetings.size() == 1 && meetings.getFirst() instanceof Step.Attend attend
                ? Optional.of(attend)
                : Optional.empty();
    }

    /// The values of steps that see where a token stands.
    Set<String> placed() {
        return steps.stream()
                .filter(step -> switch (step) {
                    case Step.Rotate _, Step.Temper _, Step.Attend _, Step.Convolve _, Step.DeltaRule _ -> true;
                    case Step.Norm _,
                            Step.Linear _,
                            Step.Deal _,
                            Step.Gate _,
                            Step.Activate _,
                            Step.Scale _,
                            Step.Multiply _,
                            Step.Experts _,
                            Step.StackedExperts _,
                            Step.Add _ -> false;
                })
                .flatMap(step -> step.outputs().stream())
                .map(Step.Value::name)
                .collect(Collectors.toSet());
    }

    /// The steps that some values come from.
    Set<Step> neededFor(Set<String> values) {
        Set<Step> needed = new LinkedHashSet<>();
        Deque<String> open = new ArrayDeque<>(values);
        while (!open.isEmpty()) {
            Step maker = maker(open.remove());
            if (maker != null && needed.add(maker)) {
                open.addAll(maker.inputs());
            }
        }
        return needed;
    }

    /// Products that can make the value of the step that alone uses theirs: both of a gate by SiLU, and what is
    /// added to the stream.
    ///
    /// @param among steps that are computed together
    /// @param wanted values that are needed by themselves
    Map<Step.Linear, Step> fused(Set<Step> among, Set<String> wanted) {
        Map<Step.Linear, Step> fused = new HashMap<>();
        for (Step step : among) {
            switch (step) {
                case Step.Gate gate
                when gate.activation() == Step.Activation.SILU
                        && gate.inputs().stream().allMatch(in -> isOnlyFor(in, gate, among, wanted)) ->
                    gate.inputs().forEach(in -> fused.put((Step.Linear) Objects.requireNonNull(maker(in)), gate));
                case Step.Add add
                when isOnlyFor(add.branch(), add, among, wanted) ->
                    fused.put((Step.Linear) Objects.requireNonNull(maker(add.branch())), add);
                default -> {}
            }
        }
        return fused;
    }

    private boolean isOnlyFor(String value, Step user, Set<Step> among, Set<String> wanted) {
        return maker(value) instanceof Step.Linear linear
                && among.contains(linear)
                && linear.outputs().size() == 1
                && linear.bias() == null
                && linear.layout() == Step.Linear.Layout.OUT_IN
                && !wanted.contains(value)
                && users(value).equals(List.of(user));
    }

    /// F32 values a token on the way back through the layer, beside what was kept: a gradient of every value, and
    /// every value that is computed again.
    long floatsBack() {
        long inside = steps.stream()
                .mapToLong(step -> switch (step) {
                    case Step.Experts experts -> experts.floatsInside();
                    case Step.DeltaRule delta -> delta.floatsInside();
                    default -> 0;
                })
                .sum();
        return inside
                + widths.entrySet().stream()
                        .mapToLong(value -> (isComputedAgain(value.getKey()) ? 2L : 1L) * value.getValue())
                        .sum();
    }
}
