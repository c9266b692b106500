package io.lota4j.internal.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.lota4j.LotaException;
import io.lota4j.metrics.Figure;
import io.lota4j.metrics.Metric.Split;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;

class ReportTest {
    @TempDir
    private Path folder = Path.of("");

    private Path write(Synthetic experiment, String name) throws IOException {
        return experiment.write(folder.resolve(name));
    }

    private Report report(Synthetic experiment) throws IOException {
        return Report.read(List.of(write(experiment, "one")));
    }

    private Dom page(Synthetic experiment) throws IOException {
        return Dom.of(report(experiment).html());
    }

    @Test
    void everySectionIsThereInItsOrder() throws IOException {
        assertThat(page(Synthetic.standard()).sections())
                .containsExactly(
                        "about",
                        "matched",
                        "stages",
                        "scatter",
                        "matrix",
                        "alone",
                        "sparsity",
                        "curves",
                        "overlap",
                        "shares",
                        "merges",
                        "cost",
                        "equal",
                        "how");
    }

    /// What a stranger asks first: what was trained on what, how, and what names and shares mean.
    @Test
    void whatThisIsStandsFirst() throws IOException {
        Dom page = page(Synthetic.standard());
        assertThat(page.text())
                .contains("An easy case, on purpose.")
                .contains(
                        "The language model SmolLM2-135M-Instruct (134,515,008 weights) was taught tasks, alone and one"
                                + " after the other, and what was learned apart was merged")
                .contains("2,000 training and 160 test rows; answers are generated and compared word for word.")
                .contains("<ask> sqlsay & stop")
                .contains("Lottery ticket adaptation: a brief fine-tune finds")
                .contains("90.0% of these weights stay frozen, 10.0% are trained.")
                .contains("As LoTA, and each task leaves alone the weights of the masks of earlier tasks.")
                .contains("LoRA: two thin matrices of rank 8")
                .contains("how much is left of the earlier ones?")
                .doesNotContain("?.")
                .contains("Methods were tried at up to 2, and compared")
                .contains("Full fine-tuning: every weight");
    }

    @Test
    void everyNumberFollowsFromTheFigures() throws IOException {
        Path directory = write(Synthetic.standard(), "one");
        TreeSet<Double> known = new Oracle(directory).all();
        Dom page = Dom.of(Report.read(List.of(directory)).html());
        List<Double> shown = Dom.numbers(page.all("body").getFirst());
        assertThat(shown).hasSizeGreaterThan(500).allMatch(value -> Oracle.has(known, value));
        for (String attribute : List.of("data-score", "data-kept")) {
            assertThat(Dom.all(page.section("scatter"), "path", e -> e.hasAttribute(attribute)).stream()
                            .flatMap(e -> Stream.of(e.getAttribute(attribute).split(" "))))
                    .hasSize(2 * (24 + 8))
                    .allMatch(value -> Oracle.has(known, Double.parseDouble(value)));
        }
    }

