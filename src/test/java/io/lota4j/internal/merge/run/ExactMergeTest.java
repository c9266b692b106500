package io.lota4j.internal.merge.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.DType;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.checkpoint.Floats;
import io.lota4j.internal.checkpoint.TensorSource;
import io.lota4j.internal.checkpoint.TestModels;
import io.lota4j.internal.merge.method.MergeMethods;
import io.lota4j.mask.Pool;
import io.lota4j.merge.Compat;
import io.lota4j.merge.run.MergeReport;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.TicketFile;
import io.lota4j.ticket.Tickets;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What tickets keep exactly, for no delta gives it, in merged tickets and merged models.
class ExactMergeTest {
    private static final String NAME = "model.layers.0.mlp.down_proj.weight";

    /// Zeros, the smallest and largest numbers, infinities, quiet and signalling NaNs, and what lies far apart.
    private static final int[] SPECIAL = {
        0,
        0x80000000,
        1,
        0x80000001,
        0x00800000,
        0x7F7FFFFF,
        0xFF7FFFFF,
        0x7F800000,
        0xFF800000,
        0x7FC00000,
        0x7F800001,
        0x7FA12345,
        0xFFFFFFFF,
        0x3F800000,
        0x461C4000,
        0x38D1B717
    };

    private static final int[] SPECIAL_16 = {
        0, 0x8000, 1, 0x8001, 0x80, 0x400, 0x7BFF, 0xFBFF, 0x7C00, 0xFC00, 0x7C01, 0x7E00, 0x7F7F, 0x7F80, 0xFF80,
        0x7F81, 0x7FC0, 0xFFFF, 0x4380, 0x3A83
    };

    /// Methods that hand a single ticket's changes through.
    private static final Map<String, Map<String, List<Double>>> METHODS = Map.of(
            "add", Map.of(),
            "task_arithmetic", Map.of(),
            "linear", Map.of(),
            "ties", Map.of("density", List.of(1.0)),
            "dare_ties", Map.of("density", List.of(1.0)),
            "dare_linear", Map.of("density", List.of(1.0)));

    @TempDir
    private Path folder = Path.of("");

    private static int[] specials(DType type) {
        return type.size() == Short.BYTES ? SPECIAL_16 : SPECIAL;
    }

    private static int count(DType type) {
        return specials(type).length * specials(type).length;
    }

    private static void set(DType type, byte[] elements, int index, int bits) {
        MemorySegment into = MemorySegment.ofArray(elements);
        if (type.size() == Short.BYTES) {
            into.set(ValueLayout.JAVA_SHORT_UNALIGNED, 2L * index, (short) bits);
        } else {
            into.set(ValueLayout.JAVA_INT_UNALIGNED, 4L * index, bits);
        }
    }

    /// Every special number, each as often as there are some.
    private static byte[] before(DType type) {
        byte[] elements = new byte[count(type) * type.size()];
        for (int i = 0; i < count(type); i++) {
            set(type, elements, i, specials(type)[i / specials(type).length]);
        }
        return elements;
    }

    /// The base, of which every `part`-th weight of `parts` becomes another special number.
    private static byte[] after(DType type, int part, int parts) {
        byte[] elements = before(type);
        for (int i = part; i < count(type); i += parts) {
            set(type, elements, i, specials(type)[i % specials(type).length]);
        }
        return elements;
    }

    private Path model(String name, DType type, byte[] elements) throws IOException {
        Shape shape = Shape.of(1, elements.length / type.size());
        return TestModels.model(folder.resolve(name), List.of(TensorSource.ofBytes(NAME, type, shape, elements)), 1);
    }

    private Path ticket(String name, Path base, Path tuned) {
        Path file = folder.resolve(name + ".ticket.safetensors");
        try (Checkpoint before = Checkpoint.open(base);
                Checkpoint after = Checkpoint.open(tuned)) {
            TicketFile.write(file, Tickets.extract(before, after, OptionalDouble.empty(), Pool.all()));
        }
        return file;
    }

    private static byte[] elements(Path model) {
        try (Checkpoint checkpoint = Checkpoint.open(model)) {
            return checkpoint.bytes(NAME).toArray(ValueLayout.JAVA_BYTE);
        }
    }

