package io.lota4j.internal.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import io.lota4j.internal.Text;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ProductTest {
    /// What a libtorch without oneDNN says of it, shown with a name that no libtorch has.
    @Test
    void aProductThatLibtorchLacksIsToldFromOtherFaults() throws IOException {
        assertThat(Product.ONEDNN.isUnknown(refusal("ops.mkldnn._nothing_of_this_name(x)")))
                .isTrue();
        assertThat(Product.ONEDNN.isUnknown(refusal("torch.nothing_of_this_name(x)")))
                .isFalse();
        assertThat(Product.PLAIN.isUnknown(refusal("ops.mkldnn._nothing_of_this_name(x)")))
                .isFalse();
    }

    @Test
    void bothProductsAgree() {
        assertThat(gradient(Product.PLAIN)).containsExactly(gradient(Product.ONEDNN), within(1e-5f));
    }

    @Test
    void whatComesBehindAProductIsTheSameOfBoth() {
        for (int form = 0; form < 5; form++) {
            assertThat(form(Product.ONEDNN, form))
                    .as("form %d", form)
                    .containsExactly(form(Product.PLAIN, form), within(1e-5f));
        }
        assertThat(form(Product.ONEDNN, 3)).isNotEqualTo(form(Product.ONEDNN, 4));
    }

    /// The product packed before, then with SiLU, times and plus another matrix, and alone.
    private static float[] form(Product product, int form) {
        String methods = """
              def forms(self, a: Tensor, b: Tensor, c: Tensor) -> List[Tensor]:
                packed = (self).packed(b, )[0]
                alone = (self).product(a, b, )
                return [(self).product(a, packed, ), (self).product_silu(a, packed, ), (self).product_times(a, packed, c, ), (self).product_plus(a, b, c, ), alone]
            """;
        try (Torch torch = new Torch(product, methods);
                PtNDManager scope = torch.scope()) {
            PtNDArray a = numbers(scope, 1, 33, 17);
            PtNDArray b = numbers(scope, 2, 9, 17);
            return torch.run(scope, "forms", a, b, numbers(scope, 3, 33, 9))[form].toFloatArray();
        }
    }

    private static float[] gradient(Product product) {
        try (Torch torch = new Torch(product, "");
                PtNDManager scope = torch.scope()) {
            Activation x = new Activation(numbers(scope, 1, 33, 17), false);
            Activation dy = new Activation(numbers(scope, 2, 33, 9), false);
            PtNDArray out = Torch.floats(scope, 9, 17);
            torch.weightGradient(x, dy, out, false);
            return out.toFloatArray();
        }
    }

    private static PtNDArray numbers(PtNDManager scope, int seed, long... shape) {
        PtNDArray array = Torch.floats(scope, shape);
        MemorySegment memory = Torch.memory(array);
        Random random = new Random(seed);
        for (long i = 0; i < memory.byteSize() / Float.BYTES; i++) {
            memory.setAtIndex(ValueLayout.JAVA_FLOAT, i, random.nextFloat() - 0.5f);
        }
        return array;
    }

    private static EngineException refusal(String expression) throws IOException {
        String source = Text.format("""
            class Ops(Module):
              __parameters__ = []
              __buffers__ = []
              training : bool
              def f(self, x: Tensor) -> Tensor:
                return %s
            """, expression);
        Torch.threads();
        try (PtNDManager manager = (PtNDManager) Engine.getEngine("PyTorch").newBaseManager(Device.cpu());
                InputStream archive = TorchArchive.of(source)) {
            return catchThrowableOfType(
                    EngineException.class, () -> JniUtils.loadModule(manager, archive, false, false));
        }
    }
}