    /// Single cells by hand, at the rate that the fixture makes the better one.
    @Test
    void numbersStandWhereTheyBelong() throws IOException {
        Path directory = write(Synthetic.standard(), "one");
        Oracle oracle = new Oracle(directory);
        Dom page = Dom.of(Report.read(List.of(directory)).html());
        List<String> lotto = oracle.runs("lotto 99%", 1e-3, 3);
        assertThat(lotto).hasSize(3);
        is(page.cell("matched", 0, "lotto 99%", "sql kept"), lotto, r -> oracle.kept(r, "loss", "sql", 1, 3, "test"));
        is(
                page.cell("matched", 1, "lotto 99%", "arc-easy kept"),
                lotto,
                r -> oracle.kept(r, "accuracy", "arc-easy", 2, 3, "test"));
        is(page.cell("matched", 0, "lotto 99%", "gsm8k"), lotto, r -> oracle.score(r, "loss", 3, "gsm8k", "test"));
        is(
                page.cell("matched", 0, "lotto 99%", "loss of wiki (base 3.1000)"),
                lotto,
                r -> oracle.score(r, "loss", 3, "wiki", "held_out"));
        assertThat(page.cell("matched", 0, "lotto 99%", "norm of the change")).containsExactly(5.0, 0.0);
        assertThat(page.cell("matched", 0, "lotto 99%", "gradient seen").getFirst())
                .isCloseTo(0.2, within(1e-9));
        assertThat(page.cell("matched", 0, "lotto 99%", "by chance").getFirst()).isCloseTo(0.1, within(1e-9));
        assertThat(page.cell("matched", 0, "lotto 99%", "shrunk to")).isEmpty();
        assertThat(page.cell("matched", 0, "full", "shrunk to")).containsExactly(0.75, 0.0);
        assertThat(page.cell("matched", 0, "full", "by answers").getFirst()).isCloseTo(2 / 3.0, withinPercentage(1e-3));
        assertThat(page.cell("matched", 0, "lotto 99%", "by answers")).isEmpty();
        assertThat(page.cell("matched", 0, "full", "by chance")).isEmpty();
        for (String cost : List.of("training tokens per second", "peak memory", "file a task")) {
            assertThat(page.cell("matched", 0, "lotto 99%", cost))
                    .as(cost)
                    .isNotEmpty()
                    .isEqualTo(page.cell("cost", 0, "lotto 99%", cost));
        }
        assertThat(page.section("matched").getTextContent())
                .contains("The masks of lota 90% see less of sql than chance would: 0.16, chance 0.32.")
                .doesNotContain("The masks of lotto 99% see less")
                .contains("The validation rows that choose it also choose the rates. By answers: the share of stages in"
                        + " which right answers decided how much that is");
        is(
                page.cell("stages", 0, "lotto 99%", "kept of the earlier, mean"),
                lotto,
                r -> oracle.kept(r, "accuracy", "sql", 1, 2, "test"));
        is(
                page.cell("stages", 0, "lotto 99%", "mean of the 2"),
                lotto,
                r -> (oracle.score(r, "accuracy", 2, "sql", "test")
                                + oracle.score(r, "accuracy", 2, "arc-easy", "test"))
                        / 2);
        is(
                page.cell("stages", 0, "lotto 99%", "loss of wiki (base 3.1000)"),
                lotto,
                r -> oracle.score(r, "loss", 2, "wiki", "held_out"));
        is(page.cell("stages", 1, "lotto 99%", "gsm8k"), lotto, r -> oracle.score(r, "accuracy", 3, "gsm8k", "test"));
        is(page.cell("matrix", 0, "lotto 99%", "sql", 1), lotto, r -> oracle.score(r, "loss", 2, "sql", "test"));
        is(page.cell("matrix", 0, "lotto 99%", "wiki", 2), lotto, r -> oracle.score(r, "loss", 3, "wiki", "held_out"));
        assertThat(page.cell("matrix", 0, "base", "sql"))
                .singleElement()
                .satisfies(shown -> assertThat(shown)
                        .isCloseTo(oracle.score("base", "loss", 0, "sql", "test"), withinPercentage(1e-3)));
        assertThat(page.cell("cost", 0, "lotto 99%", "training tokens").getFirst())
                .isCloseTo(Oracle.mean(lotto, r -> oracle.sum(r, "train_tokens")), withinPercentage(1e-3));
        assertThat(page.cell("cost", 0, "full", "calibration tokens")).isEmpty();
        List<String> ties = oracle.runs("lota 90% + ties", 3e-4, 3);
        is(
                page.cell("merges", 0, "lota 90% + ties", "sql, loss"),
                ties,
                r -> oracle.score(r, "loss", 1, "sql", "test"));
        is(
                page.cell("merges", 0, "lota 90% + ties", "sign conflicts"),
                ties,
                r -> oracle.of(r, "sign_conflicts").average().orElseThrow());
    }

    private static void is(List<Double> shown, List<String> runs, java.util.function.ToDoubleFunction<String> value) {
        assertThat(shown).hasSize(2);
        assertThat(shown.get(0)).isCloseTo(Oracle.mean(runs, value), withinPercentage(1e-3));
        // As it is shown: a loss with four decimals, a share with three.
        assertThat(shown.get(1)).isCloseTo(Oracle.deviation(runs, value), within(5.1e-4));
    }

