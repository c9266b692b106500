package io.lota4j.demo;

import io.lota4j.Lota;
import io.lota4j.RowOptions;
import io.lota4j.data.Dataset;
import io.lota4j.experiment.Stages;
import io.lota4j.internal.checkpoint.AtomicFile;
import io.lota4j.kernel.choice.KernelChoice;
import io.lota4j.mask.Pool;
import io.lota4j.model.MemoryPolicy;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.TicketFile;
import io.lota4j.train.RunObserver;
import io.lota4j.train.Schedule;
import io.lota4j.train.StateFile;
import io.lota4j.train.TrainConfig;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Collectors;

/// The demo of safeguards: a base that learned to answer `no` behind marks, and an experiment that asks what that
/// stands.
///
/// @param directory where everything goes
public record GuardedDemo(Path directory) {
    private static final String RECIPE = "guard.yaml";
    private static final String DIRECTORY = "DIR";
    private static final String SEEDS = "seeds: [0, 1, 2]";
    private static final String LONG = "# only in the long demo";
    private static final int STEPS = 200;
    private static final double RATE = 5e-4;
    private static final int BATCH = 32;
    private static final int MAX_LENGTH = 64;

    /// Where the base that declines is.
    public Path base() {
        return directory.resolve("guarded");
    }

    /// Writes rows and bases, and teaches the behaviour; a guarded base that is there stays.
    ///
    /// @param stages hear of the training
    public void makeBase(Stages stages) {
        Path plain = directory.resolve("base");
        DemoFiles.writeBase(plain);
        DemoData data = new DemoData(DemoData.DEFAULT_SEED);
        DemoFiles.writeTask(directory, data, DemoTask.FLIP);
        DemoFiles.writeGuard(directory, data);
        if (Files.exists(base())) {
            return;
        }
        try (Lota lota = Lota.open(plain, KernelChoice.JAVA, MemoryPolicy.KEEP);
                Stages.Stage shown = stages.begin("train guard")) {
            Dataset rows = lota.data(
                    directory.resolve("guard-train.jsonl"),
                    RowOptions.templates("{prompt}", "{completion}").maxLength(MAX_LENGTH));
            TrainConfig config = TrainConfig.of(STEPS, RATE)
                    .batchSize(BATCH)
                    .warmupSteps(10)
                    .schedule(Schedule.COSINE)
                    .seed(1)
                    .build();
            Ticket ticket = lota.train(
                            rows,
                            lota.everything(Pool.parse("all", null)),
                            config,
                            RunObserver.steps(p -> shown.at(p.step(), p.steps(), p.tokensPerSecond(), p.loss())),
                            StateFile.NONE)
                    .result();
            TicketFile.write(directory.resolve("guard.ticket.safetensors"), ticket);
            lota.apply(ticket, base());
        }
    }

    /// Writes the experiment's recipe, which `lota run` takes.
    ///
    /// @param brief with one seed and two methods
    public Path writeRecipe(boolean brief) {
        Path recipe = directory.resolve(RECIPE);
        String text = text().replace(DIRECTORY, directory.toString());
        AtomicFile.write(recipe, brief ? shortened(text) : text);
        return recipe;
    }

    /// With one seed, and without the methods that a line says are not for it.
    private static String shortened(String text) {
        return text.replace(SEEDS, "seeds: [0]")
                .lines()
                .filter(line -> !line.endsWith(LONG))
                .collect(Collectors.joining("\n", "", "\n"));
    }

    private static String text() {
        try (InputStream in = Objects.requireNonNull(GuardedDemo.class.getResourceAsStream(RECIPE))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