    private MergeReport merge(String method, Map<String, List<Double>> parameters, List<Path> tickets, Path out) {
        var chosen = MergeMethods.of(method);
        var settings = TicketSettings.of(chosen, Compat.PAPER, tickets.size(), parameters);
        return new TicketMerge(chosen, Compat.PAPER, settings, 7).merge(tickets, 2, out);
    }

    private byte[] applied(Path base, Path file) {
        Path out = folder.resolve("applied-" + file.getFileName());
        try (Checkpoint checkpoint = Checkpoint.open(base)) {
            Tickets.apply(checkpoint, TicketFile.read(file), out);
        }
        return elements(out);
    }

    private byte[] reverted(Path file) {
        Path out = folder.resolve("reverted-" + file.getFileName());
        Tickets.revert(folder.resolve("applied-" + file.getFileName()), TicketFile.read(file), out);
        return elements(out);
    }

    private Rounding mergeModel(String method, Path base, List<Path> models, String parameters, Path out)
            throws IOException {
        StringBuilder yaml =
                new StringBuilder(Text.format("merge_method: %s\nbase_model: %s\nmodels:\n", method, base));
        models.forEach(model -> yaml.append(Text.format("- model: %s\n  parameters: %s\n", model, parameters)));
        return Experts.merge(Files.writeString(folder.resolve("recipe.yaml"), yaml.toString()), out, 2);
    }

