package io.lota4j.internal.report;

import io.lota4j.internal.Text;
import io.lota4j.internal.metrics.RunFile;
import io.lota4j.internal.metrics.RunFile.Task;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// How to get these results again: data, versions, machine, command and recipe.
final class HowSection {
    private HowSection() {}

    static Optional<Element> of(Comparison comparison) {
        RunFile file = comparison.results().file();
        Element facts = Element.of("dl");
        fact(
                facts,
                "base",
                Text.format(
                        "%s, %,d weights, %,d of them in the pool",
                        file.base().name(), file.base().weights(), file.base().pool()));
        fact(facts, "fingerprint", file.base().fingerprint());
        fact(facts, "started", file.started());
        fact(facts, "training and calibration took", NumberFormat.SECONDS.text(file.seconds()));
        facts(facts, file.versions());
        facts(facts, file.machine());
        Section section = new Section("how", "How it was run").add(facts);
        if (!file.tasks().isEmpty()) {
            section.add(tasks(file.tasks()).html());
        }
        section.add(Element.of("p", "Command:")).add(Element.of("pre", file.command()));
        if (!file.recipe().isBlank()) {
            section.add(
                    Element.of("details").add(Element.of("summary", "The recipe"), Element.of("pre", file.recipe())));
        }
        section.add(Element.of(
                        "p",
                        Text.format(
                                "This page carries its numbers with %d digits, deviations and intervals as they are"
                                        + " shown. Every figure of every run, stage and step stands with all of its"
                                        + " digits in metrics.jsonl.",
                                Element.DIGITS))
                .in("note"));
        return section.html();
    }

    private static void facts(Element facts, Map<String, String> map) {
        map.forEach((key, value) -> fact(facts, key, value));
    }

    private static void fact(Element facts, String name, String value) {
        facts.add(Element.of("div").add(Element.of("dt", name), Element.of("dd", value)));
    }

    private static Table tasks(List<Task> tasks) {
        return new Table(
                List.of(
                        "task",
                        "training file",
                        "rows",
                        "validation",
                        "test",
                        "answers",
                        "SHA-256 of the training file"),
                tasks.stream().map(HowSection::row).toList());
    }

    private static Table.Row row(Task task) {
        return new Table.Row(
                task.name(),
                null,
                List.of(
                        Cell.text(task.train()),
                        Cell.number(task.trainRows(), NumberFormat.COUNT),
                        Cell.number(task.validationRows(), NumberFormat.COUNT),
                        Cell.number(task.testRows(), NumberFormat.COUNT),
                        Cell.text(task.answers() ? "generated" : "none"),
                        Cell.text(task.trainSha256())));
    }
}
