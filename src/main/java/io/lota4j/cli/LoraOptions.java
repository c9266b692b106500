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
            description = "Rank of the factors (lower for matrices that are smaller).")
    private int rank;

    @Option(
            names = "--lora-alpha",
            required = true,
            paramLabel = "A",
            converter = Numbers.Positive.class,
            description = "LoRA's alpha: the product of the factors is multiplied by A / R.")
    private double alpha;

    @Mixin
    private PoolOptions pool = new PoolOptions();

    LoraConfig config() {
        return new LoraConfig(rank, alpha, pool.pool());
    }
}