    private static void assertSame(DType type, byte[] found, byte[] expected, String what) {
        List<String> differences = new ArrayList<>();
        byte[] base = before(type);
        for (int at = 0; at < expected.length; at += type.size()) {
            if (!Arrays.equals(found, at, at + type.size(), expected, at, at + type.size())) {
                HexFormat hex = HexFormat.of();
                differences.add(Text.format(
                        "%s became %s, not %s",
                        hex.formatHex(base, at, at + type.size()),
                        hex.formatHex(found, at, at + type.size()),
                        hex.formatHex(expected, at, at + type.size())));
            }
        }
        assertThat(differences).as(what).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(names = {"F32", "F16", "BF16"})
    void oneTicketAloneIsItsModel(DType type) throws IOException {
        Path base = model("base", type, before(type));
        Path tuned = model("tuned", type, after(type, 0, 1));
        Path ticket = ticket("t", base, tuned);
        for (var method : METHODS.entrySet()) {
            Path merged = folder.resolve(method.getKey() + ".ticket.safetensors");
            MergeReport report = merge(method.getKey(), method.getValue(), List.of(ticket), merged);
            assertThat(report.inexact()).as(method.getKey()).isEmpty();
            assertSame(type, applied(base, merged), elements(tuned), method.getKey());
            assertSame(type, reverted(merged), elements(base), method.getKey());
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"F32", "F16", "BF16"})
    void oneTicketAloneMakesItsModel(DType type) throws IOException {
        Path base = model("base", type, before(type));
        Path tuned = model("tuned", type, after(type, 0, 1));
        Path ticket = ticket("t", base, tuned);
        for (String method : List.of("add", "task_arithmetic", "ties", "dare_ties")) {
            Path out = folder.resolve(method);
            String parameters = method.contains("ties") ? "{weight: 1, density: 1}" : "{weight: 1}";
            Rounding rounding = mergeModel(method, base, List.of(ticket), parameters, out);
            assertSame(type, elements(out), elements(tuned), method);
            assertThat(rounding).as(method).isEqualTo(new Rounding(rounding.changed(), 0));
        }
        Path stacked = Path.of(base + "+" + ticket);
        Path recipe = Files.writeString(
                folder.resolve("passthrough.yaml"),
                Text.format("merge_method: passthrough\nmodels:\n- model: %s\n", stacked));
        Experts.merge(recipe, folder.resolve("passthrough"), 2);
        assertSame(type, elements(folder.resolve("passthrough")), elements(tuned), "passthrough");
    }

    /// As tickets, as a model of tickets, and as one of a ticket beside a checkpoint that is the base.
    @ParameterizedTest
    @EnumSource(names = {"F32", "F16", "BF16"})
    void disjointTicketsGiveEachItsExactValues(DType type) throws IOException {
        Path base = model("base", type, before(type));
        List<Path> tickets = new ArrayList<>();
        for (int part = 0; part < 2; part++) {
            tickets.add(ticket("t" + part, base, model("tuned" + part, type, after(type, part, 2))));
        }
        byte[] both = after(type, 0, 1);
        Path merged = folder.resolve("merged.ticket.safetensors");
        assertThat(merge("add", Map.of(), tickets, merged).inexact()).isEmpty();
        assertSame(type, applied(base, merged), both, "ticket");
        assertSame(type, reverted(merged), elements(base), "base");
        assertThat(mergeModel("add", base, tickets, "{weight: 1}", folder.resolve("model"))
                        .inexact())
                .isEmpty();
        assertSame(type, elements(folder.resolve("model")), both, "model");
    }

    private static byte[] floats(float... values) {
        byte[] elements = new byte[values.length * Float.BYTES];
        for (int i = 0; i < values.length; i++) {
            Floats.set(DType.F32, MemorySegment.ofArray(elements), i, values[i]);
        }
        return elements;
    }

    /// The first weight is scaled or shared, the second is in one ticket only, and the third nowhere exact.
    @Test
    void whatCannotBeKeptIsTold() throws IOException {
        Path base = model("base", DType.F32, floats(10_000, 0, 3, -0f));
        Path first = ticket("one", base, model("a", DType.F32, floats(1e-4f, -0f, 3, -0f)));
        Path second = ticket("two", base, model("b", DType.F32, floats(10_001, 0, 4, -0f)));
        Path merged = folder.resolve("merged.ticket.safetensors");

        MergeReport shared = merge("add", Map.of(), List.of(first, second), merged);
        assertThat(shared.inexact()).isEqualTo(Map.of(NAME, 1L));
        assertThat(applied(base, merged)).isEqualTo(floats(1, -0f, 4, -0f));

        MergeReport scaled =
                merge("add", Map.of("weight", List.of(0.5)), List.of(first), folder.resolve("half.ticket"));
        assertThat(scaled.inexact()).isEqualTo(Map.of(NAME, 2L));
        assertThat(applied(base, folder.resolve("half.ticket"))).isEqualTo(floats(5_000, 0, 3, -0f));

        Rounding rounding = mergeModel("add", base, List.of(first, second), "{weight: 1}", folder.resolve("model"));
        assertThat(rounding.inexact()).isEqualTo(Map.of(NAME, 1L));
        assertThat(elements(folder.resolve("model"))).isEqualTo(floats(1, -0f, 4, -0f));

        Path whole = folder.resolve("b");
        Rounding beside = mergeModel("add", base, List.of(first, whole), "{weight: 1}", folder.resolve("beside"));
        assertThat(beside).isEqualTo(rounding);
        assertThat(elements(folder.resolve("beside"))).isEqualTo(floats(1, -0f, 4, -0f));
    }

    @Test
    void whatNoDeltaLeadsToIsRefusedUnlessHandedThrough() throws IOException {
        Path base = model("base", DType.F32, floats(1, 2));
        for (float far : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
            Path first = ticket("one", base, model("a", DType.F32, floats(1, far)));
            Path second = ticket("two", base, model("b", DType.F32, floats(1, 5)));
            Path merged = folder.resolve("merged.ticket.safetensors");
            String expected = Text.format(
                    "tensor '%s': model 1 makes the weight at index 1 %s, to which no finite delta leads", NAME, far);
            assertThatThrownBy(() -> merge("add", Map.of(), List.of(first, second), merged))
                    .isInstanceOf(LotaException.class)
                    .hasMessageStartingWith(expected);
            assertThatThrownBy(() -> merge("add", Map.of("weight", List.of(2.0)), List.of(first), merged))
                    .isInstanceOf(LotaException.class)
                    .hasMessageStartingWith(expected);
            assertThat(merged).doesNotExist();
            Path out = folder.resolve("out");
            assertThatThrownBy(() -> mergeModel("add", base, List.of(first, second), "{weight: 1}", out))
                    .isInstanceOf(LotaException.class)
                    .hasMessageStartingWith(expected);
            assertThat(out).doesNotExist();
            assertThat(ModelMerge.unfinished(out)).doesNotExist();
        }
    }

    /// A delta of zero is no change to a merge, so extraction keeps beside it what is one.
    @Test
    void aZeroThatLosesItsSignIsKeptExactly() throws IOException {
        Path base = model("base", DType.F32, floats(-0f, -0f));
        Path file = ticket("t", base, model("tuned", DType.F32, floats(0, -0f)));
        Ticket ticket = TicketFile.read(file);
        assertThat(ticket.exact()).isEqualTo(1);
        assertThat(applied(base, file)).isEqualTo(floats(0, -0f));
    }
}
