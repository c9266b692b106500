package io.lota4j.internal.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.Golden;
import io.lota4j.LotaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventFileTest {
    private static final Instant START = Instant.ofEpochSecond(1_700_000_000L, 250_000_000);

    @TempDir
    private Path folder = Path.of("");

    /// The golden file is what TensorBoard 2.21's own messages and record writer make of the same events.
    @Test
    void theBytesAreThoseOfTensorBoard() throws IOException {
        Iterator<Instant> times =
                List.of(START, START.plusMillis(1250), START.plusMillis(2500)).iterator();
        Path path;
        try (EventFile file = EventFile.open(folder.resolve("runs/1"), times::next)) {
            path = file.path();
            file.add(
                    299,
                    List.of(new Scalar("train/loss", 0.1), new Scalar("train/lr", 1e-4), new Scalar("größe/ü", 0)));
            file.add(
                    5_000_000_000L,
                    List.of(new Scalar("train/loss", Double.NaN), new Scalar("train/gradient_norm", -3.5)));
        }
        assertThat(path.getParent()).isEqualTo(folder.resolve("runs/1"));
        assertThat(path.getFileName().toString()).matches("events\\.out\\.tfevents\\.1700000000\\.\\S+\\.0");
        assertThat(Files.readAllBytes(path)).isEqualTo(Files.readAllBytes(Golden.path("events/scalars.tfevents")));
    }

    @Test
    void anInterruptLosesNoStep() throws IOException {
        Thread.currentThread().interrupt();
        try (EventFile file = EventFile.open(folder, InstantSource.fixed(START))) {
            for (long step = 1; step <= 3; step++) {
                file.add(step, List.of(new Scalar("a", step)));
            }
            assertThat(Thread.interrupted()).isTrue();
            // The version, the start, and the steps.
            assertThat(EventReader.read(file.path())).hasSize(2 + 3);
        } finally {
            Thread.interrupted();
        }
    }

    @Test
    void aStepIsOnDiskOnceItIsAdded() throws IOException {
        try (EventFile file = EventFile.open(folder, InstantSource.fixed(START))) {
            assertThat(EventReader.read(file.path()))
                    .containsExactly(new EventReader.Event("version", 1_700_000_000.25, 0, Map.of()));
            for (long step = 7; step <= 200; step++) {
                file.add(step, List.of(new Scalar("a", step / 2.0)));
                assertThat(EventReader.read(file.path()).getLast())
                        .isEqualTo(new EventReader.Event(
                                "scalars", 1_700_000_000.25, step, Map.of("a", (float) (step / 2.0))));
            }
            assertThat(EventReader.read(file.path()))
                    .hasSize(2 + 194)
                    .element(1)
                    .satisfies(event -> {
                        assertThat(event.what()).isEqualTo("start");
                        assertThat(event.step()).isEqualTo(7);
                    });
        }
    }

    @Test
    void filesOfTheSameSecondStandBesideEachOther() {
        try (EventFile first = EventFile.open(folder, InstantSource.fixed(START));
                EventFile second = EventFile.open(folder, InstantSource.fixed(START))) {
            assertThat(first.path()).exists().isNotEqualTo(second.path());
            assertThat(second.path().toString()).endsWith(".1");
        }
    }

    @Test
    void aFileInTheWayIsToldOf() throws IOException {
        Path file = Files.writeString(folder.resolve("taken"), "");
        assertThatThrownBy(() -> EventFile.open(file))
                .isInstanceOf(LotaException.class)
                .hasMessage(file + ": no event file can be written there: a file of that name is in the way.");
        assertThatThrownBy(() -> EventFile.open(file.resolve("below")))
                .isInstanceOf(LotaException.class)
                .hasMessageStartingWith(file.resolve("below") + ": no event file can be written there: ");
    }
}
