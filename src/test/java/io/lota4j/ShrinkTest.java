package io.lota4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.data.Dataset;
import io.lota4j.demo.DemoData;
import io.lota4j.demo.DemoFiles;
import io.lota4j.demo.DemoTask;
import io.lota4j.eval.Evaluation;
import io.lota4j.kernel.choice.KernelChoice;
import io.lota4j.mask.Pool;
import io.lota4j.model.MemoryPolicy;
import io.lota4j.model.MemoryPolicy.BaseWeights;
import io.lota4j.ticket.Shrinkage;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.TicketTensor;
import io.lota4j.ticket.Tickets;
import io.lota4j.train.TrainConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Tickets that are no larger than their task needs, on the demo's base.
class ShrinkTest {
    @TempDir
    private static Path folder = Path.of("");

    private static Lota lota = Lota.open(Path.of("nowhere"));
    private static List<Ticket> tickets = List.of();
    private static List<Dataset> held = List.of();

    /// Full fine-tuning at a bold rate, on both tasks.
    @BeforeAll
    static void train() {
        DemoFiles.writeBase(folder.resolve("base"));
        lota = Lota.open(folder.resolve("base"), KernelChoice.JAVA, MemoryPolicy.KEEP);
        List<Ticket> trained = new ArrayList<>();
        List<Dataset> rows = new ArrayList<>();
        for (DemoTask task : List.of(DemoTask.FLIP, DemoTask.PLUS)) {
            DemoFiles.writeTask(folder, new DemoData(DemoData.DEFAULT_SEED), task);
            Dataset train = rows(task, "train", 240);
            TrainConfig config = TrainConfig.of(15, 7e-4).batchSize(16).seed(1).build();
            trained.add(
                    lota.train(train, lota.everything(Pool.standard()), config).result());
            rows.add(rows(task, "test", 16));
        }
        tickets = List.copyOf(trained);
        held = List.copyOf(rows);
    }

    private static Dataset rows(DemoTask task, String split, int limit) {
        return lota.data(
                folder.resolve(task.taskName() + "-" + split + ".jsonl"),
                RowOptions.templates("{prompt}", "{completion}").limit(limit));
    }

    @AfterAll
    static void close() {
        lota.close();
    }

    private static EvalOptions answers() {
        return EvalOptions.answers(8).batchSize(16);
    }

    private static ShrinkOptions options() {
        return new ShrinkOptions(answers(), ShrinkOptions.USUAL.rule(), List.of());
    }

    @Test
    void itIsTheTicketTimesAlphaAndScoresAsItWasFound() {
        Ticket whole = tickets.getFirst();
        Shrunk shrunk = lota.shrink(whole, held.getFirst(), options());
        Shrinkage how = shrunk.how();
        assertThat(how.alpha()).isLessThan(1).isEqualTo(1.5 * Math.round(how.smallest() * 20) / 20);
        shrunk.ticket().tensors().forEach((name, tensor) -> {
            TicketTensor before = whole.tensor(name);
            assertThat(tensor.index()).isEqualTo(before.index());
            assertThat(tensor.baseBits()).isEqualTo(before.baseBits());
            for (int i = 0; i < tensor.nnz(); i++) {
                assertThat(Float.floatToRawIntBits(tensor.values()[i]))
                        .isEqualTo(Float.floatToRawIntBits(before.values()[i] * (float) how.alpha()));
            }
        });
        assertThat(right(whole)).isEqualTo(how.whole());
        assertThat(right()).isEqualTo(how.before());
        assertThat(how.by()).isEqualTo(Shrinkage.By.RIGHT);
        assertThat(right(Tickets.scaled(whole, how.smallest()))).isEqualTo(how.kept());
        assertThat(how.kept()).isGreaterThanOrEqualTo(how.whole() - 0.01);
        assertThat(shrunk.ticket().info().provenance())
                .containsAllEntriesOf(whole.info().provenance())
                .containsEntry("shrink_alpha", Double.toString(how.alpha()))
                .containsEntry("shrink_rows", "16")
                .containsEntry("shrink_data", held.getFirst().digests());
    }

    private static double right(Ticket... on) {
        return lota.evaluate(held.getFirst(), List.of(on), answers()).accuracy().orElseThrow();
    }

    @Test
    void itIsAppliedAndTakenOffBitForBit() {
        Ticket small = Tickets.scaled(tickets.getFirst(), 0.35);
        lota.apply(small, folder.resolve("tuned"));
        Lota.revert(folder.resolve("tuned"), small, folder.resolve("back"));
        assertThat(folder.resolve("back/model.safetensors"))
                .hasSameBinaryContentAs(folder.resolve("base/model.safetensors"));
    }

    /// The second task's ticket on the first one's: every loss is that of a model with both, loaded anew,
    /// also with a base that stays mapped.
    @Test
    void ticketsBelowStayAsTheyAre() {
        ShrinkOptions options = ShrinkOptions.USUAL.on(tickets.get(0));
        Shrinkage how = lota.shrink(tickets.get(1), held.get(1), options).how();
        assertThat(how.before()).isEqualTo(loss(tickets.get(0)));
        assertThat(how.whole()).isEqualTo(loss(tickets.get(0), tickets.get(1)));
        assertThat(how.kept()).isEqualTo(loss(tickets.get(0), Tickets.scaled(tickets.get(1), how.smallest())));
        try (Lota mapped = Lota.open(
                folder.resolve("base"),
                KernelChoice.JAVA,
                new MemoryPolicy(MemoryPolicy.KEEP.activations(), BaseWeights.MAPPED))) {
            assertThat(mapped.shrink(tickets.get(1), held.get(1), options).how())
                    .isEqualTo(how);
        }
    }

    private static double loss(Ticket... on) {
        Evaluation scores = lota.evaluate(held.get(1), List.of(on), EvalOptions.LOSSES);
        return scores.loss();
    }

    @Test
    void itCanBeStoppedAndHeardOf() {
        List<Double> parts = new ArrayList<>();
        assertThat(lota.shrink(
                        tickets.get(1),
                        held.get(1),
                        ShrinkOptions.USUAL,
                        (alpha, done, all, tokens) -> parts.add(alpha),
                        () -> parts.size() == 3))
                .isEmpty();
        assertThat(parts).containsExactly(1.0, 1.0, 0.0);
        try {
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> lota.shrink(tickets.get(1), held.get(1), ShrinkOptions.USUAL))
                    .isInstanceOf(StoppedException.class)
                    .hasMessage("The shrinking was interrupted; there is no smaller ticket.");
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
    }
}
