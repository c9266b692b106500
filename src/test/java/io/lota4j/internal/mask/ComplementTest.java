package io.lota4j.internal.mask;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.Text;
import io.lota4j.mask.Avoided;
import io.lota4j.mask.Deltas;
import io.lota4j.mask.Mask;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ComplementTest {
    @Test
    void whatIsLeftAndWhatIsAvoidedAreThePool() {
        for (long seed = 0; seed < 20; seed++) {
            Mask a = RandomMasks.of(seed);
            Mask b = RandomMasks.of(seed + 100);
            Mask pool = Mask.full(Deltas.BASE, "all", shapes(a));
            Mask left = Complement.of(pool, List.of(new Avoided("a", a), new Avoided("b", b)));
            assertThat(left.overlap(a.or(b)).intersection()).as("seed %d", seed).isZero();
            assertThat(left.or(a).or(b).trainable()).isEqualTo(pool.poolSize());
            assertThat(left.sha256()).isEqualTo(a.or(b).invert().sha256()).isNotEqualTo(a.sha256());
            assertThat(Complement.origin(left))
                    .containsAllEntriesOf(Map.of(
                            "avoided",
                            Text.format("a sha256:%s, b sha256:%s", a.sha256(), b.sha256()),
                            "avoided_weights",
                            Long.toString(a.or(b).trainable())))
                    .hasSize(2);
        }
    }

    @Test
    void nothingAvoidedLeavesThePool() {
        Mask pool = Mask.full(Deltas.BASE, "all", shapes(RandomMasks.of(1)));
        assertThat(Complement.of(pool, List.of())).isSameAs(pool);
        assertThat(Complement.origin(pool)).isEmpty();
    }

    /// The base of a task is often another than that of the tasks before, and so may the pool be.
    @Test
    void masksOfAnotherBaseAndPoolAreAvoidedWhereTheyAre() {
        Mask other = Mask.full("other", "mlp", Map.of("a", Shape.of(2, 2), "z", Shape.of(9)));
        Mask pool = Mask.full(Deltas.BASE, "all", Map.of("a", Shape.of(2, 2), "b", Shape.of(3)));
        Mask left = Complement.of(pool, List.of(new Avoided("other", other)));
        assertThat(left.tensor("a").count()).isZero();
        assertThat(left.tensor("b").count()).isEqualTo(3);
        assertThat(left.info().base()).isEqualTo(Deltas.BASE);
    }

    @Test
    void masksOfAnotherModelAreRefused() {
        Mask pool = Mask.full(Deltas.BASE, "mlp,attn", Map.of("a", Shape.of(2, 3)));
        assertThatThrownBy(() -> Complement.of(pool, avoided("m", Map.of("b", Shape.of(2, 3)))))
                .isInstanceOf(LotaException.class)
                .hasMessage("m has no tensor in common with the pool 'mlp,attn': it cannot be avoided there. Is it a"
                        + " mask of another model?");
        assertThatThrownBy(() -> Complement.of(pool, avoided("m", Map.of("a", Shape.of(3, 2)))))
                .isInstanceOf(LotaException.class)
                .hasMessage("Tensor 'a' has shape [2, 3], but [3, 2] in m: it cannot be avoided here.");
    }

    private static List<Avoided> avoided(String name, Map<String, Shape> shapes) {
        return List.of(new Avoided(name, Mask.full("other", "all", shapes)));
    }

    private static Map<String, Shape> shapes(Mask mask) {
        Map<String, Shape> shapes = new TreeMap<>();
        mask.tensors().forEach((name, tensor) -> shapes.put(name, tensor.shape()));
        return shapes;
    }
}
