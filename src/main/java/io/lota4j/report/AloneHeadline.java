package io.lota4j.report;

import io.lota4j.metrics.Selection;
import java.util.ArrayList;
import java.util.List;

/// What was found where no run learns a second task: who learned the one best, as far as the spread of the seeds
/// allows.
///
/// @param task which was learned alone
record AloneHeadline(String task, LossRanking ranking) {
    /// @return empty if there are runs over several tasks
    static List<Element> of(Comparison comparison) {
        List<Element> all = new ArrayList<>();
        if (comparison.sequences().isEmpty()) {
            for (Selection selection : comparison.alone()) {
                AloneHeadline headline = new AloneHeadline(
                        AloneSection.task(selection), LossRanking.of(comparison.results(), selection));
                all.add(Element.of("p", headline.finding()).in("finding"));
                all.add(headline.details());
            }
        }
        return all;
    }

    private String finding() {
        LossRanking.Method best = ranking.best();
        int methods = ranking.methods().size();
        if (methods == 1) {
            return "%s reached a loss of %s on %s."
                    .formatted(best.name(), Unit.LOSS.text(best.loss().mean()), task);
        }
        if (ranking.seeds() < 2) {
            return "One seed: which of %s learns %s better cannot be said yet."
                    .formatted(Words.count(methods, "method"), task);
        }
        if (ranking.allAlike()) {
            return "No method learned %s clearly better than another.".formatted(task);
        }
        return ranking.first().size() == 1
                ? "%s learned %s better than %s."
                        .formatted(
                                best.name(),
                                task,
                                methods == 2 ? ranking.methods().getLast().name() : "every other method")
                : "%s learned %s best; which of them learns it better cannot be said."
                        .formatted(Words.list(ranking.first()), task);
    }

    private Element details() {
        Element text = Element.of("p").in("lead");
        text.text("Trained on %s alone: %s, %s each. Loss on test rows: "
                .formatted(task, Words.count(ranking.methods().size(), "method"), ranking.seedsOfEach()));
        ranking.describe(text);
        return text;
    }
}
