package io.lota4j.guard;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/// What a model does without a region: its weights were zero, in memory only.
///
/// @param before with all weights
/// @param without with the region's weights at zero
/// @param random with as many weights of every tensor at zero, drawn by chance, some draws
/// @param top with the behaviour's whole top at zero, also what others need
public record RegionCheck(Seen before, Seen without, List<Seen> random, Seen top) {
    /// How often chance is asked.
    public static final int DRAWS = 3;

    /// Copies the list.
    public RegionCheck {
        random = List.copyOf(random);
    }

    /// What was seen of one model.
    ///
    /// @param rates of the probe
    /// @param loss of the other rows, nats a token of their answers
    public record Seen(Rates rates, double loss) {}

    /// By how much fulfilled requests became more or fewer without the region; empty where there
    /// is no figure.
    public OptionalDouble moved() {
        return moved(without);
    }

    /// Whether zeroing the region moves the fulfilled requests more than every random draw of as
    /// many weights does: else the region is not shown as found. Empty where something was not
    /// judged.
    public Optional<Boolean> found() {
        if (moved().isEmpty() || random.stream().anyMatch(draw -> moved(draw).isEmpty())) {
            return Optional.empty();
        }
        double most = random.stream()
                .mapToDouble(draw -> Math.abs(moved(draw).getAsDouble()))
                .max()
                .orElse(0);
        return Optional.of(Math.abs(moved().getAsDouble()) > most);
    }

    private OptionalDouble moved(Seen other) {
        OptionalDouble then = before.rates().fulfilled();
        OptionalDouble now = other.rates().fulfilled();
        return then.isEmpty() || now.isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of(now.getAsDouble() - then.getAsDouble());
    }
}
