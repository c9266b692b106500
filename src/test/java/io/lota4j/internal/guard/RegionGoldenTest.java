package io.lota4j.internal.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lota4j.Golden;
import io.lota4j.LotaException;
import io.lota4j.checkpoint.DType;
import io.lota4j.checkpoint.Shape;
import io.lota4j.guard.Region;
import io.lota4j.guard.RegionOptions;
import io.lota4j.internal.mask.RandomMask;
import io.lota4j.internal.mask.ScoreWords;
import io.lota4j.internal.mask.TensorValues;
import io.lota4j.internal.mask.TopK;
import io.lota4j.mask.Mask;
import io.lota4j.mask.Overlap;
import io.lota4j.mask.Scope;
import io.lota4j.mask.Sparsity;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.TicketInfo;
import io.lota4j.ticket.TicketTensor;
import io.lota4j.ticket.Tickets;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.roaringbitmap.RoaringBitmap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Regions against what numpy chooses.
class RegionGoldenTest {
    private static final double NEAR = 1e-9;

    private static JsonNode golden() throws IOException {
        return JsonMapper.shared().readTree(Files.readString(Golden.path("safeguards/region.json")));
    }

    /// Scores that are written down, of matrices by name.
    private record Scores(Map<String, JsonNode> matrices) implements TensorValues {
        private static Scores of(JsonNode matrices) {
            Map<String, JsonNode> all = new TreeMap<>();
            matrices.propertyStream().forEach(matrix -> all.put(matrix.getKey(), matrix.getValue()));
            return new Scores(all);
        }

        @Override
        public SequencedMap<String, Shape> tensors() {
            SequencedMap<String, Shape> shapes = new TreeMap<>();
            matrices.forEach((name, rows) ->
                    shapes.put(name, Shape.of(rows.size(), rows.get(0).size())));
            return shapes;
        }

        @Override
        public void read(String name, long first, MemorySegment target) {
            float[] all = flat(Objects.requireNonNull(matrices.get(name), name));
            MemorySegment.copy(MemorySegment.ofArray(all), first * Float.BYTES, target, 0, target.byteSize());
        }

        @Override
        public ScoreWords wording() {
            return ScoreWords.DELTAS;
        }

        private TopK.Chosen top(double share, Scope scope) {
            return TopK.selectNonZero(
                    this, Sparsity.leaving(share), scope, Mask.full("base", "pool", tensors()), Map.of());
        }
    }

    static float[] flat(JsonNode rows) {
        List<Double> values = rows.valueStream()
                .flatMap(row -> row.valueStream().map(JsonNode::asDouble))
                .toList();
        float[] flat = new float[values.size()];
        IntStream.range(0, flat.length).forEach(at -> flat[at] = values.get(at).floatValue());
        return flat;
    }

    private static void assertIndices(Mask mask, JsonNode expected) {
        mask.tensors()
                .forEach((name, tensor) -> assertThat(tensor.trainable().toArray())
                        .as(name)
                        .isEqualTo(expected.get(name)
                                .valueStream()
                                .mapToInt(JsonNode::asInt)
                                .toArray()));
    }

    @Test
    void regionsTheirOverlapAndTheirControl() throws IOException {
        JsonNode golden = golden();
        for (JsonNode one : golden.get("cases")) {
            RegionOptions how = RegionOptions.of(
                            one.get("q").asDouble(), one.get("p").asDouble())
                    .scope(Scope.parse(one.get("scope").asString()));
            TopK.Chosen safety = Scores.of(golden.get("safety_scores")).top(how.q(), how.scope());
            Mask utility = Scores.of(golden.get("utility_scores"))
                    .top(how.p(), how.scope())
                    .mask();
            Region region = Regions.of(safety, utility, utility, how);
            assertIndices(safety.mask(), one.get("safety"));
            assertIndices(utility, one.get("utility"));
            assertIndices(region.mask(), one.get("region"));
            assertThat(region.mask().density()).isCloseTo(one.get("share").asDouble(), within(NEAR));
            assertThat(region.whole().jaccard()).isCloseTo(one.get("jaccard").asDouble(), within(NEAR));
            Overlap overlap = region.safety().overlap(region.utility());
            overlap.tensors().forEach((name, counts) -> {
                JsonNode jaccard = one.get("jaccard_by_tensor").get(name);
                if (!jaccard.isNull()) {
                    assertThat(counts.iou()).isCloseTo(jaccard.asDouble(), within(NEAR));
                }
            });
            Mask control = RandomMask.like(region.mask(), 1);
            control.tensors()
                    .forEach((name, tensor) -> assertThat(tensor.count())
                            .isEqualTo(one.get("control").get(name).asInt()));
        }
    }

