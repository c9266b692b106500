package io.lota4j.internal.merge.method;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.checkpoint.Shape;
import io.lota4j.merge.Compat;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// TIES by hand, and where the readings of it differ.
class MergeTiesTest {
    private static final Shape THREE = Shape.of(3);

    @ParameterizedTest
    @EnumSource
    void theExample(Compat compat) {
        float[] merged = ties(compat, 1, 1, 1)
                .dense("t", THREE, new float[] {3, -1, 0}, new float[] {-1, -2, 4})
                .one();
        assertThat(merged).containsExactly(3, -1.5f, 4);
    }

    /// The sums of the deltas are -1 and 1, those of the weighted deltas 2 and -2.
    @Test
    void onlyMergekitElectsByWeightedDeltas() {
        assertThat(twoAgainstThree(Compat.PAPER)).containsExactly(-3, 3);
        assertThat(twoAgainstThree(Compat.PEFT)).containsExactly(-3, 3);
        assertThat(twoAgainstThree(Compat.MERGEKIT)).containsExactly(2, -2);
    }

    private static float[] twoAgainstThree(Compat compat) {
        return ties(compat, 1, 2.5, 1)
                .dense("t", Shape.of(2), new float[] {2, -2}, new float[] {-3, 3})
                .one();
    }

    /// 3 * 2 + 1 * 1, divided by 2 models or by their weights, 3 + 1.
    @Test
    void onlyMergekitDividesByWeights() {
        assertThat(agreeing(Compat.PAPER)).containsExactly(3.5f);
        assertThat(agreeing(Compat.PEFT)).containsExactly(3.5f);
        assertThat(agreeing(Compat.MERGEKIT)).containsExactly(1.75f);
    }

    private static float[] agreeing(Compat compat) {
        return ties(compat, 1, 3, 1)
                .dense("t", Shape.of(1), new float[] {2}, new float[] {1})
                .one();
    }

    /// Most elements of the model are negative, so the paper lets an element whose deltas cancel be negative.
    @Test
    void onlyThePaperTakesTheMajorityWhereSignsCancel() {
        assertThat(cancelling(Compat.PAPER)).containsExactly(-1, -5, -5);
        assertThat(cancelling(Compat.PEFT)).containsExactly(1, -5, -5);
        assertThat(cancelling(Compat.MERGEKIT)).containsExactly(1, -5, -5);
    }

    private static float[] cancelling(Compat compat) {
        return ties(compat, 1, 1, 1)
                .dense("t", THREE, new float[] {1, -5, 0}, new float[] {-1, 0, -5})
                .one();
    }

    /// Half of all weights are the large tensor's.
    @Test
    void onlyThePaperTakesTheLargestOfTheWholeModel() {
        Map<String, float[]> paper = twoTensors(Compat.PAPER);
        assertThat(paper.get("large")).containsExactly(10, -11, 12, 13);
        assertThat(paper.get("small")).containsExactly(0, 0, 0, 0);
        for (Compat compat : new Compat[] {Compat.PEFT, Compat.MERGEKIT}) {
            Map<String, float[]> each = twoTensors(compat);
            assertThat(each.get("large")).containsExactly(0, 0, 12, 13);
            assertThat(each.get("small")).containsExactly(0, 0, -3, 4);
        }
    }

    private static Map<String, float[]> twoTensors(Compat compat) {
        return Merges.of("ties", compat)
                .model("weight", 1, "density", 0.5)
                .dense("large", Shape.of(4), new float[] {10, -11, 12, 13})
                .dense("small", Shape.of(4), new float[] {1, 2, -3, 4})
                .run();
    }

    /// The 4 largest of [2 2 2 | 2 2 1]: equal ones are taken in the order of tensors and elements.
    @Test
    void equalDeltasOfTheWholeModelAreTakenInOrder() {
        Map<String, float[]> merged = Merges.of("ties", Compat.PAPER)
                .model("density", 4.0 / 6)
                .dense("a", THREE, new float[] {2, -2, 2})
                .dense("b", THREE, new float[] {2, -2, 1})
                .run();
        assertThat(merged.get("a")).containsExactly(2, -2, 2);
        assertThat(merged.get("b")).containsExactly(2, 0, 0);
    }

    @Test
    void peftElectsByCountOnRequest() {
        float[] merged = Merges.of("ties", Compat.PEFT)
                .with("majority_sign_frequency", 1)
                .model("density", 1)
                .model("density", 1)
                .model("density", 1)
                .dense("t", Shape.of(1), new float[] {9}, new float[] {-1}, new float[] {-2})
                .one();
        assertThat(merged).containsExactly(-1.5f);
    }

    /// mergekit gives up where nothing would be kept of a tensor.
    @Test
    void aDensityThatKeepsNothingOfATensorLeavesItAsItIs() {
        assertThat(ties(Compat.MERGEKIT, 0.1, 1, 1)
                        .dense("t", THREE, new float[] {1, 2, 3}, new float[] {1, 2, 3})
                        .one())
                .containsExactly(0, 0, 0);
    }

    private static Merges ties(Compat compat, double density, double weight0, double weight1) {
        return Merges.of("ties", compat)
                .model("weight", weight0, "density", density)
                .model("weight", weight1, "density", density);
    }
}
