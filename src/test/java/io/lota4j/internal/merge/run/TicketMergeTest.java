package io.lota4j.internal.merge.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.DType;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.merge.MergeMethod;
import io.lota4j.internal.merge.Parameter;
import io.lota4j.internal.merge.Settings;
import io.lota4j.internal.merge.method.MergeMethods;
import io.lota4j.merge.Compat;
import io.lota4j.merge.run.MergeReport;
import io.lota4j.merge.run.Overlap;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.TicketFile;
import io.lota4j.ticket.TicketInfo;
import io.lota4j.ticket.TicketTensor;
import io.lota4j.ticket.Tickets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.roaringbitmap.RoaringBitmap;

/// Tickets merge into a ticket, without their base.
class TicketMergeTest {
    private static final Map<String, Double> GIVEN =
            Map.of("density", 0.3, "gamma", 0.02, "epsilon", 0.2, "select_topk", 0.7, "t", 0.4);

    private static final String BASE = "ba5e".repeat(16);
    private static final String OTHER = "f00d".repeat(16);

    @TempDir
    private Path folder = Path.of("");

    static Stream<Arguments> readings() {
        return MergeMethods.names().stream()
                .filter(name -> MergeMethods.of(name).mergesDeltas())
                .filter(name -> MergeMethods.of(name).base() == MergeMethod.Base.REQUIRED)
                .flatMap(name -> Stream.of(Compat.values())
                        .filter(compat -> reads(name, compat))
                        .map(compat -> Arguments.of(name, compat)));
    }

    private static boolean reads(String method, Compat compat) {
        try {
            MergeMethods.of(method).parameters(compat);
            return true;
        } catch (LotaException e) {
            return false;
        }
    }

    private static Map<String, List<Double>> given(String method, Compat compat) {
        Map<String, List<Double>> given = new LinkedHashMap<>();
        MergeMethods.of(method).parameters(compat).stream()
                .filter(parameter -> GIVEN.containsKey(parameter.name()))
                .forEach(parameter -> given.put(parameter.name(), List.of(GIVEN.get(parameter.name()))));
        return given;
    }

    /// A merged ticket as its file has it, and what became of the others.
    private record Merged(Ticket ticket, MergeReport report) {}

    private Merged merged(TicketMerge merge, List<Path> tickets, int threads) {
        Path file = folder.resolve("merged.ticket.safetensors");
        MergeReport report = merge.merge(tickets, threads, file);
        return new Merged(TicketFile.read(file), report);
    }

    private static TicketMerge merge(String method, Compat compat, int tickets) {
        MergeMethod chosen = MergeMethods.of(method);
        return new TicketMerge(chosen, compat, TicketSettings.of(chosen, compat, tickets, given(method, compat)), 5);
    }

    /// The same recipe, once from whole checkpoints and once from the merged ticket put on the base.
    @ParameterizedTest
    @MethodSource("readings")
    void aMergedTicketIsTheMergedModel(String method, Compat compat) throws IOException {
        Ticket merged =
                merged(merge(method, compat, 3), Experts.tickets(folder), 2).ticket();
        assertThat(merged.nnz()).isPositive();
        try (Checkpoint base = Checkpoint.open(Experts.BASE)) {
            Tickets.apply(base, merged, folder.resolve("applied"));
        }
        StringBuilder parameters = new StringBuilder("{");
        StringBuilder whole = new StringBuilder("{");
        MergeMethods.of(method).parameters(compat).forEach(parameter -> {
            double value = parameter.name().equals("weight")
                    ? 1
                    : GIVEN.getOrDefault(
                            parameter.name(), parameter.defaultValue().orElse(Double.NaN));
            (parameter.perModel() ? parameters : whole).append(parameter.name() + ": " + text(parameter, value) + ", ");
        });
        Path recipe = Experts.recipe(
                folder,
                Text.format(
                        "merge_method: %s\ncompat: %s\nseed: 5\nparameters: %s}",
                        method, compat.name().toLowerCase(Locale.ROOT), whole),
                Experts.directories(),
                parameters + "}");
        Experts.merge(recipe, folder.resolve("merged"), 2);
        assertThat(Files.mismatch(weights("applied"), weights("merged"))).isEqualTo(-1);
    }

