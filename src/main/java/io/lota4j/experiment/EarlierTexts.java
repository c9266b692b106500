package io.lota4j.experiment;

import io.lota4j.internal.Text;
import io.lota4j.internal.experiment.Method;
import io.lota4j.train.Optimizer;
import io.lota4j.train.TrainConfig;

/// The texts of settings that digests were made of before settings had a text of their own. They never change and
/// take in nothing new: what was finished then is found by them.
final class EarlierTexts {
    private EarlierTexts() {}

    static String of(TrainConfig config) {
        return Text.format(
                "TrainConfig[steps=%s, optimizer=%s, lr=%s, schedule=%s, warmupSteps=%s, batchSize=%s,"
                        + " accumulation=%s, clip=%s, maxNorm=%s, reduction=%s, seed=%s, shuffle=%s]",
                config.steps(),
                of(config.optimizer()),
                config.lr(),
                config.schedule().name(),
                config.warmupSteps(),
                config.batchSize(),
                config.accumulation(),
                config.clip().name(),
                config.maxNorm(),
                config.reduction().name(),
                config.seed(),
                config.shuffle());
    }

    private static String of(Optimizer optimizer) {
        return switch (optimizer) {
            case Optimizer.RmsProp(double alpha, double epsilon, double decay) ->
                Text.format("RmsProp[alpha=%s, epsilon=%s, decay=%s]", alpha, epsilon, decay);
            case Optimizer.AdamW(double beta1, double beta2, double epsilon, double decay) ->
                Text.format("AdamW[beta1=%s, beta2=%s, epsilon=%s, decay=%s]", beta1, beta2, epsilon, decay);
            case Optimizer.Sgd(double momentum, double decay) ->
                Text.format("Sgd[momentum=%s, decay=%s]", momentum, decay);
        };
    }

    static String of(Method.Lora lora) {
        return Text.format("Lora[rank=%s, alpha=%s]", lora.rank(), lora.alpha());
    }
}
