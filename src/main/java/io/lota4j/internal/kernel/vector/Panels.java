package io.lota4j.internal.kernel.vector;

import java.util.concurrent.ConcurrentLinkedQueue;

/// The arrays into which sampled products copy their factors, used again and again.
///
/// There are as many as were ever in use at once, each of a cache's size.
final class Panels {
    private final ConcurrentLinkedQueue<Panel> idle = new ConcurrentLinkedQueue<>();

    /// What one task works on.
    ///
    /// @param x columns of inputs, the tokens of each side by side
    /// @param dy rows of output gradients, the tokens of each side by side
    /// @param columns where in `x` the columns of a row's entries begin
    /// @param sums of a row's entries
    record Panel(float[] x, float[] dy, int[] columns, float[] sums) {
        private static Panel of(int columns, int rows, int length) {
            return new Panel(
                    new float[columns * length], new float[rows * length], new int[columns], new float[columns]);
        }

        private boolean holds(int columns, int rows, int length) {
            return x.length >= columns * length && dy.length >= rows * length && sums.length >= columns;
        }
    }

    /// Arrays with room for some columns and rows of `length` tokens, with undefined content.
    Panel take(int columns, int rows, int length) {
        Panel panel = idle.poll();
        return panel != null && panel.holds(columns, rows, length) ? panel : Panel.of(columns, rows, length);
    }

    void giveBack(Panel panel) {
        idle.add(panel);
    }

    void clear() {
        idle.clear();
    }
}
