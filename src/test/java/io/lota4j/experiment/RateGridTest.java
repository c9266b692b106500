package io.lota4j.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.demo.DemoTask;
import io.lota4j.internal.experiment.Experiment;
import io.lota4j.internal.report.Report;
import io.lota4j.kernel.choice.KernelChoice;
import io.lota4j.metrics.Figure;
import io.lota4j.metrics.Metric;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.TicketFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Grids whose rates are found.
class RateGridTest {
    private static final String FRAME = "training: {steps: 4, batch: 4}\norders: [[flip, plus]]\nmethods:\n";

    @TempDir
    private Path directory;

    private Experiment experiment(String out, String methods) throws IOException {
        return Grids.validated(directory, out, FRAME + methods, DemoTask.FLIP, DemoTask.PLUS);
    }

    /// A sitting ends wherever it may; what was tested is not tested again, and the end has the same bits.
    @Test
    void everyStageHasItsOwnRateWhereverItWasStopped() throws IOException {
        String methods = "  - {method: random, sparsity: 0.9, lr: [1e-4, auto]}\n";
        List<String> begun = new ArrayList<>();
        List<Metric> metrics = Grids.run(experiment("whole", methods), begun);
        List<Metric> rates = Grids.of(metrics, Figure.RATE);
        assertThat(rates.stream()
                        .map(m -> m.where().run() + " " + m.where().stage() + " "
                                + m.where().task()))
                .containsExactly(
                        "random-90-lr-auto-lrauto-flip.plus-s0 1 flip", "random-90-lr-auto-lrauto-flip.plus-s0 2 plus");
        assertThat(begun).contains("score the start for flip", "try rate 1e-5 for flip", "try rate 1e-5 for plus");
        long tests = begun.stream().filter(what -> what.startsWith("try rate")).count();
        assertThat(rates.stream().mapToLong(Metric::n).sum()).isEqualTo(4 * tests);

        Experiment experiment = experiment("stopped", methods);
        List<String> again = new ArrayList<>();
        List<Metric> pieces;
        int sittings = 0;
        do {
            AtomicInteger questions = new AtomicInteger();
            pieces = Grids.run(experiment, again, () -> questions.incrementAndGet() > 40);
            assertThat(++sittings).isLessThan(60);
        } while (!Files.readString(directory.resolve("stopped/run.json")).contains("\"finished\" : true"));
        assertThat(sittings).isGreaterThan(2);
        assertThat(Grids.withoutCost(pieces)).isEqualTo(Grids.withoutCost(metrics));

        List<Ticket> tickets = tickets("whole");
        assertThat(tickets).hasSize(2);
        assertThat(tickets.stream()
                        .map(ticket -> Double.valueOf(
                                String.valueOf(ticket.info().provenance().get("lr_found")))))
                .containsExactlyInAnyOrderElementsOf(
                        rates.stream().map(Metric::value).toList());
        String html = Report.read(List.of(directory.resolve("whole"))).html();
        assertThat(html).contains("random 90% lr auto", "<th scope=\"col\">rates found</th>", ">auto<");
    }

    /// Of tickets whose rate was found.
    private List<Ticket> tickets(String out) throws IOException {
        try (Stream<Path> files = Files.walk(directory.resolve(out + "/stages"))) {
            return files.filter(file -> file.endsWith("ticket.safetensors"))
                    .map(TicketFile::read)
                    .filter(ticket -> ticket.info().provenance().containsKey("lr_found"))
                    .toList();
        }
    }

    /// The rate that is found, given, trains the same.
    @Test
    void anAdapterIsTrainedAtWhatIsFound() throws IOException {
        List<Metric> found =
                Grids.run(experiment("auto", "  - {method: lora, rank: 2, lr: auto}\n"), new ArrayList<>());
        double first = Grids.of(found, Figure.RATE).getFirst().value();
        List<Metric> given =
                Grids.run(experiment("given", "  - {method: lora, rank: 2, lr: " + first + "}\n"), new ArrayList<>());
        assertThat(losses(found)).isNotEmpty().isEqualTo(losses(given));
    }

    private static List<Double> losses(List<Metric> metrics) {
        return Grids.of(metrics, Figure.TRAIN_LOSS).stream()
                .filter(metric -> metric.where().stage() == 1)
                .map(Metric::value)
                .toList();
    }

    /// Nine rates of four steps, each with all rows for validation, and the start.
    @Test
    void whatASearchTakesIsCounted() throws IOException {
        long fixed = trained("fixed", "1e-4");
        assertThat(trained("searched", "auto")).isEqualTo(fixed * (1 + 9));
    }

    private long trained(String out, String lr) throws IOException {
        Experiment experiment = experiment(out, "  - {method: full, lr: " + lr + "}\n");
        try (ExperimentRun run = new ExperimentRun(experiment, KernelChoice.JAVA, Stages.NONE, () -> false)) {
            return run.estimate().runs().stream()
                    .mapToLong(Estimate.Line::trained)
                    .sum();
        }
    }
}
