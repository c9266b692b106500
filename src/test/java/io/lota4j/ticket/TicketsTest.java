package io.lota4j.ticket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.DType;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.checkpoint.TensorSource;
import io.lota4j.internal.checkpoint.TestModels;
import io.lota4j.mask.Pool;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.roaringbitmap.RoaringBitmap;

class TicketsTest {
    private static final String NAME = "mlp.weight";

    @TempDir
    private Path directory;

    private Path model;
    private Path out;
    private Checkpoint base;

    @BeforeEach
    void makeBase() throws IOException {
        model = model("base", TensorSource.ofFloats(NAME, Shape.of(2, 3), new float[] {1, 2, 3, 4, 5, 6}));
        out = directory.resolve("out");
        base = Checkpoint.open(model);
    }

    @AfterEach
    void closeBase() {
        base.close();
    }

    @Test
    void extractsWhatDiffers() throws IOException {
        Ticket ticket = extract(OptionalDouble.empty(), 1, 2.5f, 3, 4, 4, 6);
        TicketTensor tensor = ticket.tensor(NAME);
        assertThat(tensor).isEqualTo(tensor(Shape.of(2, 3), new int[] {1, 4}, 0.5f, -1));
        assertThat(ticket.info().scope()).isEqualTo("changed");
        assertThat(ticket.info().requestedSparsity()).isEmpty();
        assertThat(ticket.info().base()).isEqualTo(base.fingerprint().hex());
        assertThat(ticket.info().provenance())
                .containsEntry("source", "extract")
                .containsEntry("changed_tensors_outside_pool", "0");
        assertThat(ticket.density()).isEqualTo(2.0 / 6);
    }

    @Test
    void extractsTheLargest() throws IOException {
        Ticket ticket = extract(OptionalDouble.of(0.5), 1.25f, 2.5f, 3, 4.125f, 4, 6.0625f);
        TicketTensor tensor = ticket.tensor(NAME);
        assertThat(tensor).isEqualTo(tensor(Shape.of(2, 3), new int[] {0, 1, 4}, 0.25f, 0.5f, -1));
        assertThat(ticket.info().scope()).isEqualTo("global");
        assertThat(ticket.info().requestedSparsity()).hasValue(0.5);
    }

    @Test
    void refusesToExtractMoreThanDiffers() {
        assertThatThrownBy(() -> extract(OptionalDouble.of(0.5), 1, 2, 3, 4, 5, 7))
                .isInstanceOf(LotaException.class)
                .hasMessageContaining("only 1 of their deltas are not zero");
    }

    @Test
    void refusesToChooseTheLargestBesideNaN() {
        assertThatThrownBy(() -> extract(OptionalDouble.of(0.5), 1, 2, 3, Float.NaN, 5, 6))
                .isInstanceOf(LotaException.class)
                .hasMessageStartingWith("Tensor 'mlp.weight': the delta at index 3 is NaN, so the largest");
    }

    @Test
    void refusesToExtractFromOtherTensors() throws IOException {
        Path other = model("other", TensorSource.ofFloats(NAME, Shape.of(3, 2), new float[6]));
        refusesTensors(other, "tensor 'mlp.weight' has shape [2, 3] in the base, but [3, 2].", NAME);
        Path missing = model("missing", TensorSource.ofFloats("attn.weight", Shape.of(1, 1), new float[1]));
        refusesTensors(
                missing,
                Text.format(
                        "tensor 'attn.weight' is only in %s; tensor 'mlp.weight' is missing in %s.", missing, missing),
                "attn.weight,mlp.weight");
        Path more = model(
                "more",
                TensorSource.ofFloats(NAME, Shape.of(2, 3), new float[6]),
                TensorSource.ofFloats("norm", Shape.of(1), new float[1]));
        refusesTensors(more, Text.format("tensor 'norm' is only in %s.", more), "norm");
    }

    private void refusesTensors(Path tuned, String misfits, String names) {
        refuses(
                () -> extract(tuned),
                Text.format(
                        "A ticket changes weights of the base's own tensors, and not all of %s fit those of the base"
                                + " %s: %s Give the base the same tensors and vocabulary first, or a pool that excludes"
                                + " these by name (%s).",
                        tuned, model, misfits, names));
    }

