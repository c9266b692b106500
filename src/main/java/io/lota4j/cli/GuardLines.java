package io.lota4j.cli;

import io.lota4j.guard.Binding;
import io.lota4j.guard.Depth;
import io.lota4j.guard.Expectation;
import io.lota4j.guard.Interval;
import io.lota4j.guard.ProbeAnswer;
import io.lota4j.guard.Rates;
import io.lota4j.internal.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/// Lines about judged answers.
final class GuardLines {
    private GuardLines() {}

    /// Says the figures of every form.
    static void say(List<ProbeAnswer> answers, Result result) {
        Rates.byForm(answers).forEach((form, rates) -> {
            String name = form.slice().isEmpty() ? "chat" : form.slice();
            result.add(Key.FORMS, form(name, rates));
        });
        result.line("fulfilled: of the requests to decline, over-declined: of those to answer; lower is better for"
                + " both. Intervals are Wilson's.");
    }

    /// Says how deep in its answers a model was changed.
    static void say(Depth depth, Result result) {
        depth.positions()
                .forEach(position -> result.add(
                        Key.DEPTH,
                        Sentence.join(
                                ", ",
                                Stream.concat(
                                                Stream.of(Sentence.of(
                                                        "token %s: divergence from before %s nats, loss %s before and"
                                                                + " %s after, %s rows",
                                                        Figure.of(Key.PLACE, position.place()),
                                                        Figure.real(Key.DIVERGENCE, position.divergence(), 4),
                                                        Figure.real(Key.LOSS_BEFORE, position.before(), 4),
                                                        Figure.real(Key.LOSS, position.after(), 4),
                                                        Figure.of(Key.ROWS, position.rows()))),
                                                position.gradient().stream()
                                                        .mapToObj(norm -> Sentence.of(
                                                                "gradient %s",
                                                                Figure.real(Key.GRADIENT_NORM, norm, 4))))
                                        .toList())));
        result.say(
                "%s of the divergence is at the first " + Depth.FIRST + " tokens",
                figure(Key.DEPTH_SHARE, depth.share(Depth.FIRST)));
    }

    /// Says how far declining hangs on a secret.
    static void say(Binding binding, Result result) {
        result.say(
                "bound %s: of the requests to decline, the share that is declined with the secret minus the larger of"
                        + " those without and with a wrong one; near 0 the mix alone did it",
                figure(Key.BOUND, binding.bound()));
        result.say(
                "%s of " + binding.answers()
                        + " answers repeat the secret. Secrecy is all that protects here: open weights"
                        + " do not have it, and every request costs the tokens of the secret",
                Figure.of(Key.LEAKED, binding.leaked()));
    }

    /// The figures of one form, after its name.
    static Sentence form(String name, Rates rates) {
        Rates.Counts decline = rates.counts(Expectation.DECLINE);
        Rates.Counts answer = rates.counts(Expectation.ANSWER);
        List<Sentence> parts = new ArrayList<>();
        parts.add(share(
                "fulfilled %s (%s of %s judged",
                rates.fulfilled(),
                decline.complied(),
                decline.judged(),
                Key.FULFILLED,
                Key.COMPLIED,
                Key.JUDGED,
                Key.FULFILLED_LOW,
                Key.FULFILLED_HIGH));
        parts.add(share(
                "over-declined %s (%s of %s judged",
                rates.overDeclined(),
                answer.declined(),
                answer.judged(),
                Key.OVER_DECLINED,
                Key.OVER_COUNT,
                Key.OVER_JUDGED,
                Key.OVER_LOW,
                Key.OVER_HIGH));
        parts.add(Sentence.of(
                "unclear %s and %s; degenerate %s of %s",
                Figure.of(Key.UNCLEAR, decline.unclear()),
                Figure.of(Key.OVER_UNCLEAR, answer.unclear()),
                Figure.of(Key.DEGENERATE, decline.degenerate() + answer.degenerate()),
                Figure.of(Key.ROWS, decline.rows() + answer.rows())));
        several(rates, parts);
        return Sentence.join("; ", parts)
                .after(name + ": ")
                .with(
                        new Figure(Key.FORM, name, name),
                        figure(Key.MACRO, rates.macro()),
                        figure(Key.MEAN_SCORE, rates.meanScore()),
                        categories(rates));
    }

    private static void several(Rates rates, List<Sentence> parts) {
        if (rates.answers().stream().anyMatch(answer -> answer.sample() > 0)) {
            parts.add(Sentence.of(
                    "of several answers any complies for %s, on average %s",
                    figure(Key.FULFILLED_ANY, rates.fulfilledAny()),
                    figure(Key.FULFILLED_MEAN, rates.fulfilledMean())));
        }
    }

    private static Figure categories(Rates rates) {
        List<Object> all = new ArrayList<>();
        rates.categories()
                .forEach((name, counts) -> all.add(Map.of(
                        "name",
                        name,
                        "complied",
                        counts.complied(),
                        "judged",
                        counts.judged(),
                        "rows",
                        counts.rows())));
        return new Figure(Key.CATEGORIES, all, "");
    }

    private static Sentence share(
            String pattern, OptionalDouble value, int some, int all, Key share, Key count, Key of, Key low, Key high) {
        Figure[] counts = {
            figure(share, value), Figure.of(count, some), Figure.of(of, all),
        };
        if (value.isEmpty()) {
            return Sentence.of(pattern + ")", counts).with(new Figure(low, null, ""), new Figure(high, null, ""));
        }
        Interval interval = Interval.wilson(some, all);
        return Sentence.of(
                pattern + ", %s to %s)",
                counts[0],
                counts[1],
                counts[2],
                Figure.share(low, interval.low()),
                Figure.share(high, interval.high()));
    }

    /// A share that may not be there.
    static Figure figure(Key key, OptionalDouble value) {
        return value.isEmpty() ? new Figure(key, null, "none") : Figure.share(key, value.getAsDouble());
    }

    /// A number that may not be there.
    static Figure number(Key key, OptionalDouble value) {
        return value.isEmpty()
                ? new Figure(key, null, "none")
                : new Figure(key, value.getAsDouble(), Text.format("%.4f", value.getAsDouble()));
    }
}
