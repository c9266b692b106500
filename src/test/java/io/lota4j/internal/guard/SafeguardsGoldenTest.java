package io.lota4j.internal.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lota4j.Golden;
import io.lota4j.guard.Agreement;
import io.lota4j.guard.Drift;
import io.lota4j.guard.Expectation;
import io.lota4j.guard.FulfilledBySeed;
import io.lota4j.guard.Interval;
import io.lota4j.guard.Judge;
import io.lota4j.guard.Mutation;
import io.lota4j.guard.Outcome;
import io.lota4j.guard.ProbeAnswer;
import io.lota4j.guard.ProbeRow;
import io.lota4j.guard.Rates;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Judges and figures against what numpy computed.
class SafeguardsGoldenTest {
    private static final double NEAR = 1e-9;

    private static JsonNode golden(String name) throws IOException {
        return JsonMapper.shared().readTree(Files.readString(Golden.path("safeguards/" + name + ".json")));
    }

    private static ProbeRow row(@Nullable String decline, @Nullable String answer) {
        return new ProbeRow("0", "prompt", Expectation.DECLINE, "all", decline, answer, null, Map.of());
    }

    private static Outcome outcome(JsonNode word) {
        return Outcome.valueOf(word.asString().toUpperCase(Locale.ROOT));
    }

    /// Behind tokens of the complying answer what follows is its end.
    @Test
    void theEndOfTheAnswerCompliesBehindAPrefill() {
        ProbeRow row = row("no", "It is ten.");
        assertThat(TextJudging.outcome(new Judge.Reference(), " ten.", row, new ProbeAnswer.Form("chat", null, 2)))
                .isEqualTo(Outcome.COMPLIED);
        assertThat(TextJudging.outcome(new Judge.Reference(), " ten.", row, ProbeAnswer.Form.PLAIN_CHAT))
                .isEqualTo(Outcome.UNCLEAR);
        assertThat(TextJudging.outcome(new Judge.Reference(), "no", row, new ProbeAnswer.Form("chat", null, 2)))
                .isEqualTo(Outcome.DECLINED);
    }

    @Test
    void wordsAreFoundAtTheirBoundaries() throws IOException {
        JsonNode golden = golden("judge");
        List<String> phrases =
                golden.get("phrases").valueStream().map(JsonNode::asString).toList();
        for (JsonNode one : golden.get("words")) {
            String text = one.get("text").asString();
            assertThat(TextJudging.outcome(
                            new Judge.Words(phrases, 0), text, row(null, null), ProbeAnswer.Form.PLAIN_CHAT))
                    .as(text)
                    .isEqualTo(outcome(one.get("outcome")));
            int most = golden.get("within").asInt();
            assertThat(TextJudging.outcome(
                            new Judge.Words(phrases, most), text, row(null, null), ProbeAnswer.Form.PLAIN_CHAT))
                    .as(text)
                    .isEqualTo(outcome(one.get("outcome_within")));
        }
    }

    @Test
    void answersAreHeldAgainstTheRows() throws IOException {
        for (JsonNode one : golden("judge").get("answer")) {
            ProbeRow row =
                    row(one.at("/row/decline").asString(), one.at("/row/answer").asString());
            assertThat(TextJudging.outcome(
                            new Judge.Reference(), one.get("text").asString(), row, ProbeAnswer.Form.PLAIN_CHAT))
                    .isEqualTo(outcome(one.get("outcome")));
        }
    }

    @Test
    void marginsAreMeansOfTokens() throws IOException {
        for (JsonNode one : golden("judge").get("margin")) {
            double margin = mean(one.get("decline")) - mean(one.get("answer"));
            assertThat(margin).isCloseTo(one.get("margin").asDouble(), within(NEAR));
            assertThat(Judge.Margin.outcome(margin)).isEqualTo(outcome(one.get("outcome")));
        }
    }

    private static double mean(JsonNode values) {
        return values.valueStream().mapToDouble(JsonNode::asDouble).average().orElseThrow();
    }

    @Test
    void circlesAreSeen() throws IOException {
        for (JsonNode one : golden("judge").get("looping")) {
            int[] ids = one.get("ids").valueStream().mapToInt(JsonNode::asInt).toArray();
            assertThat(Looping.distinct(ids)).isCloseTo(one.get("distinct").asDouble(), within(NEAR));
            assertThat(Looping.is(ids, one.get("ended").asBoolean()))
                    .isEqualTo(one.get("looping").asBoolean());
        }
    }

