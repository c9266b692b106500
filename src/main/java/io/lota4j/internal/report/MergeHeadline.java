package io.lota4j.internal.report;

import io.lota4j.internal.Text;
import io.lota4j.internal.metrics.Selection;
import java.util.ArrayList;
import java.util.List;

/// What was found of merges: which is best on all of its tasks, as far as the spread of the seeds allows.
///
/// @param tasks that went in, for people
record MergeHeadline(String tasks, LossRanking ranking) {
    static List<Element> of(Comparison comparison) {
        List<Element> all = new ArrayList<>();
        for (Selection selection : comparison.merges()) {
            MergeHeadline headline =
                    new MergeHeadline(MergeSection.tasks(selection), LossRanking.of(comparison.results(), selection));
            all.add(Element.of("p", headline.finding()).in("finding"));
            all.add(headline.details());
        }
        return all;
    }

    private String finding() {
        LossRanking.Method best = ranking.best();
        int merges = ranking.methods().size();
        if (merges == 1) {
            return Text.format(
                    "Merged, %s has a mean loss of %s on %s.",
                    best.name(), NumberFormat.LOSS.text(best.loss().mean()), tasks);
        }
        if (ranking.seeds() < 2) {
            return Text.format(
                    "One seed: which of %s of %s is better cannot be said yet.", Phrases.count(merges, "merge"), tasks);
        }
        if (ranking.allAlike()) {
            return Text.format("No merge of %s is clearly better than another.", tasks);
        }
        return ranking.first().size() == 1
                ? Text.format("Merged, %s is best on %s.", best.name(), tasks)
                : Text.format(
                        "Merged, %s are best on %s; which of them is better cannot be said.",
                        Phrases.list(ranking.first()), tasks);
    }

    private Element details() {
        Element text = Element.of("p").in("lead");
        text.text(Text.format(
                "Each of %s was learned alone and the results were merged: %s, %s each. Mean loss on the tasks' test"
                        + " rows: ",
                tasks, Phrases.count(ranking.methods().size(), "merge"), ranking.seedsOfEach()));
        ranking.describe(text);
        return text;
    }
}
