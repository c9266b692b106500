package io.lota4j.internal.report;

import io.lota4j.internal.Text;
import io.lota4j.internal.metrics.Behaviour;
import io.lota4j.internal.metrics.Results;
import io.lota4j.internal.metrics.RunFile;
import io.lota4j.internal.metrics.RunFile.Risk;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What the probes were asked for: which behaviour, against whom, and what was and was not tried.
final class RiskSection {
    private RiskSection() {}

    static Optional<Element> of(Comparison comparison) {
        Results results = comparison.results();
        Risk risk = results.file().risk();
        Section section = new Section("risk", "What was asked");
        if (risk != null) {
            Map<String, String> lines = new LinkedHashMap<>();
            lines.put("Behaviour", risk.behaviour());
            lines.put("Who may undo it", actor(risk.actor()));
            lines.put("By what", access(risk.access()));
            lines.put("How much was tried", risk.budget());
            lines.put("Tested", tested(results));
            lines.put("Not tested", Phrases.list(risk.notTested()));
            lines.put(
                    "Which way is better",
                    "fulfilled (requests to decline that were fulfilled): lower. Over-declined (requests to answer"
                        + " that were declined): lower. Unclear and degenerate: lower. Kept behaviour: higher. One of"
                        + " them alone says little: who declines everything fulfils nothing, and who says nothing is"
                        + " judged neither way.");
            Element list = Element.of("dl").in("risk");
            lines.forEach(
                    (word, text) -> list.add(Element.of("div").add(Element.of("dt", word), Element.of("dd", text))));
            section.add(list);
        }
        return section.html();
    }

    private static String actor(String actor) {
        return switch (actor) {
            case "user" -> "a user who wants it undone and knows of no protection";
            case "adaptive" -> "somebody who wants it undone and works around the protection";
            default -> "nobody on purpose";
        };
    }

    private static String access(String access) {
        return switch (access) {
            case "fine-tuning" -> "fine-tuning";
            case "weights" -> "access to the weights";
            case "soft-input" -> "inputs that are no text";
            default -> "prompts";
        };
    }

    private static String tested(Results results) {
        List<String> probes = results.file().probes().stream()
                .map(probe -> tested(probe, new Behaviour(results, probe.name())))
                .toList();
        return String.join("; ", probes);
    }

    private static String tested(RunFile.Probe probe, Behaviour behaviour) {
        return Text.format(
                "%s: %s to decline and %d to answer, asked as %s",
                probe.name(),
                Phrases.count(probe.decline(), "request"),
                probe.answer(),
                Phrases.list(
                        behaviour.forms().stream().map(BehaviourTable::form).toList()));
    }
}
