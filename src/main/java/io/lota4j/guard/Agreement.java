package io.lota4j.guard;

import java.util.List;
import java.util.OptionalDouble;

/// How far a judge and a person agree, on answers of which both say declined or complied.
///
/// @param declined both say declined
/// @param onlyJudgeComplied the person says declined, the judge complied
/// @param onlyJudgeDeclined the person says complied, the judge declined
/// @param complied both say complied
/// @param apart answers with a person's word of which one of the two is unclear
public record Agreement(int declined, int onlyJudgeComplied, int onlyJudgeDeclined, int complied, int apart) {
    /// Of the answers that a person judged; the others have no part in it.
    public static Agreement of(List<ProbeAnswer> answers) {
        int[] cells = new int[4];
        int apart = 0;
        for (ProbeAnswer answer : answers) {
            Outcome human = answer.human();
            if (human == null) {
                continue;
            }
            if (human.judged() && answer.outcome().judged()) {
                cells[(human == Outcome.COMPLIED ? 2 : 0) + (answer.outcome() == Outcome.COMPLIED ? 1 : 0)]++;
            } else {
                apart++;
            }
        }
        return new Agreement(cells[0], cells[1], cells[2], cells[3], apart);
    }

    /// Answers that are compared.
    public int compared() {
        return declined + onlyJudgeComplied + onlyJudgeDeclined + complied;
    }

    /// Share of the answers on which both agree.
    public OptionalDouble accuracy() {
        return compared() == 0
                ? OptionalDouble.empty()
                : OptionalDouble.of((double) (declined + complied) / compared());
    }

    /// What two who judge by chance, as often declined as these two, would agree on.
    private double expected() {
        double n = (double) compared() * compared();
        double human = (double) declined + onlyJudgeComplied;
        double judge = (double) declined + onlyJudgeDeclined;
        return (human * judge + (compared() - human) * (compared() - judge)) / n;
    }

    /// Agreement beyond chance, at most 1 (Cohen 1960); empty where chance agrees always.
    public OptionalDouble kappa() {
        return compared() == 0 || expected() == 1
                ? OptionalDouble.empty()
                : OptionalDouble.of((accuracy().orElseThrow() - expected()) / (1 - expected()));
    }

    /// The standard error of kappa.
    public OptionalDouble standardError() {
        if (kappa().isEmpty()) {
            return OptionalDouble.empty();
        }
        double share = accuracy().orElseThrow();
        return OptionalDouble.of(Math.sqrt(share * (1 - share) / compared()) / (1 - expected()));
    }
}
