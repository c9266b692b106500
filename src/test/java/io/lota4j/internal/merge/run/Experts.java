package io.lota4j.internal.merge.run;

import io.lota4j.Golden;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.merge.recipe.MergePlan;
import io.lota4j.internal.merge.recipe.PlanSources;
import io.lota4j.mask.Pool;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.TicketFile;
import io.lota4j.ticket.Tickets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;

/// Three fine-tuned models of one base, also as tickets.
final class Experts {
    static final Path BASE = Golden.path("models/llama-tied");
    static final List<String> NAMES = List.of("a", "b", "c");

    private Experts() {}

    static Path directory(String expert) {
        return Golden.path("merge/experts/" + expert);
    }

    static Ticket ticket(String expert) {
        try (Checkpoint base = Checkpoint.open(BASE);
                Checkpoint tuned = Checkpoint.open(directory(expert))) {
            return Tickets.extract(base, tuned, OptionalDouble.empty(), Pool.all());
        }
    }

    /// Writes the three tickets.
    static List<Path> tickets(Path folder) {
        return NAMES.stream()
                .map(name -> {
                    Path file = folder.resolve(name + ".ticket.safetensors");
                    TicketFile.write(file, ticket(name));
                    return file;
                })
                .toList();
    }

    /// Writes a recipe that merges models with one line of parameters each.
    static Path recipe(Path folder, String head, List<Path> models, String parameters) throws IOException {
        StringBuilder yaml = new StringBuilder(head + "\nbase_model: " + BASE + "\nmodels:\n");
        for (Path model : models) {
            yaml.append(Text.format("- model: %s\n  parameters: %s\n", model, parameters));
        }
        return Files.writeString(folder.resolve("recipe.yaml"), yaml.toString());
    }

    static List<Path> directories() {
        return NAMES.stream().map(Experts::directory).toList();
    }

    /// Carries a recipe out to its end.
    static Rounding merge(Path recipe, Path out, int threads) {
        try (PlanSources models = new PlanSources()) {
            MergePlan plan = MergePlan.of(recipe, models);
            return ModelMerge.run(plan, models, out, threads, (tensor, part, all) -> {}, () -> false)
                    .orElseThrow();
        }
    }
}
