package io.lota4j.train;

import io.lota4j.kernel.Update;

/// Which rule turns gradients into updates, with its constants.
public sealed interface Optimizer {
    /// Decoupled weight decay, applied to trained weights only.
    double decay();

    boolean hasFirstMoment();

    boolean hasSecondMoment();

    /// The update of step `step` = 1, 2, ….
    Update update(long step, double lr, double scale);

    /// The name that flags and files use.
    String name();

    /// LoTA's optimizer (arXiv 2406.16797, reference code): α 0.99, ε 1e-8, no momentum, no bias correction.
    record RmsProp(double alpha, double epsilon, double decay) implements Optimizer {
        public static final RmsProp DEFAULT = new RmsProp(0.99, 1e-8, 0);

        @Override
        public boolean hasFirstMoment() {
            return false;
        }

        @Override
        public boolean hasSecondMoment() {
            return true;
        }

        @Override
        public Update update(long step, double lr, double scale) {
            return new Update.RmsProp(lr, scale, decay, alpha, epsilon);
        }

        @Override
        public String name() {
            return "rmsprop";
        }
    }

    /// Adam with decoupled decay (Loshchilov and Hutter 2019).
    record AdamW(double beta1, double beta2, double epsilon, double decay) implements Optimizer {
        public static final AdamW DEFAULT = new AdamW(0.9, 0.999, 1e-8, 0);

        @Override
        public boolean hasFirstMoment() {
            return true;
        }

        @Override
        public boolean hasSecondMoment() {
            return true;
        }

        @Override
        public Update update(long step, double lr, double scale) {
            return new Update.AdamW(
                    lr, scale, decay, beta1, beta2, epsilon, 1 - Math.pow(beta1, step), 1 - Math.pow(beta2, step));
        }

        @Override
        public String name() {
            return "adamw";
        }
    }

    /// Gradient descent with (heavy-ball) momentum.
    record Sgd(double momentum, double decay) implements Optimizer {
        public static final Sgd DEFAULT = new Sgd(0.9, 0);

        @Override
        public boolean hasFirstMoment() {
            return true;
        }

        @Override
        public boolean hasSecondMoment() {
            return false;
        }

        @Override
        public Update update(long step, double lr, double scale) {
            return new Update.Sgd(lr, scale, decay, momentum);
        }

        @Override
        public String name() {
            return "sgd";
        }
    }
}
