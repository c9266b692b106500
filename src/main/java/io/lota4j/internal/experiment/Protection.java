package io.lota4j.internal.experiment;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// What is done in the runs of a grid so that what was known before stays. Each makes runs of its own, as a
/// method does.
///
/// @param name in tables
/// @param safeguards what is done, at most one of a kind; none: the method alone
/// @param only labels or kinds of the methods that it is for; empty: of all
public record Protection(String name, List<Safeguard> safeguards, List<String> only) {
    /// The method alone.
    public static final Protection NONE = new Protection("none", List.of(), List.of());

    /// Copies the lists.
    public Protection {
        safeguards = List.copyOf(safeguards);
        only = List.copyOf(only);
    }

    /// Whether it is for a method.
    public boolean covers(Variant variant) {
        return variant.isAmong(only);
    }

    /// A method's label with this one's name behind it, such as `lota 90%, shrunk`; of the method alone its
    /// own.
    public String label(Variant variant) {
        return safeguards.isEmpty() ? variant.label() : variant.label() + ", " + name;
    }

    /// How a stage is shrunk, if it is.
    public Optional<Shrink> shrink() {
        return first(Shrink.class);
    }

    /// What is mixed into a stage's rows, if anything is.
    public Optional<Mixing> mixing() {
        return first(Mixing.class);
    }

    /// How the first tokens of answers are held, if they are.
    public Optional<Constraint> constraint() {
        return first(Constraint.class);
    }

    /// Which weights stay the base's, if some do.
    public Optional<RegionUse> region() {
        return first(RegionUse.class);
    }

    /// Which weights are not trained, if some are not.
    public Optional<RegionUse> frozen() {
        return region().filter(region -> region.use() == RegionUse.Use.FREEZE);
    }

    /// Which weights become the base's again after the training, if some do.
    public Optional<RegionUse> rewound() {
        return region().filter(region -> region.use() == RegionUse.Use.REWIND);
    }

    /// The same with as many weights by chance in place of its region; empty without one.
    public Optional<Protection> control() {
        return region().map(region -> new Protection(
                controlName(name),
                safeguards.stream()
                        .map(safeguard -> safeguard.equals(region) ? region.control() : safeguard)
                        .toList(),
                only));
    }

    /// What the control of a protection is called.
    public static String controlName(String name) {
        return name + " by chance";
    }

    /// Which rows of a probe are mixed in, if some are.
    public Optional<ProbeMixing> probeMixing() {
        return first(ProbeMixing.class);
    }

    /// The secret under which they stand, if there is one.
    public Optional<ProbeMixing.Secrecy> secrecy() {
        return probeMixing().flatMap(mixing -> Optional.ofNullable(mixing.secrecy()));
    }

    private <S extends Safeguard> Optional<S> first(Class<S> kind) {
        return safeguards.stream().filter(kind::isInstance).map(kind::cast).findFirst();
    }

    /// The same without what merges do not take: a shrunk ticket has no margin left for what
    /// others add to its weights.
    public Protection merged() {
        List<Safeguard> left = safeguards.stream().filter(Safeguard::isMerged).toList();
        return left.isEmpty() ? NONE : new Protection(name, left, only);
    }

    /// In words, for `run.json`.
    public String text() {
        return safeguards.stream().map(Safeguard::text).collect(Collectors.joining(", "));
    }
}
