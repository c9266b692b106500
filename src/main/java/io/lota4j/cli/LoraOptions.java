package io.lota4j.cli;

import io.lota4j.train.lora.LoraConfig;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// What LoRA's factors are, as a picocli mixin.
final class LoraOptions {
    @Option(
            names = "--rank",
            required = true,
            paramLabel = "R",
            converter = Numbers.Count.class,
            description = "Rank of the factors; a matrix that has less takes what it has.")
    private int rank;

    @Option(
            names = "--lora-alpha",
            required = true,
            paramLabel = "A",
            converter = Numbers.Positive.class,
            description = "The factors' product is multiplied by A / R.")
    private double alpha;

    @Mixin
    private PoolOptions pool = new PoolOptions();

    LoraConfig config() {
        return new LoraConfig(rank, alpha, pool.pool());
    }
}