    private static String text(Parameter parameter, double value) {
        return parameter.kind() == Parameter.Kind.FLAG ? String.valueOf(value != 0) : Parameter.text(value);
    }

    private Path weights(String directory) {
        return folder.resolve(directory).resolve("model.safetensors");
    }

    @ParameterizedTest
    @MethodSource("readings")
    void threadsDoNotMatter(String method, Compat compat) throws IOException {
        List<Path> tickets = Experts.tickets(folder);
        TicketMerge merge = merge(method, compat, 3);
        Path one = folder.resolve("one.ticket.safetensors");
        MergeReport report = merge.merge(tickets, 1, one);
        for (int threads : new int[] {2, 5}) {
            Path other = folder.resolve("other.ticket.safetensors");
            assertThat(merge.merge(tickets, threads, other))
                    .usingRecursiveComparison()
                    .isEqualTo(report);
            assertThat(Files.mismatch(one, other)).isEqualTo(-1);
        }
    }

    @Test
    void anInterruptSpoilsNothing() {
        TicketMerge merge = merge("add", Compat.PAPER, 3);
        List<Path> tickets = Experts.tickets(folder);
        merge.merge(tickets, 2, folder.resolve("whole"));
        Thread.currentThread().interrupt();
        try {
            merge.merge(tickets, 2, folder.resolve("interrupted"));
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
        assertThat(folder.resolve("interrupted")).hasSameBinaryContentAs(folder.resolve("whole"));
    }

    @Test
    void aMergedTicketCanBeTakenOffAgain() {
        Ticket merged = merged(merge("ties", Compat.PAPER, 3), Experts.tickets(folder), 2)
                .ticket();
        assertThat(merged.info().provenance())
                .containsEntry("merge.method", "ties")
                .containsEntry("merge.ticket1.density", "0.3")
                .containsEntry("ticket2.file", "c.ticket.safetensors")
                .containsEntry("ticket2.source", "extract");
        try (Checkpoint base = Checkpoint.open(Experts.BASE)) {
            Tickets.apply(base, merged, folder.resolve("applied"));
            Tickets.revert(folder.resolve("applied"), merged, folder.resolve("back"));
            try (Checkpoint back = Checkpoint.open(folder.resolve("back"))) {
                assertThat(back.fingerprint()).isEqualTo(base.fingerprint());
            }
        }
    }

    /// Worked out by hand: A = (3, -1, 0, 2, 0) and B = (-1, -2, 4, 0, 0), and A again in another pool.
    @Test
    void theReportSaysWhatCameOfEachTicket() {
        Path a = write("a", DType.F32, Map.of("w", new float[] {3, -1, 0, 2, 0}, "only", new float[] {1, 0, 0, 0, 0}));
        Path b = write("b", DType.BF16, Map.of("w", new float[] {-1, -2, 4, 0, 0}));
        Merged result = merge(Map.of("density", List.of(1.0)), "ties", a, b);

        assertThat(result.ticket().tensor("w").values()).containsExactly(3, -1.5f, 4, 2);
        assertThat(result.ticket().tensor("only").values()).containsExactly(1);
        Overlap w = Objects.requireNonNull(result.report().tensors().get("w"));
        assertThat(w.changed(0)).isEqualTo(3);
        assertThat(w.changed(1)).isEqualTo(3);
        assertThat(w.merged()).isEqualTo(4);
        assertThat(w.shared(0, 1)).isEqualTo(2).isEqualTo(w.shared(1, 0));
        assertThat(w.either(0, 1)).isEqualTo(4);
        assertThat(w.conflicts(0, 1)).isEqualTo(1);
        assertThat(w.overlap(1, 0)).isEqualTo(0.5);
        assertThat(w.energy(0)).isEqualTo(14);
        assertThat(w.energy(1)).isEqualTo(21);
        assertThat(w.cosine(0, 1)).isEqualTo(-1 / Math.sqrt(14 * 21), within(1e-15));
        assertThat(w.kept(0)).isEqualTo(1);
        assertThat(w.kept(1)).isEqualTo(20.0 / 21);
        assertThat(w.flipped(1)).isEqualTo(1.0 / 21);
        assertThat(w.dropped(1)).isZero();
        assertThat(w.coefficient(1)).isEqualTo((-3 + 3 + 16) / 21.0);
        assertThat(result.report().total().energy(0)).isEqualTo(15);
        assertThat(result.report().changed()).isEqualTo(5);
    }

    @Test
    void whatATicketChangesAloneStaysAsItIs() {
        Path a = write("a", DType.F32, Map.of("w", new float[] {0.1f, 0, 0, 1e-30f, 0}));
        Path b = write("b", DType.F32, Map.of("w", new float[] {0, 0.7f, 0, 0, 0}));
        Merged sum = merge(Map.of(), "add", a, b);
        assertThat(sum.ticket().tensor("w").values()).containsExactly(0.1f, 0.7f, 1e-30f);
        assertThat(sum.ticket().tensor("w").index().toArray()).containsExactly(0, 1, 3);
        assertThat(merge(Map.of(), "add", b, a).ticket().tensors())
                .isEqualTo(sum.ticket().tensors());
        assertThat(sum.report().total().overlap(0, 1)).isZero();
    }

    @Test
    void deltasThatCancelAreLeftOut() {
        Path a = write("a", DType.F32, Map.of("w", new float[] {2, 0, 0, 1, 0}));
        Ticket merged = merge(Map.of("weight", List.of(1.0, -1.0)), "add", a, a).ticket();
        assertThat(merged.nnz()).isZero();
    }

    @Test
    void ticketsOfDifferentBasesAreRefused() {
        Path a = write("a", DType.F32, Map.of("w", new float[5]));
        Path other = write("other", OTHER, DType.F32, Shape.of(5), Map.of("w", new float[5]));
        assertThatThrownBy(() -> merge(Map.of(), "add", a, other))
                .isInstanceOf(LotaException.class)
                .hasMessage(Text.format(
                        "%s is for the base with fingerprint %s, but %s for %s; tickets of one base merge.",
                        other, OTHER, a, BASE));
    }

    @Test
    void aTensorHasOneShape() {
        Path a = write("a", DType.F32, Map.of("w", new float[5]));
        Path other = write("other", BASE, DType.F32, Shape.of(5, 1), Map.of("w", new float[5]));
        assertThatThrownBy(() -> merge(Map.of(), "add", a, other))
                .isInstanceOf(LotaException.class)
                .hasMessage(Text.format("Tensor 'w' is F32 [5, 1] in %s, but F32 [5] in a ticket before it.", other));
    }

    private Merged merge(Map<String, List<Double>> given, String method, Path... tickets) {
        MergeMethod chosen = MergeMethods.of(method);
        Settings settings = TicketSettings.of(chosen, Compat.PAPER, tickets.length, given);
        return merged(new TicketMerge(chosen, Compat.PAPER, settings, 0), List.of(tickets), 2);
    }

    private Path write(String name, DType valueType, Map<String, float[]> tensors) {
        return write(name, BASE, valueType, Shape.of(5), tensors);
    }

    private Path write(String name, String base, DType valueType, Shape shape, Map<String, float[]> tensors) {
        Map<String, TicketTensor> sparse = new LinkedHashMap<>();
        tensors.forEach((tensor, values) -> sparse.put(tensor, sparse(values, shape, valueType)));
        TicketInfo info = new TicketInfo(base, "pool", "test", OptionalDouble.empty(), Map.of());
        Path file = folder.resolve(name + ".ticket.safetensors");
        TicketFile.write(file, new Ticket(info, sparse));
        return file;
    }

    private static TicketTensor sparse(float[] dense, Shape shape, DType valueType) {
        RoaringBitmap index = new RoaringBitmap();
        float[] values = new float[dense.length];
        int count = 0;
        for (int i = 0; i < dense.length; i++) {
            if (dense[i] != 0) {
                index.add(i);
                values[count++] = dense[i];
            }
        }
        return new TicketTensor(shape, valueType, index, Arrays.copyOf(values, count), DType.F32);
    }
}
