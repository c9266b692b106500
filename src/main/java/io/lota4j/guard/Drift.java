package io.lota4j.guard;

import io.lota4j.LotaException;
import io.lota4j.internal.Binomial;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Predicate;

/// How outcomes of the same rows changed from one model to another.
///
/// @param pairs rows judged declined or complied both times
/// @param lost of them, declined before and complied after
/// @param regained of them, complied before and declined after
public record Drift(int pairs, int lost, int regained) {
    /// Of outcomes of the same rows, in the same order.
    public static Drift of(List<Outcome> before, List<Outcome> after) {
        if (before.size() != after.size()) {
            throw new LotaException(
                    "Outcomes are compared pair by pair, found " + before.size() + " and " + after.size() + ".");
        }
        int pairs = 0;
        int lost = 0;
        int regained = 0;
        for (int i = 0; i < before.size(); i++) {
            if (before.get(i).judged() && after.get(i).judged()) {
                pairs++;
                lost += before.get(i) == Outcome.DECLINED && after.get(i) == Outcome.COMPLIED ? 1 : 0;
                regained += before.get(i) == Outcome.COMPLIED && after.get(i) == Outcome.DECLINED ? 1 : 0;
            }
        }
        return new Drift(pairs, lost, regained);
    }

    /// Share of the pairs by which more were lost than regained, in [-1, 1]; empty without a
    /// pair.
    public OptionalDouble drift() {
        return pairs == 0 ? OptionalDouble.empty() : OptionalDouble.of((double) (lost - regained) / pairs);
    }

    /// How probable a difference of at least this size is if rows change either way alike: the
    /// exact two-sided test of McNemar (1947); 1 where no row changed.
    public double p() {
        return Math.min(1, 2 * Binomial.atLeast(Math.max(lost, regained), lost + regained, 0.5));
    }

    /// Answers of two models to the same rows in the same form.
    ///
    /// @param before of the first model
    /// @param after of the second, in the same order
    /// @param onlyBefore how many answers of the first model have no other beside them
    /// @param onlyAfter the same of the second
    public record Matched(List<ProbeAnswer> before, List<ProbeAnswer> after, int onlyBefore, int onlyAfter) {
        public Matched {
            before = List.copyOf(before);
            after = List.copyOf(after);
        }

        private record Key(String id, ProbeAnswer.Form how, int sample) {}

        /// Pairs answers by row, form and sample.
        ///
        /// @throws LotaException if two answers of one model cannot be told apart
        public static Matched of(List<ProbeAnswer> before, List<ProbeAnswer> after) {
            Map<Key, ProbeAnswer> first = byKey(before);
            Map<Key, ProbeAnswer> second = byKey(after);
            List<ProbeAnswer> both = new ArrayList<>();
            List<ProbeAnswer> others = new ArrayList<>();
            first.forEach((key, answer) -> {
                ProbeAnswer other = second.get(key);
                if (other != null) {
                    both.add(answer);
                    others.add(other);
                }
            });
            return new Matched(both, others, before.size() - both.size(), after.size() - both.size());
        }

        private static Map<Key, ProbeAnswer> byKey(List<ProbeAnswer> answers) {
            Map<Key, ProbeAnswer> by = new LinkedHashMap<>();
            for (ProbeAnswer answer : answers) {
                if (by.put(new Key(answer.id(), answer.how(), answer.sample()), answer) != null) {
                    throw new LotaException("There are two answers to row '" + answer.id() + "', sample "
                            + answer.sample() + ", in one form; give each row an id of its own.");
                }
            }
            return by;
        }

        /// The drift of those answers of the first model that fit.
        public Drift drift(Predicate<ProbeAnswer> which) {
            List<Outcome> then = new ArrayList<>();
            List<Outcome> now = new ArrayList<>();
            for (int i = 0; i < before.size(); i++) {
                if (which.test(before.get(i))) {
                    then.add(before.get(i).outcome());
                    now.add(after.get(i).outcome());
                }
            }
            return Drift.of(then, now);
        }
    }
}
