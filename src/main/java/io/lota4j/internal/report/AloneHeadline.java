package io.lota4j.internal.report;

import io.lota4j.internal.Text;
import io.lota4j.internal.metrics.Selection;
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
            return Text.format(
                    "%s reached a loss of %s on %s.",
                    best.name(), NumberFormat.LOSS.text(best.loss().mean()), task);
        }
        if (ranking.seeds() < 2) {
            return Text.format(
                    "One seed: which of %s learns %s better cannot be said yet.",
                    Phrases.count(methods, "method"), task);
        }
        if (ranking.allAlike()) {
            return Text.format("No method learned %s clearly better than another.", task);
        }
        return ranking.first().size() == 1
                ? Text.format(
                        "%s learned %s better than %s.",
                        best.name(),
                        task,
                        methods == 2 ? ranking.methods().getLast().name() : "every other method")
                : Text.format(
                        "%s learned %s best; which of them learns it better cannot be said.",
                        Phrases.list(ranking.first()), task);
    }

    private Element details() {
        Element text = Element.of("p").in("lead");
        text.text(Text.format(
                "Trained on %s alone: %s, %s each. Loss on test rows: ",
                task, Phrases.count(ranking.methods().size(), "method"), ranking.seedsOfEach()));
        ranking.describe(text);
        return text;
    }
}