    @Test
    void countsChangesOutsideThePool() throws IOException {
        Path first = TestModels.model(directory.resolve("m1"), TestModels.weights(DType.F32, false, 1), 1);
        Path second = TestModels.model(directory.resolve("m2"), TestModels.weights(DType.F32, false, 2), 1);
        try (Checkpoint one = Checkpoint.open(first);
                Checkpoint two = Checkpoint.open(second)) {
            Ticket ticket = Tickets.extract(one, two, OptionalDouble.empty(), Pool.standard());
            assertThat(ticket.info().provenance()).containsEntry("changed_tensors_outside_pool", "4");
        }
    }

    @Test
    void refusesAnotherBase() throws IOException {
        Ticket ticket = ticket();
        Path other = model("other", TensorSource.ofFloats(NAME, Shape.of(2, 3), new float[6]));
        try (Checkpoint wrong = Checkpoint.open(other)) {
            refuses(
                    () -> Tickets.apply(wrong, ticket, out),
                    Text.format(
                            "The ticket is for the base with fingerprint %s, but %s has %s. Of the 1 weights that the"
                                    + " ticket changes, 1 are not the base's here.",
                            base.fingerprint().hex(), other, wrong.fingerprint().hex()));
        }
        assertThat(out).doesNotExist();
    }

    /// Another ticket is there beside it, or other weights differ.
    @Test
    void refusesToRevertWhatIsNotTheBaseElsewhere() throws IOException {
        Path other = model("other", TensorSource.ofFloats(NAME, Shape.of(2, 3), new float[] {1, 3, 3, 9, 5, 6}));
        assertThatThrownBy(() -> Tickets.revert(other, ticket(), out))
                .isInstanceOf(LotaException.class)
                .message()
                .matches(Text.format(
                                "Without the ticket \\Q%s\\E has fingerprint [0-9a-f]{64}, but the ticket's base has"
                                        + " %s; ",
                                other, base.fingerprint().hex())
                        + "was another ticket applied there\\?");
        assertThat(out).doesNotExist();
    }

    @Test
    void saysThatTheTicketIsThere() throws IOException {
        Tickets.apply(base, ticket(), out);
        try (Checkpoint tuned = Checkpoint.open(out)) {
            refuses(
                    () -> Tickets.apply(tuned, ticket(), directory.resolve("twice")),
                    Text.format(
                            "%s already holds this ticket: the 1 weights that it changes are what it makes of them.",
                            out));
        }
        Tickets.apply(base, ticket(), Optional.of(DType.BF16), directory.resolve("narrow"));
        try (Checkpoint tuned = Checkpoint.open(directory.resolve("narrow"))) {
            assertThatThrownBy(() -> Tickets.requireBase(tuned, ticket()))
                    .hasMessageContaining("already holds this ticket");
        }
    }

    @Test
    void saysWhatDiffersFromTheBase() throws IOException {
        Path elsewhere = model("other", TensorSource.ofFloats(NAME, Shape.of(2, 3), new float[] {9, 2, 3, 4, 5, 6}));
        requireBase(elsewhere, "Where the ticket is, it has the base's weights; others differ.");
        Path named = model("named", TensorSource.ofFloats("attn.weight", Shape.of(2, 3), new float[6]));
        requireBase(named, "It has no tensor 'mlp.weight'.");
        Path shaped = model("shaped", TensorSource.ofFloats(NAME, Shape.of(6), new float[6]));
        requireBase(shaped, "Its tensor 'mlp.weight' is F32 [6], the base's F32 [2, 3].");
    }

    private void requireBase(Path other, String difference) {
        try (Checkpoint wrong = Checkpoint.open(other)) {
            assertThatThrownBy(() -> Tickets.requireBase(wrong, ticket()))
                    .isInstanceOf(LotaException.class)
                    .hasMessageStartingWith("The ticket is for the base with fingerprint ")
                    .hasMessageEndingWith(difference);
        }
    }

    @Test
    void refusesATicketOfAnotherShape() {
        Ticket ticket = ticket(Map.of(NAME, tensor(Shape.of(3, 3), new int[] {8}, 1)));
        String message =
                Text.format("Tensor 'mlp.weight' has shape [2, 3] in %s, but the ticket is for shape [3, 3].", model);
        refuses(() -> Tickets.apply(base, ticket, out), message);
        refuses(() -> Tickets.revert(model, ticket, out), message);
    }

