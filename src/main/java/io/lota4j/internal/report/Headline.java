package io.lota4j.internal.report;

import io.lota4j.internal.Text;
import io.lota4j.internal.metrics.Group;
import io.lota4j.internal.metrics.Matched;
import io.lota4j.internal.metrics.Results;
import io.lota4j.internal.metrics.Spread;
import io.lota4j.metrics.Direction;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// What was found, in a sentence for every order of tasks, as far as the spread of the seeds allows.
final class Headline {
    /// A smaller difference of what is kept is not called one, however little seeds differ.
    private static final double LEAST = 0.01;

    private final Results results;
    private final Sequence sequence;
    private final Matched matched;
    private final List<Method> ranked;

    /// A method and what it kept.
    private record Method(String name, Spread kept) {}

    private Headline(Results results, Sequence sequence) {
        this.results = results;
        this.sequence = sequence;
        this.matched = sequence.primary(results);
        this.ranked = matched.chosen().stream()
                .flatMap(g -> matched.reported().kept(results, g).map(k -> new Method(g.method(), k)).stream())
                .sorted(Comparator.comparingDouble((Method m) -> m.kept().mean())
                        .reversed())
                .toList();
    }

    static List<Element> of(Comparison comparison) {
        List<Element> all = new ArrayList<>();
        for (Sequence sequence : comparison.sequences()) {
            Headline headline = new Headline(comparison.results(), sequence);
            all.add(Element.of("p", headline.finding()).in("finding"));
            all.add(headline.details());
        }
        return all;
    }

    /// What can be said of the methods' ranks.
    private String finding() {
        String earlier = Phrases.list(sequence.earlier());
        if (ranked.isEmpty()) {
            return Text.format("%s was not learned, so nothing can be said about forgetting it.", earlier);
        }
        Method best = ranked.getFirst();
        List<Method> others = ranked.subList(1, ranked.size());
        List<Method> tied =
                others.stream().filter(m -> !apart(best.kept(), m.kept())).toList();
        if (others.isEmpty()) {
            return Text.format(
                    "%s kept %s of %s after %s.",
                    best.name(), NumberFormat.SHARE.text(best.kept().mean()), earlier, sequence.last());
        }
        if (seeds() < 2) {
            return Text.format(
                    "One seed: which of %s keeps more of %s cannot be said yet.",
                    Phrases.count(ranked.size(), "method"), earlier);
        }
        return compared(best, tied, others.size(), earlier);
    }

    private static boolean apart(Spread a, Spread b) {
        return a.apartFrom(b) && Math.abs(a.mean() - b.mean()) >= LEAST;
    }

    private String compared(Method best, List<Method> tied, int others, String earlier) {
        if (tied.isEmpty()) {
            return Text.format(
                    "%s kept more of %s than %s, each at a rate that reaches the target on %s.",
                    best.name(),
                    earlier,
                    others == 1 ? ranked.getLast().name() : "every other method",
                    sequence.last());
        }
        if (tied.size() == others) {
            return Text.format(
                    "No method kept clearly more of %s than another, each at a rate that reaches the target on %s.",
                    earlier, sequence.last());
        }
        List<String> first = new ArrayList<>(List.of(best.name()));
        first.addAll(names(tied));
        return Text.format(
                "%s kept most of %s at rates that reach the target on %s; which of them keeps more cannot be said.",
                Phrases.list(first), earlier, sequence.last());
    }

    private static List<String> names(List<Method> methods) {
        return methods.stream().map(Method::name).toList();
    }

    private int seeds() {
        return ranked.stream().mapToInt(m -> m.kept().n()).min().orElse(0);
    }

    private Element details() {
        Element text = Element.of("p").in("lead");
        text.text(Text.format("Trained on %s: %s. ", sequence.words(), compared()));
        text.text(Text.format(
                "At the learning rate of each that reaches a %s of ",
                Phrases.figure(matched.criterion().figure())));
        text.add(value(NumberFormat.of(matched.criterion().figure()), matched.target()));
        text.text(Text.format(" on %s and keeps most, what is left of %s is: ", sequence.last(), what()));
        for (Method method : ranked) {
            text.text(method == ranked.getFirst() ? "" : Phrases.separator(names(ranked)))
                    .text(method.name() + " ");
            Cell.spread(Optional.of(method.kept()), NumberFormat.SHARE).html().forEach(text::add);
        }
        return text.text(". " + hedge());
    }

    private String what() {
        String gain = matched.figure().direction() == Direction.LOWER
                ? "the gain in loss over the base"
                : "the right answers";
        return Text.format("%s on %s", gain, Phrases.list(sequence.earlier()));
    }

    private String compared() {
        return Text.format(
                "%s (%s), %s and %s each",
                Phrases.count(matched.chosen().size(), "method"),
                String.join(
                        Phrases.separator(names(ranked)),
                        matched.chosen().stream().map(Group::method).toList()),
                Phrases.range(
                        matched.chosen().stream()
                                .mapToInt(g -> (int) sequence.of(g.method()).count()),
                        "learning rate"),
                Phrases.range(
                        matched.chosen().stream()
                                .mapToInt(g -> matched.reported()
                                        .last(results, g)
                                        .orElseThrow()
                                        .n()),
                        "seed"));
    }

    private String hedge() {
        String chosen = matched.criterion().onTest()
                ? " There are no validation rows: the rates were chosen on the test rows, which flatters every method."
                : "";
        if (seeds() < 2) {
            return "With one seed a difference of two runs means nothing." + chosen;
        }
        return "± is the standard deviation over seeds; two methods are told apart only where their means differ by"
                + Text.format(
                        " more than both deviations together, and by a point at least. %s: an indication, no proof.",
                        Phrases.count(seeds(), "seed"))
                + chosen;
    }

    private static Element value(NumberFormat unit, double value) {
        return Element.of("span", unit.text(value)).with("data-value", value);
    }
}
