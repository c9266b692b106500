package io.lota4j.cli;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.AtomicFile;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.merge.MergeMethod;
import io.lota4j.internal.merge.Parameter;
import io.lota4j.internal.merge.Settings;
import io.lota4j.internal.merge.method.MergeMethods;
import io.lota4j.internal.merge.recipe.MergePlan;
import io.lota4j.internal.merge.recipe.PlanSources;
import io.lota4j.internal.merge.run.ModelMerge;
import io.lota4j.internal.merge.run.TicketMerge;
import io.lota4j.internal.merge.run.TicketSettings;
import io.lota4j.mask.Pool;
import io.lota4j.merge.Compat;
import io.lota4j.ticket.TicketFile;
import io.lota4j.ticket.Tickets;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import tools.jackson.databind.json.JsonMapper;

/// What a merge benchmark does, in a scratch directory that goes when it is closed.
final class MergeWorks implements AutoCloseable {
    private static final int THREADS = Runtime.getRuntime().availableProcessors();
    private static final String TICKETS = "ties";

    private final Path scratch;
    private final Path out;
    private final Path base;
    private final List<Path> experts;

    /// @param body writes what it writes to one place, which is then removed
    record Work(String name, Body body) {}

    /// Something that is timed.
    @FunctionalInterface
    interface Body {
        void run() throws IOException;
    }

    private MergeWorks(Path scratch, Path base, List<Path> experts) {
        this.scratch = scratch;
        this.out = scratch.resolve("out");
        this.base = base;
        this.experts = experts;
    }

    /// @param dir where the scratch directory is made
    static MergeWorks in(Path dir, Path base, List<Path> experts) {
        try {
            return new MergeWorks(Files.createTempDirectory(dir.toRealPath(), "lota-bench-"), base, experts);
        } catch (IOException e) {
            throw new LotaException(Text.format("%s: cannot be written: %s", dir, e.getMessage()), e);
        }
    }

    /// Copying and reading first, then merges.
    List<Work> all(List<String> methods) {
        List<Path> tickets = tickets();
        List<Work> works = new ArrayList<>();
        works.add(new Work("copying the base", this::copy));
        works.add(new Work("reading the experts", () -> read(experts)));
        for (String method : methods) {
            Path recipe = recipe(method + ".yaml", MergeMethods.of(method), experts);
            works.add(new Work(method, () -> merge(recipe)));
        }
        works.add(new Work("extract", () -> extract(experts.getFirst(), out)));
        works.add(new Work(TICKETS + ", tickets to a ticket", () -> merge(tickets)));
        Path recipe = recipe("tickets.yaml", MergeMethods.of(TICKETS), tickets);
        works.add(new Work(TICKETS + ", tickets to a model", () -> merge(recipe)));
        return works;
    }

    /// @return seconds
    double time(Work work) {
        try {
            long start = System.nanoTime();
            work.body.run();
            double seconds = (System.nanoTime() - start) / 1e9;
            AtomicFile.deleteTree(out);
            return seconds;
        } catch (IOException e) {
            throw new LotaException(Text.format("%s: %s: %s", scratch, work.name, e.getMessage()), e);
        }
    }

    private List<Path> tickets() {
        List<Path> tickets = new ArrayList<>();
        for (Path expert : experts) {
            Path ticket = scratch.resolve(tickets.size() + ".ticket.safetensors");
            extract(expert, ticket);
            tickets.add(ticket);
        }
        return tickets;
    }

    /// Until it is on the disk, like what a merge writes.
    private void copy() throws IOException {
        Files.createDirectory(out);
        try (Checkpoint from = Checkpoint.open(base)) {
            for (Path file : from.shardFiles()) {
                Files.copy(file, out.resolve(file.getFileName()));
            }
        }
        AtomicFile.syncTree(out);
    }

    private static void read(List<Path> models) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 18);
        for (Path model : models) {
            try (Checkpoint checkpoint = Checkpoint.open(model)) {
                for (Path file : checkpoint.shardFiles()) {
                    read(file, buffer);
                }
            }
        }
    }

    private static void read(Path file, ByteBuffer buffer) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            while (channel.read(buffer.clear()) >= 0) {
                continue;
            }
        }
    }

    private void extract(Path expert, Path ticket) {
        try (Checkpoint from = Checkpoint.open(base);
                Checkpoint to = Checkpoint.open(expert)) {
            TicketFile.write(ticket, Tickets.extract(from, to, OptionalDouble.empty(), Pool.all()));
        }
    }

    private void merge(List<Path> tickets) {
        MergeMethod method = MergeMethods.of(TICKETS);
        Map<String, List<Double>> given = values(method).entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, value -> List.of(value.getValue())));
        Settings settings = TicketSettings.of(method, Compat.MERGEKIT, tickets.size(), given);
        TicketMerge merge = new TicketMerge(method, Compat.MERGEKIT, settings, 0);
        merge.merge(tickets, THREADS, out);
    }

    private void merge(Path recipe) {
        try (PlanSources models = new PlanSources()) {
            ModelMerge.run(
                    MergePlan.of(recipe, models), models, out, THREADS, (tensor, done, total) -> {}, () -> false);
        }
    }

    private Path recipe(String name, MergeMethod method, List<Path> models) {
        Map<String, Object> recipe = new LinkedHashMap<>();
        recipe.put("merge_method", method.name());
        if (method.base() != MergeMethod.Base.NONE) {
            recipe.put("base_model", absolute(base));
        }
        recipe.put(
                "models",
                models.stream()
                        .map(model -> Map.of("model", absolute(model), "parameters", values(method)))
                        .toList());
        try {
            // JSON is YAML.
            return Files.writeString(scratch.resolve(name), JsonMapper.shared().writeValueAsString(recipe));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String absolute(Path path) {
        return path.toAbsolutePath().normalize().toString();
    }

    /// What each model gets of the parameters that a method takes for each. Only DELLA has an epsilon, and needs a
    /// density that leaves room for it.
    private static Map<String, Double> values(MergeMethod method) {
        List<String> taken = method.parameters(Compat.MERGEKIT).stream()
                .filter(Parameter::perModel)
                .map(Parameter::name)
                .toList();
        Map<String, Double> values = new LinkedHashMap<>(
                Map.of("weight", 1.0, "density", taken.contains("epsilon") ? 0.4 : 0.2, "epsilon", 0.2));
        values.keySet().retainAll(taken);
        return values;
    }

    @Override
    public void close() {
        try {
            AtomicFile.deleteTree(scratch);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