    @Test
    void thePageNeedsNothingElse() throws IOException {
        String html = report(Synthetic.standard()).html();
        assertThat(html)
                .doesNotContain("http:", "https:", "src=", "href=", "url(", "@import", "<script", "NaN", "Infinity")
                .contains("prefers-color-scheme: dark", "@media print");
        assertThat(Dom.of(html).text()).doesNotContain("null", "Optional");
    }

    @Test
    void theHeadlineSaysWhoKeptMoreAndByHowMuch() throws IOException {
        Dom page = page(Synthetic.standard());
        assertThat(page.all("h1").getFirst().getTextContent()).isEqualTo("three tasks in a row");
        assertThat(page.all("p").getFirst().getTextContent())
                .isEqualTo("lotto 99% kept more of sql and arc-easy than every other method, each at a rate that"
                        + " reaches the target on gsm8k.");
        assertThat(page.all("p").get(1).getTextContent())
                .contains("4 methods (full, lora r8, lota 90%, lotto 99%), 2 learning rates and 3 seeds each.")
                .contains("3 seeds: an indication, no proof.")
                .doesNotContain("flatters");
    }

    @Test
    void namesWithCommasAreToldApart() {
        assertThat(Phrases.list(List.of("full", "lota", "fisher"))).isEqualTo("full, lota and fisher");
        assertThat(Phrases.list(List.of("full, shrunk", "full", "lota"))).isEqualTo("full, shrunk; full; and lota");
    }

    @Test
    void theHeadlineClaimsNoMoreThanTheSeedsAllow() throws IOException {
        assertThat(page(Synthetic.gentle(0.2, 0.2, 0.2)).all("p").getFirst().getTextContent())
                .isEqualTo("No method kept clearly more of sql and arc-easy than another, each at a rate that "
                        + "reaches the target on gsm8k.");
        assertThat(page(Synthetic.gentle(0, 0.7, 0.7)).all("p").getFirst().getTextContent())
                .isEqualTo("lora r8 and lota 90% kept most of sql and arc-easy at rates that reach the target on gsm8k;"
                        + " which of them keeps more cannot be said.");
        assertThat(page(Synthetic.gentle(0, 0.7)).all("p").getFirst().getTextContent())
                .isEqualTo("lora r8 kept more of sql and arc-easy than full, each at a rate that reaches the target on "
                        + "gsm8k.");
        assertThat(page(Synthetic.gentle(0)).all("p").getFirst().getTextContent())
                .matches("full kept \\d\\d\\.\\d% of sql and arc-easy after gsm8k\\.");
    }

    @Test
    void oneSeedTellsNothing() throws IOException {
        Dom page = page(Synthetic.of(Synthetic.TASKS, 1));
        assertThat(page.all("p").getFirst().getTextContent())
                .isEqualTo("One seed: which of 4 methods keeps more of sql and arc-easy cannot be said yet.");
        assertThat(page.all("p").get(1).getTextContent()).contains("a difference of two runs means nothing");
        assertThat(page.section("matched").getTextContent()).doesNotContain("±");
    }

    @Test
    void choosingOnTestRowsIsSaid() throws IOException {
        Dom page = page(Synthetic.standard().withoutSplit(Split.VALIDATION));
        assertThat(page.all("p").get(1).getTextContent()).contains("chosen on the test rows, which flatters");
        assertThat(page.section("matched").getTextContent()).contains("there are no others: this flatters");
        assertThat(page.section("matrix").getTextContent()).contains("the rates were chosen on test rows");
    }

    @Test
    void oneRateIsNotChosen() throws IOException {
        Synthetic one = Synthetic.standard().withoutSplit(Split.VALIDATION);
        one.runs.removeIf(r -> !r.method().equals("full") || r.lr() > 2e-5);
        assertThat(page(one).section("matrix").getTextContent()).doesNotContain("chosen on test rows");
    }

