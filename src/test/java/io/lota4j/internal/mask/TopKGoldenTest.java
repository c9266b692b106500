package io.lota4j.internal.mask;

import static org.assertj.core.api.Assertions.assertThat;

import io.lota4j.checkpoint.DType;
import io.lota4j.checkpoint.Shape;
import io.lota4j.internal.checkpoint.Floats;
import io.lota4j.internal.checkpoint.SafetensorsFile;
import io.lota4j.mask.Deltas;
import io.lota4j.mask.Mask;
import io.lota4j.mask.MaskTensor;
import io.lota4j.mask.Scope;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Masks of a dense delta, chosen by another program.
class TopKGoldenTest {
    private static final String THRESHOLD = "threshold";

    @ParameterizedTest
    @CsvSource({
        "global, GLOBAL, 0.5", "global, GLOBAL, 0.9", "global, GLOBAL, 0.99",
        "per-tensor, TENSOR, 0.5", "per-tensor, TENSOR, 0.9", "per-tensor, TENSOR, 0.99"
    })
    void choosesTheSameWeights(String prefix, Scope scope, String sparsity) throws URISyntaxException {
        try (SafetensorsFile delta = SafetensorsFile.open(golden("delta"));
                SafetensorsFile expected = SafetensorsFile.open(golden(prefix + "-" + sparsity))) {
            Mask mask = TopK.select(
                    new FileDeltas(delta), Double.parseDouble(sparsity), scope, Deltas.BASE, "all", Map.of());

            expected.tensors().keySet().stream()
                    .filter(name -> !name.equals(THRESHOLD))
                    .forEach(name -> assertThat(bytes(mask.tensor(name)))
                            .as(name)
                            .isEqualTo(expected.bytes(name).toArray(ValueLayout.JAVA_BYTE)));
            assertThat(mask.tensors().keySet())
                    .containsExactlyInAnyOrderElementsOf(delta.tensors().keySet());
            if (scope == Scope.GLOBAL) {
                assertThat(mask.info().threshold()).hasValue(Floats.get(DType.F32, expected.bytes(THRESHOLD), 0));
            } else {
                assertThat(mask.info().threshold()).isEmpty();
            }
        }
    }

    private static byte[] bytes(MaskTensor tensor) {
        byte[] bytes = new byte[Math.toIntExact(tensor.shape().numel())];
        tensor.trainable().forEach((int index) -> bytes[index] = 1);
        return bytes;
    }

    private static Path golden(String name) throws URISyntaxException {
        URL url = TopKGoldenTest.class.getResource("/golden/mask/" + name + ".safetensors");
        return Path.of(Objects.requireNonNull(url, name).toURI());
    }

    private record FileDeltas(SafetensorsFile file) implements TensorValues {
        @Override
        public SequencedMap<String, Shape> tensors() {
            SequencedMap<String, Shape> shapes = new LinkedHashMap<>();
            file.tensors().forEach((name, info) -> shapes.put(name, info.shape()));
            return shapes;
        }

        @Override
        public void read(String name, long first, MemorySegment target) {
            target.copyFrom(file.bytes(name).asSlice(first * Float.BYTES, target.byteSize()));
        }
    }
}