    @Test
    void refusesATicketOfAnotherDTypeOrName() {
        TicketTensor half = new TicketTensor(
                Shape.of(2, 3), DType.F32, RoaringBitmap.bitmapOf(1), new float[1], DType.BF16, new byte[2]);
        refuses(
                () -> Tickets.apply(base, ticket(Map.of(NAME, half)), out),
                Text.format("Tensor 'mlp.weight' is F32 in %s, but the ticket is for BF16.", model));
        refuses(
                () -> Tickets.apply(base, ticket(Map.of("mlp.wieght", half)), out),
                Text.format("%s: no tensor 'mlp.wieght'. Did you mean 'mlp.weight'?", model));
    }

    @Test
    void refusesToRevertWhereTheTicketWasNotApplied() throws IOException {
        Path other = model("other", TensorSource.ofFloats(NAME, Shape.of(2, 3), new float[6]));
        refuses(
                () -> Tickets.revert(other, ticket(), out),
                Text.format(
                        "%s does not hold the ticket: 1 of the 1 weights that it changes are not what it makes of them;"
                                + " 0 are its base's.",
                        other));
        refuses(
                () -> Tickets.revert(model, ticket(), out),
                Text.format(
                        "%s does not hold the ticket: 1 of the 1 weights that it changes are not what it makes of them;"
                                + " 1 are its base's.",
                        model));
        assertThat(out).doesNotExist();
        assertThat(Files.list(directory)).doesNotContain(out).hasSize(2);
    }

    @Test
    void refusesToRevertWithoutBaseBits() {
        TicketTensor tensor =
                new TicketTensor(Shape.of(2, 3), DType.F32, RoaringBitmap.bitmapOf(1), new float[1], DType.F32);
        refuses(
                () -> Tickets.revert(model, ticket(Map.of(NAME, tensor)), out),
                "The ticket keeps no base weights (tensor 'mlp.weight'), so it cannot be reverted.");
    }

    @Test
    void refusesDirectoriesThatAreInTheWay() throws IOException {
        refuses(
                () -> Tickets.apply(base, ticket(), model),
                Text.format("%s is not empty; give a directory that does not exist or is empty.", model));
        Path inside = model.resolve("tuned");
        assertThatThrownBy(() -> Tickets.apply(base, ticket(), inside))
                .isInstanceOf(LotaException.class)
                .hasMessageContaining("in a directory that the copy reads, where nothing is written (%s)", model);
        Files.writeString(out, "");
        refuses(
                () -> Tickets.apply(base, ticket(), out),
                Text.format("%s is a file; give a directory that does not exist or is empty.", out));
    }

    @Test
    void appliesIntoAnEmptyDirectory() throws IOException {
        Files.createDirectories(out);
        Tickets.apply(base, ticket(), out);
        assertThat(Trees.model(out)).isEqualTo(Trees.model(model));
    }

    @Test
    void roundsValuesToBf16OnRequest() {
        float rounded = 1 + 1f / 128;
        Ticket ticket = ticket(Map.of(NAME, tensor(Shape.of(2, 3), new int[] {1, 2}, rounded + 1e-4f, -2)));
        TicketTensor narrow = ticket.withValueType(DType.BF16).tensor(NAME);
        assertThat(narrow.values()).containsExactly(rounded, -2);
        assertThat(narrow.valueType()).isEqualTo(DType.BF16);
        assertThat(narrow.baseBits()).isEqualTo(ticket.tensor(NAME).baseBits());
        Path file = directory.resolve("t.ticket.safetensors");
        TicketFile.write(file, ticket.withValueType(DType.BF16));
        assertThat(TicketFile.read(file).tensor(NAME)).isEqualTo(narrow);
        assertThat(ticket.withValueType(DType.BF16)
                        .withValueType(DType.F32)
                        .tensor(NAME)
                        .values())
                .containsExactly(rounded, -2);
    }

