package io.lota4j.train.attribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lota4j.Calibration;
import io.lota4j.Lota;
import io.lota4j.LotaException;
import io.lota4j.RowOptions;
import io.lota4j.data.Dataset;
import io.lota4j.data.Example;
import io.lota4j.demo.DemoData;
import io.lota4j.demo.DemoFiles;
import io.lota4j.demo.DemoTask;
import io.lota4j.kernel.choice.KernelChoice;
import io.lota4j.mask.Mask;
import io.lota4j.mask.Pool;
import io.lota4j.model.MemoryPolicy;
import io.lota4j.train.TrainConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What masks see of a task, on the demo's base.
class GradientShareTest {
    @TempDir
    private static Path folder = Path.of("");

    private static Lota lota = Lota.open(Path.of("nowhere"));
    private static Dataset rows = new Dataset(Path.of("nowhere"), "", 0, List.of(), List.of());
    private static List<Example> batch = List.of();

    @BeforeAll
    static void open() {
        DemoFiles.writeBase(folder.resolve("base"));
        DemoFiles.writeTask(folder, new DemoData(DemoData.DEFAULT_SEED), DemoTask.FLIP);
        lota = Lota.open(folder.resolve("base"), KernelChoice.JAVA, MemoryPolicy.KEEP);
        rows = lota.data(
                folder.resolve("flip-train.jsonl"),
                RowOptions.templates("{prompt}", "{completion}").limit(40));
        batch = FreshRows.of(rows, 0).draw(GradientShare.ROWS);
    }

    @AfterAll
    static void close() {
        lota.close();
    }

    private static List<GradientShare> shares(Mask... masks) {
        return lota.gradientShares(List.of(masks), List.of(), batch, (done, all, tokens) -> {}, () -> false)
                .orElseThrow();
    }

    private static Mask random(double sparsity, long seed) {
        return lota.mask(new Random(), Calibration.of(sparsity), seed);
    }

    @Test
    void theWholePoolSeesAllAndDisjointMasksShareIt() {
        Mask tenth = random(0.9, 1);
        Mask half = random(0.5, 2).minus(tenth);
        Mask rest = tenth.or(half).invert();
        List<GradientShare> found = shares(lota.everything(Pool.standard()), tenth, half, rest);
        assertThat(found.getFirst().share()).isEqualTo(1);
        assertThat(found.getFirst().chance()).isEqualTo(1);
        assertThat(found.getFirst().norm()).isPositive();
        assertThat(found.getFirst().rows()).isEqualTo(16);
        double squares = found.subList(1, 4).stream()
                .mapToDouble(share -> share.share() * share.share())
                .sum();
        assertThat(squares).isCloseTo(1, within(1e-6));
        double sums =
                found.subList(1, 4).stream().mapToDouble(GradientShare::ofSum).sum();
        assertThat(sums).isCloseTo(1, within(1e-6));
        assertThat(found.getFirst().ofSum()).isEqualTo(1);
    }

    @Test
    void masksDrawnByChanceSeeTheRootOfTheirDensity() {
        for (double sparsity : new double[] {0.5, 0.9, 0.99}) {
            for (GradientShare share : shares(random(sparsity, 1), random(sparsity, 2), random(sparsity, 3))) {
                assertThat(share.chance()).isCloseTo(Math.sqrt(1 - sparsity), within(1e-4));
                assertThat(share.share() / share.chance()).isBetween(0.8, 1.2);
                assertThat(share.ofSum() / (1 - sparsity)).isBetween(0.9, 1.1);
            }
        }
    }

