package io.lota4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lota4j.internal.kernel.cuda.StandIn;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.TicketFile;
import io.lota4j.ticket.TicketTensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `lota train --kernel cuda` writes the ticket that `--kernel java` does.
class CudaTrainCommandTest {
    private static final double LR = 1e-2;

    /// Ten times the largest difference between the kernels that was measured, 4.5e-8.
    private static final float BOUND = 4.5e-7f;

    @TempDir
    private Path folder = Path.of("");

    @BeforeAll
    static void load() {
        StandIn.loadUnlessReplaced();
    }

    @Test
    void ticketsOfBothKernelsAgree() throws IOException {
        TinyModel.write(at("base"), 16, 1);
        TinyModel.data(at("rows.jsonl"), 12);
        run("mask", "random", "--model", at("base"), "--sparsity", "0.9", "--seed", "1", "--out", at("mask"));
        Ticket plain = trained("java");
        Ticket card = trained("cuda");
        assertThat(plain.nnz()).isEqualTo(384);
        card.tensors().forEach((name, actual) -> assertClose(name, actual, plain.tensor(name)));
    }

    private Ticket trained(String kernel) {
        Path ticket = folder.resolve(kernel);
        assertThat(run(
                        "train",
                        "--kernel",
                        kernel,
                        "--model",
                        at("base"),
                        "--mask",
                        at("mask"),
                        "--data",
                        at("rows.jsonl"),
                        "--prompt",
                        "{question}",
                        "--completion",
                        "{answer}",
                        "--steps",
                        "4",
                        "--lr",
                        Double.toString(LR),
                        "--batch",
                        "3",
                        "--out",
                        ticket))
                .contains("kernel " + kernel + " (");
        return TicketFile.read(ticket);
    }

    /// Every weight moves by about [#LR] a step, by far more than what the kernels' rounding does to it.
    private static void assertClose(String name, TicketTensor actual, TicketTensor expected) {
        assertThat(actual.index()).as(name).isEqualTo(expected.index());
        assertThat(actual.values()).as(name).containsExactly(expected.values(), within(BOUND));
    }

    /// What the command says about itself.
    private static String run(Object... words) {
        Cli cli = new Cli(Commands.standard());
        String[] line = Stream.of(words).map(Object::toString).toArray(String[]::new);
        assertThat(cli.run(line)).as(cli::err).isZero();
        return cli.err();
    }

    private Path at(String name) {
        return folder.resolve(name);
    }
}