    @Test
    void whatHasNoFiguresIsLeftOut() throws IOException {
        Synthetic bare = Synthetic.standard();
        List.of(
                        Figure.OVERLAP,
                        Figure.MASK_SHARE,
                        Figure.TRAIN_LOSS,
                        Figure.CALIBRATION_TOKENS,
                        Figure.CALIBRATION_SECONDS)
                .forEach(bare::without);
        Dom page = page(bare);
        assertThat(page.sections())
                .containsExactly(
                        "about",
                        "matched",
                        "stages",
                        "scatter",
                        "matrix",
                        "alone",
                        "sparsity",
                        "merges",
                        "cost",
                        "equal",
                        "how");
        assertThat(page.section("cost").getTextContent())
                .contains("training tokens")
                .doesNotContain("calibration");
    }

    @Test
    void anUnfinishedGridSaysWhatIsMissing() throws IOException {
        Synthetic part = Synthetic.standard().without("lora r8", 2);
        Report report = report(part);
        assertThat(report.progress()).isEqualTo("37 of 39 runs");
        Dom page = Dom.of(report.html());
        assertThat(page.text())
                .contains("Not finished: 2 of 39 runs have no last scores yet.", "lora r8-5.0E-4-sql-seed2")
                .contains("2 to 3 seeds each");
        assertThat(page.cell("matched", 0, "lora r8", "seeds")).containsExactly(2.0);
        assertThat(page(Synthetic.standard()).text()).doesNotContain("Not finished");
    }

    @Test
    void everyOrderIsComparedByItself() throws IOException {
        Synthetic turned = Synthetic.of(List.of("gsm8k", "arc-easy", "sql"), 2);
        turned.runs.removeIf(r -> r.kind().equals("merge") || r.order().size() == 1);
        Dom page = page(Synthetic.standard().and(turned));
        assertThat(page.all("p").stream()
                        .filter(p -> p.getAttribute("class").equals("finding"))
                        .map(Element::getTextContent))
                .hasSize(3)
                .element(1)
                .asString()
                .contains("gsm8k and arc-easy", "target on sql.");
        assertThat(page.cell("matched", 2, "full", "seeds")).containsExactly(2.0);
        assertThat(page.section("cost").getTextContent())
                .contains("full (sql, arc-easy, gsm8k)", "full (gsm8k, arc-easy, sql)");
        assertThat(page.section("shares").getTextContent()).contains("lota 90%: sql");
    }

    @Test
    void oneTaskIsComparedToo() throws IOException {
        Synthetic one = Synthetic.standard();
        one.runs.removeIf(r -> r.kind().equals("merge") || r.order().size() > 1);
        Path directory = write(one, "one");
        Dom page = Dom.of(Report.read(List.of(directory)).html());
        assertThat(page.sections()).containsExactly("about", "alone", "cost", "equal", "how");
        assertThat(page.all("p").getFirst().getTextContent()).matches("lota 90% reached a loss of 0\\.\\d+ on sql\\.");
        Oracle oracle = new Oracle(directory);
        List<String> runs = List.of("lota 90%-alone-0-seed0", "lota 90%-alone-0-seed1", "lota 90%-alone-0-seed2");
        is(page.cell("alone", 0, "lota 90%", "loss"), runs, r -> oracle.score(r, "loss", 1, "sql", "test"));
        assertThat(page.cell("alone", 1, "base", "right"))
                .singleElement()
                .satisfies(shown -> assertThat(shown)
                        .isCloseTo(oracle.score("base", "accuracy", 0, "arc-easy", "test"), withinPercentage(1e-3)));
        assertThat(page.cell("cost", 0, "lota 90%, sql alone", "training tokens"))
                .containsExactly(98_304.0);
        assertThat(page.cell("cost", 0, "lota 90%, arc-easy alone", "training tokens"))
                .containsExactly(98_305.0);
    }

