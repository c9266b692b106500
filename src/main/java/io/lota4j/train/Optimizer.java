package io.lota4j.train;

import io.lota4j.internal.kernel.Update;
import io.lota4j.internal.train.Ranges;
import io.lota4j.internal.train.SettingsText;

/// Which rule turns gradients into updates, with its constants.
public sealed interface Optimizer {
    /// Decoupled weight decay, applied to trained weights only.
    double decay();

    boolean hasFirstMoment();

    boolean hasSecondMoment();

    /// How many moments it keeps of each weight.
    default int moments() {
        return (hasFirstMoment() ? 1 : 0) + (hasSecondMoment() ? 1 : 0);
    }

    /// An update of a weight.
    ///
    /// @param number the weight's own: 1, 2, …
    Update update(long number, double lr, double scale);

    /// The name that flags and files use.
    String name();

    /// Adds its name and its constants to settings' text, but for those that have their defaults.
    void addTo(SettingsText text);

    private static void decayTo(SettingsText text, double decay) {
        text.with("weight-decay", decay, 0);
    }

    /// LoTA's optimizer (arXiv 2406.16797, reference code): α 0.99, ε 1e-8, no momentum, no bias correction.
    ///
    /// @param alpha share of the mean of squares that a step keeps, in [0, 1)
    /// @param epsilon added to the root of that mean, over 0 also as F32: else a weight without gradient
    ///     becomes NaN
    /// @param decay at least 0
    record RmsProp(double alpha, double epsilon, double decay) implements Optimizer {
        public static final RmsProp DEFAULT = new RmsProp(0.99, 1e-8, 0);

        /// @throws io.lota4j.LotaException with every constant that is out of its range
        public RmsProp {
            new Ranges()
                    .kept(alpha, "alpha of RMSprop")
                    .epsilon(epsilon)
                    .notNegative(decay, "weight decay")
                    .requireNone();
        }

        @Override
        public boolean hasFirstMoment() {
            return false;
        }

        @Override
        public boolean hasSecondMoment() {
            return true;
        }

        @Override
        public Update update(long number, double lr, double scale) {
            return new Update.RmsProp(lr, scale, decay, alpha, epsilon);
        }

        @Override
        public String name() {
            return "rmsprop";
        }

        @Override
        public void addTo(SettingsText text) {
            text.with("optimizer", name())
                    .with("alpha", alpha, DEFAULT.alpha)
                    .with("epsilon", epsilon, DEFAULT.epsilon);
            decayTo(text, decay);
        }
    }

    /// Adam with decoupled decay (Loshchilov and Hutter 2019).
    ///
    /// @param beta1 share of the mean gradient that a step keeps, in [0, 1)
    /// @param beta2 share of the mean of squares that a step keeps, in [0, 1)
    /// @param epsilon added to the root of that mean, over 0 also as F32: else a weight without gradient
    ///     becomes NaN
    /// @param decay at least 0
    record AdamW(double beta1, double beta2, double epsilon, double decay) implements Optimizer {
        public static final AdamW DEFAULT = new AdamW(0.9, 0.999, 1e-8, 0);

        /// @throws io.lota4j.LotaException with every constant that is out of its range
        public AdamW {
            new Ranges()
                    .kept(beta1, "beta1 of AdamW")
                    .kept(beta2, "beta2 of AdamW")
                    .epsilon(epsilon)
                    .notNegative(decay, "weight decay")
                    .requireNone();
        }

        @Override
        public boolean hasFirstMoment() {
            return true;
        }

        @Override
        public boolean hasSecondMoment() {
            return true;
        }

        @Override
        public Update update(long number, double lr, double scale) {
            return new Update.AdamW(
                    lr, scale, decay, beta1, beta2, epsilon, 1 - Math.pow(beta1, number), 1 - Math.pow(beta2, number));
        }

        @Override
        public String name() {
            return "adamw";
        }

        /// It is the default, and does not name itself.
        @Override
        public void addTo(SettingsText text) {
            text.with("beta1", beta1, DEFAULT.beta1)
                    .with("beta2", beta2, DEFAULT.beta2)
                    .with("epsilon", epsilon, DEFAULT.epsilon);
            decayTo(text, decay);
        }
    }

    /// Gradient descent with (heavy-ball) momentum.
    ///
    /// @param momentum share of the step before that a step keeps, in [0, 1)
    /// @param decay at least 0
    record Sgd(double momentum, double decay) implements Optimizer {
        public static final Sgd DEFAULT = new Sgd(0.9, 0);

        /// @throws io.lota4j.LotaException with every constant that is out of its range
        public Sgd {
            new Ranges()
                    .kept(momentum, "momentum of SGD")
                    .notNegative(decay, "weight decay")
                    .requireNone();
        }

        @Override
        public boolean hasFirstMoment() {
            return true;
        }

        @Override
        public boolean hasSecondMoment() {
            return false;
        }

        @Override
        public Update update(long number, double lr, double scale) {
            return new Update.Sgd(lr, scale, decay, momentum);
        }

        @Override
        public String name() {
            return "sgd";
        }

        @Override
        public void addTo(SettingsText text) {
            text.with("optimizer", name()).with("momentum", momentum, DEFAULT.momentum);
            decayTo(text, decay);
        }
    }
}