    @Test
    void aRewoundTicketHasNothingOfTheRegion() throws IOException {
        JsonNode golden = golden();
        JsonNode rewind = golden.get("rewind");
        RegionOptions how = RegionOptions.of(
                        rewind.get("q").asDouble(), rewind.get("p").asDouble())
                .scope(Scope.parse(rewind.get("scope").asString()));
        TopK.Chosen safety = Scores.of(golden.get("safety_scores")).top(how.q(), how.scope());
        Mask utility = Scores.of(golden.get("utility_scores"))
                .top(how.p(), how.scope())
                .mask();
        Mask region = Regions.of(safety, utility, utility, how).mask();
        Ticket ticket = ticket(rewind);
        Ticket rewound = Tickets.without(ticket, region);
        assertThat(ticket.nnz()).isEqualTo(rewind.get("entries_before").asLong());
        assertThat(rewound.nnz()).isEqualTo(rewind.get("entries_after").asLong());
        double energy = 1 - Math.pow(rewound.norm() / ticket.norm(), 2);
        assertThat(energy).isCloseTo(rewind.get("energy_removed").asDouble(), within(1e-6));
        rewound.tensors().forEach((name, tensor) -> {
            float[] dense = new float[(int) tensor.shape().numel()];
            tensor.forEach((position, index) -> dense[index] = tensor.values()[position]);
            assertThat(dense).isEqualTo(flat(rewind.get("rewound_delta").get(name)));
        });
        assertThat(rewound.info().provenance()).containsEntry("rewound", "sha256:" + region.sha256());
        Mask everything = Mask.full("base", "pool", region.shapes());
        assertThat(Tickets.without(ticket, everything).nnz()).isZero();
        assertThat(Tickets.without(ticket, everything.invert())).isSameAs(ticket);
        assertThatThrownBy(() -> Tickets.without(ticket, Mask.full("other", "pool", region.shapes())))
                .isInstanceOf(LotaException.class)
                .hasMessageContaining("fingerprint base, the region for other");
    }

    private static Ticket ticket(JsonNode rewind) {
        Map<String, TicketTensor> tensors = new TreeMap<>();
        rewind.get("delta").propertyStream().forEach(matrix -> {
            JsonNode rows = matrix.getValue();
            Shape shape = Shape.of(rows.size(), rows.get(0).size());
            float[] base = flat(rewind.get("base").get(matrix.getKey()));
            float[] dense = flat(rows);
            RoaringBitmap index = new RoaringBitmap();
            List<Float> values = new ArrayList<>();
            ByteBuffer bits = ByteBuffer.allocate(dense.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            for (int at = 0; at < dense.length; at++) {
                if (dense[at] != 0) {
                    index.add(at);
                    values.add(dense[at]);
                    bits.putFloat(base[at]);
                }
            }
            float[] some = new float[values.size()];
            IntStream.range(0, some.length).forEach(at -> some[at] = values.get(at));
            tensors.put(
                    matrix.getKey(),
                    new TicketTensor(
                            shape, DType.F32, index, some, DType.F32, Arrays.copyOf(bits.array(), bits.position())));
        });
        return new Ticket(new TicketInfo("base", "pool", "global", OptionalDouble.empty(), Map.of()), tensors);
    }

    @Test
    void aZeroIsInNoRegion() throws IOException {
        JsonNode golden = golden().get("short");
        TopK.Chosen top = new Scores(Map.of("a", golden.get("scores")))
                .top(golden.get("q").asDouble(), Scope.parse(golden.get("scope").asString()));
        assertThat(top.mask().tensor("a").trainable().toArray())
                .isEqualTo(golden.get("chosen")
                        .valueStream()
                        .mapToInt(JsonNode::asInt)
                        .toArray());
        assertThat(top.shortGroups()).isEqualTo(golden.get("short_rows").asInt());
    }
}
