package io.lota4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lota4j.Lota;
import io.lota4j.LotaException;
import io.lota4j.RowOptions;
import io.lota4j.RunOptions;
import io.lota4j.data.Dataset;
import io.lota4j.mask.MaskFile;
import io.lota4j.ticket.TicketFile;
import io.lota4j.train.RemoteShards;
import io.lota4j.train.ReplicaRound;
import io.lota4j.train.ReplicaRound.OptimizerState;
import io.lota4j.train.RunObserver;
import io.lota4j.train.ShardSums;
import io.lota4j.train.StateFile;
import io.lota4j.train.TrainConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// A run of the command line whose shards another process computes, here another object of this one.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ShardComputerTest {
    private static final int SHARDS = 3;
    private static final int STEPS = 3;
    private static final double LR = 1e-3;

    @TempDir
    private static Path folder = Path.of("");

    @BeforeAll
    void prepare() throws IOException {
        TinyModel.write(at("base"), 16, 1);
        TinyModel.data(at("rows.jsonl"), 6);
        run("mask", "random", "--model=" + at("base"), "--sparsity=0.5", "--out=" + at("mask"));
    }

    private static Path at(String name) {
        return folder.resolve(name);
    }

    private static void run(String... arguments) {
        Cli cli = new Cli(Commands.standard());
        assertThat(cli.run(arguments)).as(cli.out() + cli.err()).isZero();
    }

    /// The arguments of `lota train`, but for the learning rate.
    private static List<String> arguments(String base, String out) {
        return List.of(
                "--model=" + at(base),
                "--data=" + at("rows.jsonl"),
                "--prompt={question}",
                "--completion={answer}",
                "--mask=" + at("mask"),
                "--steps=" + STEPS,
                "--batch=4",
                "--shards=" + SHARDS,
                "--out=" + at(out));
    }

    /// Opens a computer when the run says what it is.
    private static final class Computing implements RemoteShards, AutoCloseable {
        private final List<ShardComputer> opened = new ArrayList<>();
        private final List<String> arguments;

        Computing(List<String> arguments) {
            this.arguments = arguments;
        }

        @Override
        public void begin(Map<String, String> identity) {
            opened.add(ShardComputer.open(new ShardOrder(arguments, LR, SHARDS).of(identity)));
        }

        @Override
        public List<ShardSums> of(long step, float[] values) {
            List<ShardSums> sums = new ArrayList<>();
            for (int shard = 0; shard < SHARDS; shard++) {
                sums.add(opened.getFirst().compute(step, shard, values));
            }
            return sums;
        }

        @Override
        public List<ReplicaRound> round(long from, int steps, float[] values, List<OptimizerState> optimizers) {
            List<ReplicaRound> rounds = new ArrayList<>();
            for (int shard = 0; shard < SHARDS; shard++) {
                rounds.add(opened.getFirst().round(from, steps, shard, values, optimizers.get(shard)));
            }
            return rounds;
        }

        @Override
        public void close() {
            opened.forEach(ShardComputer::close);
        }
    }

    private static void train(Computing computing, String out) {
        try (Lota lota = Lota.open(at("base"))) {
            Dataset rows = lota.data(at("rows.jsonl"), RowOptions.templates("{question}", "{answer}"));
            TrainConfig config =
                    TrainConfig.of(STEPS, LR).batchSize(4).shards(SHARDS).build();
            TicketFile.write(
                    at(out),
                    lota.train(
                                    rows,
                                    MaskFile.read(at("mask")),
                                    config,
                                    RunOptions.NONE.computing(computing),
                                    RunObserver.NONE,
                                    StateFile.NONE)
                            .result());
        }
    }

    @Test
    void itComputesWhatTheRunItselfWould() {
        List<String> whole = new ArrayList<>(List.of("train", "--lr=" + LR));
        whole.addAll(arguments("base", "here"));
        run(whole.toArray(String[]::new));
        try (Computing computing = new Computing(arguments("base", "there"))) {
            train(computing, "there");
            assertThat(computing.opened.getFirst().machine())
                    .containsKeys("instructions", "java", "kernel", "lota4j", "system", "threads")
                    .allSatisfy((key, value) -> assertThat(value).isNotEmpty());
        }
        assertThat(at("there")).hasSameBinaryContentAs(at("here"));
    }

    @Test
    void whoeverHasAnotherBaseIsRefusedWithBothFingerprints() throws IOException {
        TinyModel.write(at("other"), 16, 2);
        Path mask = at("mask-of-other");
        run("mask", "random", "--model=" + at("other"), "--sparsity=0.5", "--out=" + mask);
        String there = MaskFile.read(mask).info().base();
        String here = MaskFile.read(at("mask")).info().base();
        List<String> arguments = new ArrayList<>(arguments("other", "refused"));
        arguments.set(4, "--mask=" + mask);
        try (Computing computing = new Computing(arguments)) {
            assertThatThrownBy(() -> train(computing, "refused"))
                    .isInstanceOf(LotaException.class)
                    .hasMessageContaining("The base of the run is " + here + ", but here it is " + there);
        }
        assertThat(Files.exists(at("refused"))).isFalse();
    }

    @Test
    void whoeverHasOtherRowsIsRefused() throws IOException {
        TinyModel.data(at("fewer.jsonl"), 5);
        List<String> arguments = new ArrayList<>(arguments("base", "refused"));
        arguments.set(1, "--data=" + at("fewer.jsonl"));
        try (Computing computing = new Computing(arguments)) {
            assertThatThrownBy(() -> train(computing, "refused")).hasMessageContaining("The data of the run is ");
        }
    }

    @Test
    void whatCannotBeComputedElsewhereIsRefusedFirst() {
        assertThat(refusal("--shards=1"))
                .contains("--on computes the shards of a step in other processes, and there is"
                        + " one. Give --shards S");
        assertThat(refusal("--on=flink")).contains("--on flink: there is no such engine; expected spark.");
        assertThat(refusal("--on=spark")).contains("lota4j-spark is not on the class path");
        assertThat(refusal("--mask=some/mask.safetensors"))
                .contains("other processes have another working directory")
                .contains("--mask some/mask.safetensors.");
    }

    /// @param changed replaces an argument of a run on Spark
    private static String refusal(String changed) {
        List<String> line = new ArrayList<>(List.of("train", "--lr=" + LR, "--on=spark"));
        line.addAll(arguments("base", "refused"));
        String name = changed.substring(0, changed.indexOf('=') + 1);
        line.replaceAll(word -> word.startsWith(name) ? changed : word);
        Cli cli = new Cli(Commands.standard());
        assertThat(cli.run(line.toArray(String[]::new))).as(cli.out()).isEqualTo(1);
        return cli.err();
    }
}