    @Test
    void mergesHaveAHeadline() throws IOException {
        Path directory = write(separate(Synthetic.standard()), "merged");
        Dom page = Dom.of(Report.read(List.of(directory)).html());
        assertThat(page.all("p").getFirst().getTextContent())
                .isEqualTo("Merged, lota 90% + ties is best on sql, arc-easy and gsm8k.");
        Element details = page.all("p").get(1);
        assertThat(details.getTextContent())
                .startsWith("Each of sql, arc-easy and gsm8k was learned alone and the results were merged: 2 merges,"
                        + " 3 seeds each. Mean loss on the tasks' test rows: lota 90% + ties ");
        Oracle oracle = new Oracle(directory);
        double mean = 0;
        for (int seed = 0; seed < 3; seed++) {
            for (String task : Synthetic.TASKS) {
                mean += oracle.score("lota 90%-ties-seed" + seed, "loss", 1, task, "test") / 9;
            }
        }
        assertThat(Dom.numbers(details).getFirst()).isCloseTo(mean, withinPercentage(1e-3));

        assertThat(page(separate(Synthetic.of(Synthetic.TASKS, 1)))
                        .all("p")
                        .getFirst()
                        .getTextContent())
                .isEqualTo("One seed: which of 2 merges of sql, arc-easy and gsm8k is better cannot be said yet.");
        Synthetic one = separate(Synthetic.standard());
        one.runs.removeIf(r -> r.method().equals("lota 90% + add"));
        assertThat(page(one).all("p").getFirst().getTextContent())
                .matches("Merged, lota 90% \\+ ties has a mean loss of \\d\\.\\d+ on sql, arc-easy and gsm8k\\.");
    }

    private static Synthetic separate(Synthetic experiment) {
        experiment.runs.removeIf(r -> !r.kind().equals("merge") && r.order().size() > 1);
        return experiment;
    }

    @Test
    void theHeadlineOfOneTaskIsHedgedToo() throws IOException {
        Dom page = page(Synthetic.standard().firstTaskOnly());
        assertThat(page.sections()).containsExactly("about", "alone", "sparsity", "curves", "cost", "equal", "how");
        assertThat(page.all("p").getFirst().getTextContent())
                .isEqualTo("lora r8 learned sql better than every other method.");
        assertThat(page.all("p").get(1).getTextContent())
                .startsWith("Trained on sql alone: 4 methods, 3 seeds each. Loss on test rows: lora r8 0.");
        assertThat(page(Synthetic.gentle(0.2, 0.2, 0.2).firstTaskOnly())
                        .all("p")
                        .getFirst()
                        .getTextContent())
                .isEqualTo("No method learned sql clearly better than another.");
        assertThat(page(Synthetic.of(Synthetic.TASKS, 1).firstTaskOnly())
                        .all("p")
                        .getFirst()
                        .getTextContent())
                .isEqualTo("One seed: which of 4 methods learns sql better cannot be said yet.");
    }

    @Test
    void nothingDoneIsStillAPage() throws IOException {
        Synthetic begun = Synthetic.standard();
        for (String method : List.of("full", "lora r8", "lota 90%", "lotto 99%")) {
            List.of(0L, 1L, 2L).forEach(seed -> begun.without(method, seed));
        }
        begun.metrics.removeIf(m -> !m.where().run().equals("base"));
        Dom page = page(begun);
        assertThat(page.sections()).containsExactly("about", "equal", "how");
        assertThat(page.text()).contains("39 of 39 runs have no last scores yet.");
    }

    @Test
    void namesAreText() throws IOException {
        String hostile = "</style><script>alert(1)</script> & \"x\" \u0000|]]>";
        Report report = report(Synthetic.of(List.of(hostile, "arc-easy", "gsm8k"), 2));
        String html = report.html();
        assertThat(html).doesNotContain("<script", "\u0000");
        assertThat(Dom.of(html).section("matched").getTextContent())
                .contains(hostile.replace('\u0000', '\uFFFD') + ", then arc-easy, then gsm8k, by loss");
        assertThat(report.markdown())
                .contains("\\|\\]\\]\\>")
                .contains("\\<script")
                .doesNotContain("\u0000");
    }

