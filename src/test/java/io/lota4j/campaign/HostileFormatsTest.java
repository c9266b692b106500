package io.lota4j.campaign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.lota4j.LotaException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// A few inputs of the campaign, so that it is known to work.
class HostileFormatsTest {
    private static final int INPUTS = 60;

    @TempDir
    private Path folder = Path.of("");

    static List<String> names() {
        return HostileFormats.names();
    }

    @ParameterizedTest
    @MethodSource("names")
    void undamagedInputsAreRead(String name) throws IOException {
        HostileFormat format = HostileFormats.of(name, folder);
        for (int seed = 0; seed < format.seeds().size(); seed++) {
            byte[] input = format.seeds().get(seed);
            assertThatCode(() -> format.reading().read(input))
                    .as("%s, seed %d", name, seed)
                    .doesNotThrowAnyException();
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void damagedOnesAreReadOrRefused(String name) throws IOException {
        HostileFormat format = HostileFormats.of(name, folder);
        int refused = 0;
        for (int number = 0; number < INPUTS; number++) {
            try {
                format.reading().read(Mutations.of(format, 0, number).bytes());
            } catch (LotaException e) {
                assertThat(e.getMessage()).as("%s, input %d", name, number).isNotBlank();
                refused++;
            }
        }
        assertThat(refused).as(name).isBetween(1, INPUTS);
        assertThat(Mutations.of(format, 5, 3).bytes())
                .isEqualTo(Mutations.of(format, 5, 3).bytes());
    }
}
