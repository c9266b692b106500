package io.lota4j.internal.merge.run;

import io.lota4j.LotaException;
import io.lota4j.internal.Suggestions;
import io.lota4j.internal.Text;
import io.lota4j.internal.merge.MergeMethod;
import io.lota4j.internal.merge.Parameter;
import io.lota4j.internal.merge.Settings;
import io.lota4j.merge.Compat;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeSet;

/// Makes settings for tickets from what was given: one value for all, or one for each ticket.
public final class TicketSettings {
    private static final String WEIGHT = "weight";

    private TicketSettings() {}

    /// A weight that is not given is 1.
    ///
    /// @param given values by parameter
    /// @throws LotaException when the method does not merge tickets or takes another number of them, or when a
    ///     parameter is unknown, missing or out of its limits
    public static Settings of(MergeMethod method, Compat compat, int tickets, Map<String, List<Double>> given) {
        requireTickets(method, tickets);
        List<Parameter> parameters = method.parameters(compat);
        given.keySet().forEach(name -> requireKnown(name, method, parameters));
        Map<String, Double> values = new HashMap<>();
        List<Map<String, Double>> modelValues = new ArrayList<>();
        for (int ticket = 0; ticket < tickets; ticket++) {
            modelValues.add(new HashMap<>());
        }
        for (Parameter parameter : parameters) {
            List<Double> own = given.getOrDefault(parameter.name(), List.of());
            own.forEach(value -> requireAllowed(parameter, value));
            if (parameter.perModel()) {
                for (int ticket = 0; ticket < tickets; ticket++) {
                    modelValues.get(ticket).put(parameter.name(), value(method, parameter, own, ticket, tickets));
                }
            } else {
                values.put(parameter.name(), value(method, parameter, own, 0, 1));
            }
        }
        Settings settings = new Settings(values, modelValues);
        method.check(compat, settings);
        return settings;
    }

    private static void requireTickets(MergeMethod method, int tickets) {
        if (!method.mergesDeltas()) {
            throw new LotaException(Text.format(
                    "Merge method %s needs whole models, not tickets alone; use a recipe with a base_model.",
                    method.name()));
        }
        if (tickets < method.leastModels() || tickets > method.mostModels()) {
            String most = method.mostModels() == Integer.MAX_VALUE ? " or more" : " to " + method.mostModels();
            throw new LotaException(Text.format(
                    "Merge method %s takes %d%s tickets, found %d.",
                    method.name(), method.leastModels(), most, tickets));
        }
    }

    private static void requireKnown(String name, MergeMethod method, List<Parameter> parameters) {
        TreeSet<String> known =
                new TreeSet<>(parameters.stream().map(Parameter::name).toList());
        if (!known.contains(name)) {
            throw new LotaException(Text.format(
                    "Unknown parameter '%s' of merge method %s; it takes %s.%s",
                    name,
                    method.name(),
                    known.isEmpty() ? "none" : String.join(", ", known),
                    Suggestions.hint(name, known)));
        }
    }

    private static void requireAllowed(Parameter parameter, double value) {
        if (!parameter.allows(value)) {
            throw new LotaException(Text.format(
                    "Parameter '%s' must be %s, found %s.",
                    parameter.name(), parameter.range(), Parameter.text(value)));
        }
    }

    private static double value(MergeMethod method, Parameter parameter, List<Double> given, int place, int places) {
        if (given.size() == places) {
            return given.get(place);
        }
        if (given.size() == 1) {
            return given.getFirst();
        }
        if (!given.isEmpty()) {
            throw new LotaException(Text.format(
                    "Parameter '%s': expected one value%s, found %d.",
                    parameter.name(), places == 1 ? "" : Text.format(", or %d, one a ticket", places), given.size()));
        }
        OptionalDouble byDefault = parameter.name().equals(WEIGHT) ? OptionalDouble.of(1) : parameter.defaultValue();
        return byDefault.orElseThrow(() -> new LotaException(Text.format(
                "Merge method %s needs the parameter '%s': %s.", method.name(), parameter.name(), parameter.range())));
    }
}