    /// A mask by the gradient of these very rows sees nearly all of it, what it leaves nearly nothing.
    @Test
    void aMaskByGradientSeesMoreThanChanceAndItsComplementLess() {
        Mask fisher = lota.mask(new Fisher(), rows, Calibration.of(0.9));
        List<GradientShare> found = shares(fisher, fisher.invert());
        assertThat(found.getFirst().share()).isGreaterThan(0.9);
        assertThat(found.getFirst().isBelowChance()).isFalse();
        assertThat(found.getFirst().text())
                .matches("(0\\.9\\d|1\\.00) of the gradient norm of 16 rows; a mask drawn by chance sees 0\\.32");
        assertThat(found.getLast().isBelowChance()).isTrue();
        assertThat(found.getLast().text()).endsWith(": this mask sees less of the task than chance would");
        assertThat(found.getLast().noted(fisher).info().origin())
                .containsAllEntriesOf(fisher.info().origin())
                .containsEntry("gradient_share", Double.toString(found.getLast().share()))
                .containsEntry(
                        "gradient_share_of_chance",
                        Double.toString(found.getLast().chance()))
                .containsEntry("gradient_share_rows", "16");
    }

    @Test
    void aRateFollowsWhatTheMaskSeesUpToABound() {
        Mask mask = random(0.9, 1);
        assertThat(GradientShare.rate(mask)).isEmpty();
        assertThat(GradientShare.rate(seeing(0.4007, mask))).hasValue(1.2e-4);
        assertThat(GradientShare.rate(seeing(1, mask))).hasValue(5e-5);
        assertThat(GradientShare.rate(seeing(0.013, mask))).hasValue(1e-3);
        assertThat(GradientShare.rate(seeing(0, mask))).isEmpty();
    }

    private static Mask seeing(double ofSum, Mask mask) {
        return new GradientShare(0.9, ofSum, 0.3, 1, 16).noted(mask);
    }

    /// One gradient of all rows, however many go through the model at once: its norm is that of the sum.
    @Test
    void theGradientIsOfAllRowsTogether() {
        Mask whole = lota.everything(Pool.standard());
        GradientShare once = lota.gradientShare(whole, batch);
        List<Example> twice = new ArrayList<>(batch);
        twice.addAll(batch);
        assertThat(lota.gradientShare(whole, twice).norm()).isCloseTo(2 * once.norm(), within(once.norm() * 1e-4));
        assertThat(lota.gradientShare(random(0.9, 1), batch))
                .isEqualTo(shares(random(0.9, 1)).getFirst());
    }

    @Test
    void freshRowsAreThoseThatACalibrationDidNotUse() {
        TrainConfig config = TrainConfig.of(3, 1e-3).batchSize(8).seed(4).build();
        FreshRows fresh = FreshRows.after(rows, config);
        assertThat(fresh.isFresh()).isTrue();
        assertThat(fresh.used().cardinality()).isEqualTo(24);
        List<Example> drawn = fresh.draw(30);
        assertThat(drawn).hasSize(16);
        assertThat(drawn).noneMatch(example -> fresh.used().get(example.row()));
        assertThat(FreshRows.after(rows, config).draw(5))
                .isEqualTo(fresh.draw(5))
                .hasSize(5);

        FreshRows behind = FreshRows.afterFirst(rows, 30, 1);
        assertThat(behind.draw(10)).allMatch(example -> example.row() >= 30);
        assertThat(behind.draw(4)).isSubsetOf(behind.draw(10));
        assertThat(new HashSet<>(FreshRows.of(rows, 1).draw(5)))
                .isNotEqualTo(new HashSet<>(FreshRows.of(rows, 2).draw(5)));

        FreshRows none =
                FreshRows.after(rows, TrainConfig.of(5, 1e-3).batchSize(8).build());
        assertThat(none.isFresh()).isFalse();
        assertThat(none.draw(16)).hasSize(16);
    }

    @Test
    void itCanBeStoppedAndRefusesWhatHasNoGradient() {
        assertThat(lota.gradientShares(
                        List.of(random(0.9, 1)), List.of(), batch, (done, all, tokens) -> {}, () -> true))
                .isEqualTo(Optional.empty());
        assertThatThrownBy(() -> lota.gradientShare(random(0.9, 1), List.of()))
                .isInstanceOf(LotaException.class)
                .hasMessage("There is no row whose gradient a mask could see.");
        assertThatThrownBy(() -> shares(random(0.9, 1), lota.everything(Pool.parse("mlp", null))))
                .isInstanceOf(LotaException.class)
                .hasMessageStartingWith("What masks of different pools see cannot be compared: ");
    }
}
