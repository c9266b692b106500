package io.lota4j.mask;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ScopeTest {
    @ParameterizedTest
    @EnumSource
    void textComesBack(Scope scope) {
        assertThat(Scope.parse(scope.toString())).isEqualTo(scope);
        assertThat(Scope.parse(scope.name())).isEqualTo(scope);
    }

    @Test
    void namesTheNearest() {
        assertThatThrownBy(() -> Scope.parse("tensors"))
                .isInstanceOf(LotaException.class)
                .hasMessage("Unknown scope 'tensors'; known are global, tensor, row. Did you mean 'tensor'?");
        assertThatThrownBy(() -> Scope.parse("layerwise"))
                .hasMessage("Unknown scope 'layerwise'; known are global, tensor, row.");
    }

    @Test
    void rowsLieAlongTheFirstDimension() {
        assertThat(Scope.ROW.groupLength(Shape.of(17, 33))).isEqualTo(33);
        assertThat(Scope.ROW.groupLength(Shape.of(4, 3, 5))).isEqualTo(15);
        assertThat(Scope.ROW.groupLength(Shape.of(65))).isEqualTo(65);
        assertThat(Scope.TENSOR.groupLength(Shape.of(17, 33))).isEqualTo(17 * 33);
    }
}
