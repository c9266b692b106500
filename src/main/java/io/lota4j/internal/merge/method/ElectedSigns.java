package io.lota4j.internal.merge.method;

import io.lota4j.internal.merge.Piece;
import io.lota4j.internal.merge.Settings;
import io.lota4j.internal.merge.Survey;
import io.lota4j.internal.merge.TensorPieces;
import java.util.Optional;

/// Counts which sign more elements of the whole model elect, once it is known which deltas are kept.
final class ElectedSigns implements Survey {
    /// How a tensor's signs are elected.
    @FunctionalInterface
    interface Rule {
        /// @param tie for sums of zero; 0 leaves them out
        Election election(Settings settings, float tie);
    }

    private final Trim trim;
    private final Optional<Survey> trimSurvey;
    private final Rule rule;
    private long balance;
    private boolean done;

    ElectedSigns(Trim trim, Rule rule) {
        this.trim = trim;
        trimSurvey = trim.survey();
        this.rule = rule;
    }

    /// 1 or, where more are negative, -1.
    float majority() {
        return balance < 0 ? -1 : 1;
    }

    private boolean trimmed() {
        return trimSurvey.map(Survey::done).orElse(true);
    }

    @Override
    public boolean done() {
        return done;
    }

    @Override
    public void visit(TensorPieces tensor) {
        if (!trimmed()) {
            trimSurvey.orElseThrow().visit(tensor);
            return;
        }
        Trim.Kept kept = trim.prepare(tensor);
        Election election = rule.election(tensor.task().settings(), 0);
        balance += tensor.fold(
                        () -> new long[1],
                        (sum, piece) -> sum[0] += balance(election, piece, kept),
                        (sum, next) -> sum[0] += next[0])[0];
    }

    private static long balance(Election election, Piece piece, Trim.Kept kept) {
        float[] elected = election.elected(piece, kept);
        long balance = 0;
        for (int i = 0; i < piece.size(); i++) {
            balance += (long) elected[i];
        }
        return balance;
    }

    @Override
    public void endRound() {
        if (trimmed()) {
            done = true;
        } else {
            trimSurvey.orElseThrow().endRound();
        }
    }
}
