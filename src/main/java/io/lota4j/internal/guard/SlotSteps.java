package io.lota4j.internal.guard;

import io.lota4j.guard.StressOptions.Norm;
import java.util.SplittableRandom;

/// Projected descent of soft inputs: the changes of some slots, each within a bound.
///
/// @param norm that is bounded
/// @param bound of each slot's norm
record SlotSteps(Norm norm, double bound) {
    /// Takes a step down a gradient, and goes back within the bound. Where the gradient is 0
    /// nothing moves.
    ///
    /// @param change of each slot, changed in place
    /// @param gradient of the loss
    /// @param step how far a slot goes, or by [Norm#LINF] each of its numbers
    void step(double[][] change, double[][] gradient, double step) {
        for (int slot = 0; slot < change.length; slot++) {
            double length = norm == Norm.L2 ? norm(gradient[slot]) : 1;
            if (length == 0) {
                continue;
            }
            for (int i = 0; i < change[slot].length; i++) {
                double along = norm == Norm.L2 ? gradient[slot][i] / length : Math.signum(gradient[slot][i]);
                change[slot][i] -= step * along;
            }
            project(change[slot]);
        }
    }

    private void project(double[] slot) {
        double length = norm == Norm.L2 ? norm(slot) : 0;
        for (int i = 0; i < slot.length; i++) {
            if (norm == Norm.LINF) {
                slot[i] = Math.clamp(slot[i], -bound, bound);
            } else if (length > bound) {
                slot[i] *= bound / length;
            }
        }
    }

    /// A change of the bound's size, drawn by chance.
    double[][] random(int slots, int width, SplittableRandom draws) {
        double[][] change = new double[slots][width];
        for (double[] slot : change) {
            for (int i = 0; i < width; i++) {
                slot[i] = norm == Norm.L2 ? draws.nextGaussian() : draws.nextBoolean() ? bound : -bound;
            }
            double length = norm(slot);
            for (int i = 0; norm == Norm.L2 && i < width; i++) {
                slot[i] *= bound / length;
            }
        }
        return change;
    }

    static double norm(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value * value;
        }
        return Math.sqrt(sum);
    }
}
