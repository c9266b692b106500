package io.lota4j.guard;

import io.lota4j.internal.guard.Suspicion;
import io.lota4j.ticket.Ticket;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/// A detector of inputs that trigger a hidden behaviour of a suspect model, and what it says of
/// some ([Xie et al. 2023](https://arxiv.org/abs/2308.12439)): an expert that forgot the usual
/// behaviour still knows the hidden one, so an answer is suspicious that the expert finds as
/// likely as an auxiliary model that forgot nothing. Where a suspect has no hidden behaviour there
/// are only false alarms to find.
///
/// @param expert the suspect's weights after it forgot, as a ticket for the base. Where a ticket
///     is suspected it takes that one's place, and changes no weight that that one does not
/// @param auxiliary the auxiliary model's weights, as a ticket for the base
/// @param tried rates of the expert, up to the one that counts, the last
/// @param heldOut clean rows that the expert was not trained on, by which it is said to have
///     forgotten
/// @param suspectRight share of them that the suspect answers right
/// @param auxiliaryRight share of them that the auxiliary model answers right
/// @param right calibration rows that the suspect answers right
/// @param asked calibration rows
/// @param rate of false alarms that is accepted
/// @param calibration scores of the rows that were answered right, ascending
/// @param scored what was asked
public record Detector(
        Ticket expert,
        Ticket auxiliary,
        List<Tried> tried,
        int heldOut,
        double suspectRight,
        double auxiliaryRight,
        int right,
        int asked,
        double rate,
        List<Double> calibration,
        List<Scored> scored) {
    /// Copies the lists.
    public Detector {
        tried = List.copyOf(tried);
        calibration = List.copyOf(calibration);
        scored = List.copyOf(scored);
    }

    /// A rate that was tried.
    ///
    /// @param lr learning rate
    /// @param steps that were made, at most one epoch
    /// @param right share of right answers on the held-out rows at the end
    /// @param norm Euclidean norm of the expert's difference from the suspect
    public record Tried(double lr, long steps, double right, double norm) {}

    /// An input.
    ///
    /// @param use what it is asked for
    /// @param row its number in its file, from 0
    /// @param answer the suspect's
    /// @param right whether that is the row's; says nothing of inputs whose answer is not known
    /// @param x probability of a token of the answer by the expert, geometric mean
    /// @param y the same by the auxiliary model
    /// @param score low is suspicious
    /// @param p share of clean inputs, answered right, that would be at least as suspicious, at
    ///     most
    /// @param alert whether that is at most the rate
    public record Scored(
            DetectorRows.Use use,
            int row,
            String answer,
            boolean right,
            double x,
            double y,
            double score,
            double p,
            boolean alert) {}

    /// Inputs of a use.
    public Stream<Scored> of(DetectorRows.Use use) {
        return scored.stream().filter(one -> one.use == use);
    }

    /// The clean test rows for which the rate is promised: those that the suspect answers right.
    public Stream<Scored> promised() {
        return of(DetectorRows.Use.TEST).filter(Scored::right);
    }

    /// Share of these with an alert; empty where there are none.
    public OptionalDouble falseAlarms() {
        return share(promised(), rate);
    }

    /// Share of the triggered rows with an alert; empty where no triggers are known.
    public OptionalDouble found() {
        return share(of(DetectorRows.Use.TRIGGERED), rate);
    }

    /// Share of some inputs that would have an alert at another rate; empty of none.
    public static OptionalDouble share(Stream<Scored> some, double rate) {
        return some.mapToDouble(one -> one.p <= rate ? 1 : 0).average();
    }

    /// Chance that a triggered row has a lower score than a clean test row, half of ties counted;
    /// empty where no triggers are known.
    public OptionalDouble auroc() {
        return Suspicion.auroc(
                of(DetectorRows.Use.TRIGGERED).mapToDouble(Scored::score).toArray(),
                of(DetectorRows.Use.TEST).mapToDouble(Scored::score).toArray());
    }
}
