package io.lota4j.train.objective;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/// A parameter of objectives.
///
/// @param name as options, recipes and settings name it
/// @param byDefault its value where none is given
/// @param range which values it takes
public record Parameter(String name, double byDefault, Range range) {
    /// Which values a parameter takes.
    public enum Range {
        POSITIVE("over 0 and finite") {
            @Override
            boolean holds(double value) {
                return value > 0 && Double.isFinite(value);
            }
        },
        NOT_NEGATIVE("at least 0 and finite") {
            @Override
            boolean holds(double value) {
                return value >= 0 && Double.isFinite(value);
            }
        },
        UNDER_HALF("at least 0 and under 0.5") {
            @Override
            boolean holds(double value) {
                return value >= 0 && value < 0.5;
            }
        },
        COUNT("a whole number of at least 0") {
            @Override
            boolean holds(double value) {
                return value >= 0 && value == Math.rint(value) && value <= Integer.MAX_VALUE;
            }
        };

        private final String words;

        Range(String words) {
            this.words = words;
        }

        abstract boolean holds(double value);

        @Override
        public String toString() {
            return words;
        }
    }

    /// Refuses values that are out of their ranges.
    ///
    /// @throws LotaException with all of them, a sentence a line
    static void require(SequencedMap<Parameter, Double> settings) {
        List<String> problems = new ArrayList<>();
        for (Map.Entry<Parameter, Double> setting : settings.entrySet()) {
            Parameter parameter = setting.getKey();
            if (!parameter.range.holds(setting.getValue())) {
                problems.add(Text.format(
                        "The %s of an objective must be %s, found %s.",
                        parameter.name, parameter.range, setting.getValue()));
            }
        }
        if (!problems.isEmpty()) {
            throw new LotaException(String.join("\n", problems));
        }
    }
}
