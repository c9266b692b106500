package io.lota4j.cli;

import static java.util.Map.entry;

import io.lota4j.internal.Suggestions;
import io.lota4j.internal.Text;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// Finds the option that was meant by a name that a command does not know.
final class OptionNames {
    /// What options are called elsewhere, and were called here before.
    private static final Map<String, List<String>> ELSEWHERE = Map.ofEntries(
            // Until it was named for its optimizer it was taken for LoRA's.
            entry("--alpha", List.of("--lora-alpha", "--rmsprop-alpha")),
            entry("--base", List.of("--model")),
            entry("--base-model", List.of("--model", "--base")),
            entry("--model", List.of("--base")),
            entry("--learning-rate", List.of("--lr")),
            entry("--batch-size", List.of("--batch")),
            entry("--output", List.of("--out")),
            entry("--output-dir", List.of("--out")),
            entry("--max-new-tokens", List.of("--max-new")),
            entry("--max-tokens", List.of("--max-new")),
            entry("--lora-rank", List.of("--rank")),
            entry("--lora-r", List.of("--rank")),
            entry("--gradient-accumulation-steps", List.of("--accumulate")),
            entry("--gradient-accumulation", List.of("--accumulate")),
            entry("--num-epochs", List.of("--epochs")),
            entry("--num-train-epochs", List.of("--epochs")),
            entry("--max-steps", List.of("--steps")),
            entry("--dataset", List.of("--data")),
            entry("--train-data", List.of("--data")),
            entry("--max-seq-length", List.of("--max-length")),
            entry("--max-seq-len", List.of("--max-length")),
            entry("--response", List.of("--completion")),
            entry("--warmup", List.of("--warmup-steps")),
            entry("--lr-scheduler-type", List.of("--schedule")),
            entry("--max-grad-norm", List.of("--max-norm")),
            entry("--save-every", List.of("--checkpoint-every")),
            entry("--save-steps", List.of("--checkpoint-every")),
            entry("--device", List.of("--kernel")),
            entry("--verbose", List.of("--debug")));

    private OptionNames() {}

    /// What to say of an unknown option.
    ///
    /// @param wrong with its dashes
    /// @param known the command's options, with their dashes
    /// @return such as `did you mean '--steps'?`; empty if none is near
    static Optional<String> hint(String wrong, Collection<String> known) {
        return elsewhere(wrong, known)
                .or(() -> Suggestions.nearest(wrong, known).map(OptionNames::ask))
                .or(() -> Suggestions.nearest(
                                wrong, ELSEWHERE.keySet().stream().sorted().toList())
                        .flatMap(name -> elsewhere(name, known)));
    }

    private static Optional<String> elsewhere(String name, Collection<String> known) {
        List<String> meant = new ArrayList<>(ELSEWHERE.getOrDefault(name, List.of()));
        meant.retainAll(known);
        return meant.isEmpty()
                ? Optional.empty()
                : Optional.of(ask(meant.stream().collect(Collectors.joining("' or '"))));
    }

    private static String ask(String name) {
        return Text.format("did you mean '%s'?", name);
    }
}
