package io.lota4j.train.fit;

import io.lota4j.internal.Text;
import io.lota4j.internal.train.SettingsText;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SequencedMap;
import java.util.stream.Collectors;

/// How much of each ticket a merge takes.
///
/// @param config how that was found
/// @param coefficients by tensor, one a ticket; empty where the ticket does not change the tensor
/// @param rows of each ticket's prompts, as they were used
/// @param before mean divergence of each ticket from the sum of all, nats a token, over its prompts
/// @param after the same of the fitted merge
/// @param seconds that it took
public record Fitted(
        FitConfig config,
        SequencedMap<String, List<OptionalDouble>> coefficients,
        List<Rows> rows,
        List<Double> before,
        List<Double> after,
        double seconds) {
    /// Copies the lists.
    public Fitted {
        coefficients = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(coefficients));
        rows = List.copyOf(rows);
        before = List.copyOf(before);
        after = List.copyOf(after);
    }

    /// The prompts of one ticket.
    ///
    /// @param files with their digests
    /// @param count of rows
    /// @param tokens of answers at which was compared
    /// @param digest over the tokens of prompts and answers
    public record Rows(String files, int count, long tokens, String digest) {}

    /// How many tickets there are.
    public int tickets() {
        return rows.size();
    }

    /// By tensor, what each ticket's deltas are multiplied by; 1 where a ticket has none.
    public SequencedMap<String, List<Double>> weights() {
        SequencedMap<String, List<Double>> weights = new LinkedHashMap<>();
        coefficients.forEach((tensor, own) ->
                weights.put(tensor, own.stream().map(one -> one.orElse(1)).toList()));
        return weights;
    }

    /// The least, mean and largest coefficient of a ticket over the tensors that it changes.
    ///
    /// @return three numbers; three ones for a ticket that changes nothing
    public double[] spread(int ticket) {
        double[] own = coefficients.values().stream()
                .map(tensor -> tensor.get(ticket))
                .filter(OptionalDouble::isPresent)
                .mapToDouble(OptionalDouble::getAsDouble)
                .toArray();
        return own.length == 0
                ? new double[] {1, 1, 1}
                : new double[] {
                    Arrays.stream(own).min().orElseThrow(),
                    Arrays.stream(own).average().orElseThrow(),
                    Arrays.stream(own).max().orElseThrow()
                };
    }

    /// What a merged ticket says of how it came about.
    public Map<String, String> provenance() {
        Map<String, String> said = new LinkedHashMap<>();
        said.put("merge.method", "fit");
        said.put("merge.settings", config.text());
        for (int t = 0; t < tickets(); t++) {
            String prefix = Text.format("merge.ticket%d.", t);
            said.put(prefix + "prompts", rows.get(t).files());
            said.put(prefix + "prompts_rows", Integer.toString(rows.get(t).count()));
            said.put(prefix + "prompts_tokens", Long.toString(rows.get(t).tokens()));
            said.put(prefix + "prompts_digest", rows.get(t).digest());
            said.put(prefix + "divergence_before", Double.toString(before.get(t)));
            said.put(prefix + "divergence", Double.toString(after.get(t)));
            said.put(prefix + "coefficients", text(t));
        }
        return said;
    }

    private String text(int ticket) {
        if (config.per() == FitConfig.Per.TASK) {
            return SettingsText.number(spread(ticket)[0]);
        }
        return coefficients.entrySet().stream()
                .filter(tensor -> tensor.getValue().get(ticket).isPresent())
                .map(tensor -> tensor.getKey() + "="
                        + SettingsText.number(tensor.getValue().get(ticket).getAsDouble()))
                .collect(Collectors.joining(", "));
    }
}