    @Test
    void addsWithWeights() {
        Ticket first = ticket(Map.of(NAME, tensor(Shape.of(2, 3), new int[] {1, 4}, 1, 2)));
        Ticket second = ticket(Map.of(
                NAME,
                tensor(Shape.of(2, 3), new int[] {0, 1}, 8, 16),
                "attn.weight",
                tensor(Shape.of(4), new int[] {3}, 4)));
        Ticket sum = Tickets.add(List.of(first, second), new double[] {0.5, 0.25});
        assertThat(sum.tensor(NAME)).isEqualTo(tensor(Shape.of(2, 3), new int[] {0, 1, 4}, 2, 4.5f, 1));
        assertThat(sum.tensor("attn.weight")).isEqualTo(tensor(Shape.of(4), new int[] {3}, 1));
        assertThat(sum.info().provenance())
                .containsEntry("source", "add")
                .containsEntry("weights", "[0.5, 0.25]")
                .containsEntry("ticket1.source", "test");
        assertThat(sum.info().pool()).isEqualTo("all");
    }

    @Test
    void refusesToAddWhatDoesNotFit() {
        Ticket ticket = ticket();
        TicketInfo info = new TicketInfo("0".repeat(64), "all", "global", OptionalDouble.empty(), Map.of());
        refuses(
                () -> Tickets.add(List.of(ticket, new Ticket(info, Map.of())), new double[] {1, 1}),
                Text.format(
                        "Tickets for different bases cannot be added: their fingerprints are %s and %s.",
                        base.fingerprint().hex(), info.base()));
        Ticket other = ticket(Map.of(NAME, tensor(Shape.of(6), new int[] {1}, 1)));
        refuses(
                () -> Tickets.add(List.of(ticket, other), new double[] {1, 1}),
                "Tickets cannot be added: tensor 'mlp.weight' is F32 [2, 3] in one and F32 [6] in another.");
        Ticket huge = ticket(Map.of(NAME, tensor(Shape.of(2, 3), new int[] {5}, Float.MAX_VALUE)));
        refuses(
                () -> Tickets.add(List.of(huge, huge), new double[] {1, 1}),
                "Tensor 'mlp.weight': the delta at index 5 is Infinity; a ticket holds finite numbers only.");
    }

    @Test
    void suggestsTensorNames() {
        refuses(
                () -> ticket().tensor("mlp.wieght"),
                "Tensor 'mlp.wieght' is not in the ticket's pool of 1 tensors. Did you mean 'mlp.weight'?");
    }

    @Test
    void ticketTensorsMustFitTogether() {
        assertThatThrownBy(() -> tensor(Shape.of(2, 3), new int[] {6}, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("an index is past the end of shape [2, 3]");
        assertThatThrownBy(() -> tensor(Shape.of(2, 3), new int[] {1}, 1, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("2 values for another number of indices");
    }

    private Ticket extract(OptionalDouble sparsity, float... tuned) throws IOException {
        Path directory = model("tuned", TensorSource.ofFloats(NAME, Shape.of(2, 3), tuned));
        try (Checkpoint checkpoint = Checkpoint.open(directory)) {
            return Tickets.extract(base, checkpoint, sparsity, Pool.standard());
        }
    }

    private Ticket extract(Path tuned) {
        try (Checkpoint checkpoint = Checkpoint.open(tuned)) {
            return Tickets.extract(base, checkpoint, OptionalDouble.empty(), Pool.standard());
        }
    }

    private Path model(String name, TensorSource... tensors) throws IOException {
        return TestModels.model(directory.resolve(name), List.of(tensors), 1);
    }

    private Ticket ticket() {
        return ticket(Map.of(NAME, tensor(Shape.of(2, 3), new int[] {1}, 1)));
    }

    private Ticket ticket(Map<String, TicketTensor> tensors) {
        TicketInfo info = new TicketInfo(
                base.fingerprint().hex(), "all", "global", OptionalDouble.empty(), Map.of("source", "test"));
        return new Ticket(info, tensors);
    }

    /// Deltas whose base bits are those of the base, whose weight number i is i + 1.
    private static TicketTensor tensor(Shape shape, int[] index, float... values) {
        ByteBuffer bits = ByteBuffer.allocate(4 * index.length).order(ByteOrder.LITTLE_ENDIAN);
        for (int at : index) {
            bits.putFloat(at + 1);
        }
        return new TicketTensor(shape, DType.F32, RoaringBitmap.bitmapOf(index), values, DType.F32, bits.array());
    }

    private static void refuses(ThrowingCallable action, String message) {
        assertThatThrownBy(action).isInstanceOf(LotaException.class).hasMessage("%s", message);
    }
}
