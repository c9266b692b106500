package io.lota4j.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.demo.DemoTask;
import io.lota4j.internal.Text;
import io.lota4j.internal.experiment.Experiment;
import io.lota4j.metrics.Figure;
import io.lota4j.metrics.Metric;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.TicketFile;
import io.lota4j.ticket.Tickets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Grids in which a merge gets a factor.
class TuneGridTest {
    private static final String TRAINING = "training: {steps: 4, batch: 4}\n";
    private static final String LOTA =
            "{method: lota, sparsity: 0.9, lr: 1e-3, calibration-steps: 2, calibration-lr: 3e-4}";

    @TempDir
    private Path directory;

    /// It is stopped again and again, and what was scored is not scored again.
    @Test
    void aFactorIsChosenOnValidationRows() throws IOException {
        String recipe = TRAINING + Text.format("""
            orders: [[flip]]
            methods: [%s]
            merge:
              - {method: add}
              - {method: add, tune: factor, rows: 3}
            """, LOTA);
        Experiment experiment = Grids.write(directory, "tuned", recipe, DemoTask.FLIP);
        List<Metric> metrics;
        int sittings = 0;
        do {
            AtomicInteger questions = new AtomicInteger();
            metrics = Grids.run(experiment, new ArrayList<>(), () -> questions.incrementAndGet() > 12);
            assertThat(++sittings).isLessThan(60);
        } while (!Files.readString(directory.resolve("tuned/run.json")).contains("\"finished\" : true"));
        assertThat(sittings).isGreaterThan(2);
        List<Metric> factors = Grids.of(metrics, Figure.FACTOR);
        assertThat(factors).hasSize(1);
        Metric factor = factors.getFirst();
        assertThat(factor.where().run()).isEqualTo("lota-90-add-tuned-rows-3-lr0.001-flip-s0");
        assertThat(factor.n()).isEqualTo(3);
        Ticket whole = ticket("lota-90-add-", "tuned");
        Ticket tuned = ticket("lota-90-add-tuned", "lota-90-add-tuned-rows-3-x");
        assertThat(tuned.info().provenance()).containsEntry("merge.factor", Double.toString(factor.value()));
        assertThat(tuned.tensors())
                .isEqualTo(Tickets.scaled(whole, factor.value()).tensors());
    }

    /// Of a merge in `tuned`, by how its folder begins.
    private Ticket ticket(String begin, String without) throws IOException {
        try (Stream<Path> folders = Files.list(directory.resolve("tuned/merges"))) {
            Path found = folders.filter(path -> {
                        String name = path.getFileName().toString();
                        return name.startsWith(begin) && !name.contains(without);
                    })
                    .findFirst()
                    .orElseThrow();
            return TicketFile.read(found.resolve("ticket.safetensors"));
        }
    }
}