    @Test
    void promptsTurn() throws IOException {
        for (JsonNode one : golden("mutations").get("cases")) {
            String text = one.get("text").asString();
            for (Mutation mutation : List.of(Mutation.UPPER, Mutation.CAESAR, Mutation.ATBASH)) {
                String turned = mutation.of(text, 1);
                assertThat(turned).isEqualTo(one.get(mutation.word()).asString());
                if (mutation.encodes()) {
                    assertThat(mutation.decoded(turned)).isEqualTo(text);
                }
            }
        }
    }

    @Test
    void ratesCountWhatWasJudged() throws IOException {
        JsonNode golden = golden("rates");
        List<ProbeAnswer> answers = new ArrayList<>();
        int id = 0;
        for (JsonNode row : golden.get("rows")) {
            int sample = 0;
            for (JsonNode said : row.get("outcomes")) {
                Expectation expect =
                        Expectation.valueOf(row.get("expect").asString().toUpperCase(Locale.ROOT));
                answers.add(answer("" + id, row.get("category").asString(), expect, sample++, outcome(said), null));
            }
            id++;
        }
        Rates rates = new Rates(answers);
        Rates.Counts decline = rates.counts(Expectation.DECLINE);
        Rates.Counts over = rates.counts(Expectation.ANSWER);
        assertClose(rates.fulfilled(), golden.get("fulfilled"));
        assertThat(decline.judged()).isEqualTo(golden.get("judged").asInt());
        assertClose(Interval.wilson(decline.complied(), decline.judged()), golden.get("interval"));
        assertClose(rates.macro(), golden.get("macro"));
        assertThat((double) decline.unclear() / decline.rows())
                .isCloseTo(golden.get("unclear").asDouble(), within(NEAR));
        assertClose(rates.overDeclined(), golden.get("over_declined"));
        assertThat(over.judged()).isEqualTo(golden.get("over_judged").asInt());
        assertClose(Interval.wilson(over.declined(), over.judged()), golden.get("over_interval"));
        assertClose(rates.fulfilledAny(), golden.get("any"));
        assertClose(rates.fulfilledMean(), golden.get("mean"));
        rates.categories().forEach((name, counts) -> {
            JsonNode expected = golden.get("categories").get(name);
            assertThat(counts.complied()).isEqualTo(expected.get("complied").asInt());
            assertThat(counts.judged()).isEqualTo(expected.get("judged").asInt());
            assertClose(counts.compliedShare(), expected.get("fulfilled"));
        });
        assertThat(rates.categories()).hasSize(golden.get("categories").size());
    }

    @Test
    void driftIsOfPairs() throws IOException {
        JsonNode golden = golden("rates").get("drift");
        Drift drift = Drift.of(outcomes(golden.get("before")), outcomes(golden.get("after")));
        assertThat(drift)
                .isEqualTo(new Drift(
                        golden.get("pairs").asInt(),
                        golden.get("lost").asInt(),
                        golden.get("regained").asInt()));
        assertClose(drift.drift(), golden.get("drift"));
        assertThat(drift.p()).isCloseTo(golden.get("p").asDouble(), within(NEAR));
        for (JsonNode one : golden("rates").get("mcnemar")) {
            int lost = one.get("lost").asInt();
            int regained = one.get("regained").asInt();
            assertThat(new Drift(20, lost, regained).p()).isCloseTo(one.get("p").asDouble(), within(NEAR));
        }
    }

    private static List<Outcome> outcomes(JsonNode words) {
        return words.valueStream().map(SafeguardsGoldenTest::outcome).toList();
    }

    @Test
    void intervalsAreWilsons() throws IOException {
        for (JsonNode one : golden("rates").get("wilson")) {
            assertClose(Interval.wilson(one.get("k").asLong(), one.get("n").asLong()), one.get("interval"));
        }
    }

    @Test
    void agreementIsCohens() throws IOException {
        for (JsonNode one : golden("agreement").get("cases")) {
            List<ProbeAnswer> answers = new ArrayList<>();
            for (int human = 0; human < 2; human++) {
                for (int judge = 0; judge < 2; judge++) {
                    for (int n = one.at("/matrix/" + human + "/" + judge).asInt(); n > 0; n--) {
                        answers.add(answer(
                                "" + answers.size(),
                                "all",
                                Expectation.DECLINE,
                                0,
                                judge == 0 ? Outcome.DECLINED : Outcome.COMPLIED,
                                human == 0 ? Outcome.DECLINED : Outcome.COMPLIED));
                    }
                }
            }
            answers.add(answer("u", "all", Expectation.DECLINE, 0, Outcome.UNCLEAR, Outcome.DECLINED));
            answers.add(answer("n", "all", Expectation.DECLINE, 0, Outcome.DECLINED, null));
            Agreement agreement = Agreement.of(answers);
            assertThat(agreement.compared()).isEqualTo(one.get("n").asInt());
            assertThat(agreement.apart()).isEqualTo(1);
            assertClose(agreement.accuracy(), one.get("accuracy"));
            assertClose(agreement.kappa(), one.get("kappa"));
            assertClose(agreement.standardError(), one.get("standard_error"));
        }
    }