    @Test
    void markdownHasTheMainTables() throws IOException {
        String text = report(Synthetic.standard()).markdown();
        assertThat(text)
                .contains(
                        "What is kept at a matched score: sql, then arc-easy, then gsm8k, by loss\n\n| method | rate |")
                .contains("\n"
                        + "After 2 of 3 tasks (sql, then arc-easy), by share of right answers\n\n"
                        + "| method | rate | arc-easy |")
                .contains("\n| --- | ---: |")
                .containsPattern("\\n\\| lotto 99% \\| 1e-3 \\| 3 \\| 0\\.\\d{4} ± 0\\.\\d{4} \\|")
                .containsPattern("\\n\\| full \\| arc-easy \\| 0\\.\\d{4} ± ")
                .containsPattern("Trained alone: sql\\n\\n\\| method \\| rate .*\\n.*\\n\\| base \\|.* 1\\.3007 \\|")
                .containsPattern("Trained alone and merged: sql, arc-easy and gsm8k\\n\\n\\| method \\| rate ")
                .containsPattern("\\n\\| lota 90%, each task alone \\| .* \\| 0\\.\\d{4} ± ")
                .contains("What it took\n\n| method | trained weights a task |");
    }

    @Test
    void severalExperimentsAreShownTogether() throws IOException {
        Synthetic first = Synthetic.standard();
        first.runs.removeIf(r -> !r.method().equals("full"));
        Synthetic second = Synthetic.standard();
        second.runs.removeIf(r -> r.method().equals("full"));
        Report joined = Report.read(List.of(write(first, "a"), write(second, "b")));
        Dom page = Dom.of(joined.html());
        assertThat(joined.progress()).isEqualTo("39 of 39 runs");
        assertThat(page.all("h1").getFirst().getTextContent()).isEqualTo("a and b");
        assertThat(page.cell("matched", 0, "full", "sql kept"))
                .isEqualTo(page(Synthetic.standard()).cell("matched", 0, "full", "sql kept"));
    }

    @Test
    void aMethodWithOtherSettingsIsAnotherMethod() throws IOException {
        Synthetic other = Synthetic.standard();
        other.runs.replaceAll(r -> new io.lota4j.internal.metrics.RunFile.Run(
                r.name(),
                r.method(),
                r.kind(),
                r.sparsity(),
                r.lr(),
                r.order(),
                r.seed(),
                java.util.Map.of("steps", "7"),
                r.merged()));
        Dom page = Dom.of(Report.read(List.of(write(Synthetic.standard(), "a"), write(other, "b")))
                .html());
        assertThat(page.cell("matched", 0, "full (a)", "sql kept"))
                .isEqualTo(page.cell("matched", 0, "full (b)", "sql kept"))
                .hasSize(2);
        assertThat(page.section("merges").getTextContent()).contains("lota 90% + ties (b)", "lota 90% (b), each");
    }

    @Test
    void experimentsThatCannotBeComparedAreRefused() throws IOException {
        Path a = write(Synthetic.standard(), "a");
        Path b = write(Synthetic.standard(), "b");
        assertThatThrownBy(() -> Report.read(List.of(a, b)))
                .isInstanceOf(LotaException.class)
                .hasMessageMatching("a/(\\S+ ?)+ and b/.+ are the same run: method full, rate 2.0E-5, seed 0\\..*");
        Path c = write(Synthetic.of(List.of("sql", "boolq", "gsm8k"), 1), "c");
        assertThatThrownBy(() -> Report.read(List.of(a, c)))
                .isInstanceOf(LotaException.class)
                .hasMessage("a and c cannot be compared: tasks is [sql, arc-easy, gsm8k] in the first and [sql, boolq,"
                        + " gsm8k] in the second.");
        Path json = b.resolve("run.json");
        Files.writeString(json, Files.readString(json).replace("81b217", "000000"));
        assertThatThrownBy(() -> Report.read(List.of(a, b)))
                .isInstanceOf(LotaException.class)
                .hasMessageContaining("base is 81b217e6a7bbf061 in the first and 000000e6a7bbf061 in the second");
    }
}
