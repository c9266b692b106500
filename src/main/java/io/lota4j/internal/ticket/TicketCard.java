package io.lota4j.internal.ticket;

import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.checkpoint.ModelCard;
import io.lota4j.ticket.Ticket;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a model card says of tickets: which base they change, where, by what data and with which settings.
public final class TicketCard {
    /// Keys of a sum's provenance.
    private static final Pattern PART = Pattern.compile("((?:merge\\.)?ticket\\d+)\\.(.+)");

    private TicketCard() {}

    /// A card of what a ticket made of a base.
    ///
    /// @param library that loads the result
    /// @param changed weights that differ from the base's in the result
    public static ModelCard of(
            Checkpoint base, Ticket ticket, long changed, ModelCard.Relation relation, String library) {
        String name = ModelCard.nameOf(base.directory()).orElse("");
        ModelCard card = new ModelCard(relation, library).base(base.directory()).tags("sparse");
        Map<String, Map<String, String>> parts = parts(ticket.info().provenance());
        if (parts.size() > 2) {
            card.tags("merge");
        }
        card.say("# " + (name.isEmpty() ? "A fine-tuned model" : name + ", fine-tuned"));
        card.say(Text.format(
                "lota4j made these weights by changing %,d weights of a base, %s.",
                changed, name.isEmpty() ? "whose name it does not know" : name));
        card.table(
                List.of("", ""),
                List.of(
                        List.of(
                                "fingerprint of the base's weights",
                                ticket.info().base()),
                        List.of("weights in the ticket", Text.format("%,d of %,d", ticket.nnz(), ticket.poolSize())),
                        List.of("sparsity", Text.format("%.4f%%", 100 * (1 - ticket.density()))),
                        List.of("pool", ticket.info().pool())));
        parts.forEach((part, values) -> {
            if (!values.isEmpty()) {
                card.say(part.isEmpty() ? "## How the ticket was made" : "## " + part);
                card.table(
                        List.of("", ""),
                        values.entrySet().stream()
                                .map(entry -> List.of(entry.getKey(), entry.getValue()))
                                .toList());
            }
        });
        return card;
    }

    /// What is said of the whole, and of each ticket in it.
    private static Map<String, Map<String, String>> parts(Map<String, String> provenance) {
        Map<String, Map<String, String>> parts = new LinkedHashMap<>();
        parts.put("", new LinkedHashMap<>());
        new ArrayList<>(provenance.entrySet()).forEach(entry -> {
            Matcher part = PART.matcher(entry.getKey());
            String name = part.matches() ? part.group(1) : "";
            String key = part.matches() ? part.group(2) : entry.getKey();
            if (!ModelCard.OF_MACHINE.contains(key)) {
                parts.computeIfAbsent(name, n -> new LinkedHashMap<>()).put(key, entry.getValue());
            }
        });
        return parts;
    }
}
