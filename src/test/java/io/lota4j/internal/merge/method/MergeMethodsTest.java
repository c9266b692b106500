package io.lota4j.internal.merge.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.merge.MergeMethod;
import io.lota4j.internal.merge.Parameter;
import io.lota4j.merge.Compat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What the registry says of the methods, and what they refuse.
class MergeMethodsTest {
    static Stream<String> names() {
        return MergeMethods.names().stream();
    }

    @ParameterizedTest
    @MethodSource("names")
    void everyMethodIsMergekitsAndDeclaresDefaultsWithinLimits(String name) {
        MergeMethod method = MergeMethods.of(name);
        assertThat(method.name()).isEqualTo(name);
        for (Parameter parameter : method.parameters(Compat.MERGEKIT)) {
            parameter
                    .defaultValue()
                    .ifPresent(value ->
                            assertThat(value).as(parameter.name()).isBetween(parameter.least(), parameter.most()));
        }
    }

    @Test
    void aWrongNameIsToldTheNearest() {
        assertThatThrownBy(() -> MergeMethods.of("dare_tie"))
                .isInstanceOf(LotaException.class)
                .hasMessageContaining("Did you mean 'dare_ties'?");
    }

    @ParameterizedTest
    @CsvSource({"breadcrumbs, PEFT", "sce, PEFT", "slerp, PEFT", "linear, PEFT", "ramplus_tl, PAPER"})
    void aReadingThatDoesNotExistIsRefused(String name, Compat compat) {
        MergeMethod method = MergeMethods.of(name);
        assertThatThrownBy(() -> method.parameters(compat))
                .isInstanceOf(LotaException.class)
                .hasMessageContaining(
                        "'" + name + "' with compat '" + compat.name().toLowerCase(Locale.ROOT));
        assertThatThrownBy(() -> method.merger(compat)).isInstanceOf(LotaException.class);
    }

    /// Where something must be known of the whole tensor; elsewhere NaN stays where it is.
    @ParameterizedTest
    @ValueSource(strings = {"ties", "breadcrumbs", "dare_linear", "sce", "multislerp", "nuslerp"})
    void nanIsRefusedWithTheTensorAndTheModel(String name) {
        Merges merges = Merges.of(name, Compat.MERGEKIT)
                .model("weight", 1, "density", 0.5)
                .model("weight", 1, "density", 0.5)
                .dense("layer.7", Shape.of(2), new float[] {1, 2}, new float[] {Float.NaN, 1});
        assertThatThrownBy(merges::one).isInstanceOf(LotaException.class).hasMessageContaining("'layer.7': model 2");
    }

    @Test
    void nanStaysWhereItIs() {
        assertThat(Merges.of("add", Compat.PAPER)
                        .dense("t", Shape.of(2), new float[] {1, 2}, new float[] {Float.NaN, 1})
                        .one())
                .containsExactly(Float.NaN, 3);
    }

    @Test
    void weightsThatAddToNothingAreRefused() {
        assertThatThrownBy(() -> Merges.of("linear", Compat.MERGEKIT)
                        .model("weight", 1)
                        .model("weight", -1)
                        .dense("t", Shape.of(1), new float[] {1}, new float[] {2})
                        .one())
                .isInstanceOf(LotaException.class)
                .hasMessageContaining("add to 0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"karcher", "linear"})
    void oneModelAloneStaysAsItIs(String name) {
        float[] weights = {0.1f, -0.7f, 3};
        assertThat(Merges.of(name, Compat.MERGEKIT)
                        .model("weight", 1)
                        .weightsAlone("t", Shape.of(3), weights)
                        .one())
                .isEqualTo(weights);
    }

    @Test
    void oppositeModelsLeaveModelStocksBase() {
        assertThat(Merges.of("model_stock", Compat.PAPER)
                        .weights("t", Shape.of(2), new float[] {1, 1}, new float[] {2, 3}, new float[] {0, -1})
                        .one())
                .containsExactly(1, 1);
    }

    /// Base plus a ticket and the ticket's weights are the same model.
    @Test
    void deltasAndWeightsMayBeMixed() {
        Shape shape = Shape.of(3);
        float[] base = {1, 2, 3};
        float[] merged = Merges.of("task_arithmetic", Compat.PAPER)
                .tensor(
                        "t",
                        shape,
                        Optional.of(new Merges.Values(shape, base)),
                        List.of(
                                Merges.sparse(shape, new float[] {0, 0.5f, 0}),
                                new Merges.Values(shape, new float[] {1, 2, 4})))
                .one();
        assertThat(merged).containsExactly(1, 2.5f, 4);
    }

    @Test
    void aModelOnTheBaseIsPassedThroughAsWeights() {
        Shape shape = Shape.of(2);
        float[] merged = Merges.of("passthrough", Compat.MERGEKIT)
                .model("scale", 2)
                .tensor(
                        "t",
                        shape,
                        Optional.of(new Merges.Values(shape, new float[] {1, 2})),
                        List.of(Merges.sparse(shape, new float[] {0.5f, 0})))
                .one();
        assertThat(merged).containsExactly(3, 4);
    }
}