    private static ProbeAnswer answer(
            String id, String category, Expectation expect, int sample, Outcome outcome, @Nullable Outcome human) {
        return new ProbeAnswer(
                id,
                category,
                expect,
                ProbeAnswer.Form.PLAIN_CHAT,
                sample,
                "p",
                "a",
                1,
                true,
                outcome,
                "words",
                null,
                false,
                false,
                human,
                Map.of());
    }

    private static void assertClose(OptionalDouble value, JsonNode expected) {
        if (expected.isNull()) {
            assertThat(value).isEmpty();
        } else {
            assertThat(value.orElseThrow()).isCloseTo(expected.asDouble(), within(NEAR));
        }
    }

    private static void assertClose(Interval interval, JsonNode expected) {
        assertThat(interval.low()).isCloseTo(expected.get(0).asDouble(), within(NEAR));
        assertThat(interval.high()).isCloseTo(expected.get(1).asDouble(), within(NEAR));
    }

    private static FulfilledBySeed fulfilled(JsonNode byTemplate) {
        SequencedMap<String, List<Double>> shares = new LinkedHashMap<>();
        byTemplate
                .properties()
                .forEach(entry -> shares.put(
                        entry.getKey(),
                        entry.getValue().valueStream().map(JsonNode::asDouble).toList()));
        return new FulfilledBySeed(shares);
    }

    @Test
    void protectionsAreComparedOverSeedsAndTemplates() throws IOException {
        JsonNode golden = golden("spread");
        FulfilledBySeed none = fulfilled(golden.at("/fulfilled/none"));
        FulfilledBySeed guarded = fulfilled(golden.at("/fulfilled/guarded"));
        for (String name : List.of("none", "guarded")) {
            FulfilledBySeed shares = name.equals("none") ? none : guarded;
            for (String template : List.of("chat", "plain")) {
                JsonNode expected = golden.at("/summary/" + name + "/" + template);
                FulfilledBySeed.Summary found = shares.in(template);
                assertThat(found.mean()).isCloseTo(expected.get("mean").asDouble(), within(NEAR));
                assertThat(found.deviation().orElseThrow())
                        .isCloseTo(expected.get("deviation").asDouble(), within(NEAR));
                assertThat(found.least()).isEqualTo(expected.get("least").asDouble());
                assertThat(found.worst()).isEqualTo(expected.get("worst").asDouble());
                assertThat(found.n()).isEqualTo(expected.get("n").asInt());
            }
            JsonNode all = golden.at("/over_all/" + name);
            assertThat(shares.overAll().mean()).isCloseTo(all.get("mean").asDouble(), within(NEAR));
            assertThat(shares.overAll().worst()).isEqualTo(all.get("worst").asDouble());
        }
        assertThat(guarded.overAll().mean() - none.overAll().mean())
                .isCloseTo(golden.get("difference").asDouble(), within(NEAR));
        assertThat(guarded.reversals(none)).hasSize(golden.get("reversals").asInt());
        assertThat(guarded.betterThan(none)).isEqualTo(golden.get("better").asBoolean());
    }

    @Test
    void failuresAndFlipsAreCounted() throws IOException {
        JsonNode failure = golden("spread").get("failure");
        List<Integer> steps =
                failure.get("steps").valueStream().map(JsonNode::asInt).toList();
        List<List<Double>> runs = failure.get("runs")
                .valueStream()
                .map(run -> run.valueStream().map(JsonNode::asDouble).toList())
                .toList();
        double before = failure.get("before").asDouble();
        assertThat(FulfilledBySeed.failure(before, failure.get("rise").asDouble(), steps, runs))
                .hasValue(failure.get("least_step").asInt());
        assertThat(FulfilledBySeed.failure(before, 0.5, steps, runs)).isEmpty();
        List<List<Outcome>> outcomes = golden("spread")
                .at("/flips/outcomes")
                .valueStream()
                .map(prompt ->
                        prompt.valueStream().map(SafeguardsGoldenTest::outcome).toList())
                .toList();
        assertThat(FulfilledBySeed.flips(outcomes).orElseThrow())
                .isEqualTo(golden("spread").at("/flips/share").asDouble());
        assertThat(FulfilledBySeed.flips(List.of())).isEmpty();
    }
}
