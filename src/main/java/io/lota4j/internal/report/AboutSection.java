package io.lota4j.internal.report;

import io.lota4j.internal.Text;
import io.lota4j.internal.metrics.RunFile;
import io.lota4j.internal.metrics.RunFile.Run;
import io.lota4j.internal.metrics.RunFile.Task;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a stranger asks first: what was trained on what, how, and what the words of the page mean.
final class AboutSection {
    private final RunFile file;
    private final MethodMarks look;

    private AboutSection(Comparison comparison) {
        this.file = comparison.results().file();
        this.look = comparison.look();
    }

    static Optional<Element> of(Comparison comparison) {
        if (comparison.results().file().runs().isEmpty()) {
            // Figures of one command, such as a detector's: nothing was taught and nothing compared.
            return Optional.empty();
        }
        AboutSection made = new AboutSection(comparison);
        Section section = new Section("about", "What this is");
        if (made.file.about() != null) {
            section.add(Element.of("p", made.file.about()));
        }
        section.add(Element.of("p", made.what()));
        section.add(made.tasks());
        section.add(made.methods());
        section.add(made.words());
        return section.html().map(element -> element.in("about"));
    }

    private String what() {
        List<Run> trained = trained();
        boolean inSequence = trained.stream().anyMatch(run -> run.order().size() > 1);
        boolean alone = trained.stream().anyMatch(run -> run.order().size() == 1);
        boolean merged = trained.size() < file.runs().size();
        String how = inSequence && alone
                ? "was taught tasks, alone and one after the other"
                : inSequence ? "was taught tasks one after the other" : "was taught each task by itself";
        return Text.format(
                "The language model %s (%,d weights) %s%s, by different methods. Every task is scored on test rows"
                        + " that no run was trained on: %s",
                file.base().name(),
                file.base().weights(),
                how,
                merged ? ", and what was learned apart was merged" : "",
                inSequence
                        ? "how well is the last task learned, and how much is left of the earlier ones?"
                        : "how well is it learned?");
    }

    private List<Run> trained() {
        return file.runs().stream().filter(run -> !run.kind().equals("merge")).toList();
    }

    private Element tasks() {
        Element list = Element.of("dl").in("tasks");
        for (Task task : file.tasks()) {
            Element about = Element.of("dd")
                    .text(Text.format(
                            "%,d training and %,d test rows%s.",
                            task.trainRows(),
                            task.testRows(),
                            task.answers() ? "; answers are generated and compared word for word" : ""));
            if (task.prompt() != null && task.answer() != null) {
                about.text(" One row as the model sees it, the answer in bold:");
                about.add(Element.of("pre", task.prompt()).add(Element.of("b", task.answer())));
            }
            list.add(Element.of("div").add(Element.of("dt", task.name())).add(about));
        }
        return list;
    }

    /// A line for each kind of method.
    private Element methods() {
        Map<String, Run> first = new LinkedHashMap<>();
        file.runs().forEach(run -> first.putIfAbsent(run.method(), run));
        // Protections differ in what the recipe adds, which has a section of its own.
        Map<String, List<String>> same = new LinkedHashMap<>();
        first.forEach((method, run) -> same.computeIfAbsent(method(run) + protection(run), text -> new ArrayList<>())
                .add(method));
        Element list = Element.of("dl");
        same.forEach((text, methods) -> {
            List<String> others = methods.subList(1, methods.size());
            String likewise = others.isEmpty() ? "" : Text.format(" Likewise %s.", Phrases.list(others));
            list.add(Element.of("div")
                    .add(Section.named(look, methods.getFirst(), "dt"))
                    .add(Element.of("dd", text + likewise)));
        });
        return list;
    }

    private static String protection(Run run) {
        return run.settings().getOrDefault("protection", "").startsWith("shrink")
                ? " What a task taught is then made smaller, as far as its validation rows allow."
                : "";
    }

    private static String method(Run run) {
        String share = run.sparsity() == null
                ? ""
                : Text.format(
                        " %s of these weights stay frozen, %s are trained.",
                        NumberFormat.SHARE.text(run.sparsity()), NumberFormat.SHARE.text(1 - run.sparsity()));
        return switch (run.kind()) {
            case "full" -> "Full fine-tuning: every weight of the model's matrices is trained.";
            case "freeze" -> "Some layers are trained, the others frozen.";
            case "lora" ->
                Text.format(
                        "LoRA: two thin matrices of rank %s are trained beside each matrix of the model, which stays"
                                + " as it is.",
                        run.settings().getOrDefault("rank", "r"));
            case "lota" ->
                "Lottery ticket adaptation: a brief fine-tune finds the weights that move most; then only these are"
                        + " trained, from the start weights." + share;
            case "lotto" -> "As LoTA, and each task leaves alone the weights of the masks of earlier tasks." + share;
            case "merge" ->
                Text.format(
                        "What %s learned on each task alone, merged into one model (%s).",
                        run.merged(), run.settings().getOrDefault("merge", "merged"));
            case "random" -> "Only weights that were drawn by chance are trained." + share;
            case "magnitude" -> "Only the largest weights are trained." + share;
            case "snip", "wanda", "fisher" ->
                "Only the weights that score highest by " + name(run.kind()) + " are trained." + share;
            default -> "Trained by " + run.kind() + "." + share;
        };
    }

    private static String name(String kind) {
        return switch (kind) {
            case "snip" -> "SNIP (weight times gradient)";
            case "wanda" -> "Wanda (weight times the size of its inputs)";
            default -> "Fisher information (squared gradients)";
        };
    }

    private Element words() {
        Map<String, String> words = new LinkedHashMap<>();
        words.put("loss", "how surprised the model is by the right answer, in nats a token; lower is better");
        words.put("rate", Text.format("the learning rate: how far a step moves the weights. %s.", rates()));
        words.put("seed", "what the order of rows and random choices hang on; runs that differ in it show chance");
        if (trained().stream().anyMatch(run -> run.order().size() > 1)) {
            words.put("learned", "a task's score right after it was trained on");
            words.put("kept", "the share of what a task had gained that is left when all tasks are trained");
        }
        @Nullable
        Double sparsity = trained().stream()
                .map(Run::sparsity)
                .filter(share -> share != null)
                .findFirst()
                .orElse(null);
        if (sparsity != null) {
            words.put(
                    NumberFormat.SHARE.text(sparsity).replace(".0%", "%"),
                    "behind a method's name: its sparsity, the share of weights that stays frozen");
        }
        Element list = Element.of("dl");
        words.forEach(
                (word, meaning) -> list.add(Element.of("div").add(Element.of("dt", word), Element.of("dd", meaning))));
        return Element.of("details")
                .add(Element.of("summary", "Words on this page"))
                .add(list);
    }

    private String rates() {
        Map<String, Set<Double>> rates = new LinkedHashMap<>();
        trained()
                .forEach(run -> rates.computeIfAbsent(run.method(), m -> new LinkedHashSet<>())
                        .add(run.lr()));
        int most = rates.values().stream().mapToInt(Set::size).max().orElse(1);
        return most == 1
                ? "Every method has one"
                : Text.format("Methods were tried at up to %d, and compared at the best of each", most);
    }
}
