package io.lota4j.internal.kernel;

import io.lota4j.internal.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// A weight, a mask on it and a number of tokens, with the seed of everything random about them.
///
/// @param rows output features
/// @param columns input features
/// @param index flat indices of the entries, ascending
record Case(int rows, int columns, int tokens, int[] index, long seed) {
    /// Around the widths at which vector loops change to their tails, and the sizes of thread blocks.
    static final int[] SIZES = {0, 1, 7, 8, 9, 15, 16, 17, 31, 33, 63, 64, 65, 255, 257, 1023, 4097};

    private static final int MOST_ELEMENTS = 1 << 18;
    private static final int MOST_PRODUCTS = 1 << 21;

    /// Every size of every dimension at least once, with other dimensions drawn at random.
    static Stream<Case> sizes() {
        List<Case> cases = new ArrayList<>();
        SplittableRandom random = new SplittableRandom(7);
        for (int size : SIZES) {
            cases.add(drawn(random.nextLong(), size, -1, -1, -1));
            cases.add(drawn(random.nextLong(), -1, size, -1, -1));
            cases.add(drawn(random.nextLong(), -1, -1, size, -1));
            cases.add(drawn(random.nextLong(), -1, -1, -1, size));
        }
        return cases.stream();
    }

    /// Masks with an extreme form.
    static Stream<Case> forms() {
        List<Case> cases = new ArrayList<>();
        for (int[] shape : new int[][] {{1, 1, 3}, {5, 3, 17}, {17, 33, 9}, {33, 70, 40}, {64, 64, 257}}) {
            int rows = shape[0];
            int columns = shape[1];
            int size = rows * columns;
            cases.add(of(shape, IntStream.empty()));
            cases.add(of(shape, IntStream.range(0, size)));
            cases.add(of(shape, IntStream.of(0)));
            cases.add(of(shape, IntStream.of(size - 1)));
            cases.add(of(shape, IntStream.range(rows / 2 * columns, (rows / 2 + 1) * columns)));
            cases.add(of(shape, IntStream.range(0, rows).map(i -> i * columns + columns / 2)));
            cases.add(of(shape, IntStream.range(0, size).filter(i -> i / columns % 3 == 1)));
            cases.add(of(shape, IntStream.range(Math.max(0, size - columns - 1), size)));
        }
        return cases.stream();
    }

    private static Case of(int[] shape, IntStream index) {
        return new Case(shape[0], shape[1], shape[2], index.toArray(), 1000L + shape[0]);
    }

    /// Dimensions that are negative are drawn until the whole is small enough to be computed plainly.
    private static Case drawn(long seed, int rows, int columns, int tokens, int count) {
        SplittableRandom random = new SplittableRandom(seed);
        while (true) {
            int r = rows < 0 ? any(random) : rows;
            int c = columns < 0 ? any(random) : columns;
            int t = tokens < 0 ? any(random) : tokens;
            int n = count < 0 ? any(random) : count;
            long size = (long) r * c;
            if (count < 0) {
                n = (int) Math.min(n, size);
            }
            if (n <= size && size <= MOST_ELEMENTS && (long) n * t <= MOST_PRODUCTS && (long) (r + c) * t <= 1 << 22) {
                return new Case(r, c, t, subset(random, (int) size, n), seed);
            }
        }
    }

    private static int any(SplittableRandom random) {
        return SIZES[random.nextInt(SIZES.length)];
    }

    /// `count` of `0 … size - 1`, ascending, each subset equally likely.
    private static int[] subset(SplittableRandom random, int size, int count) {
        int[] chosen = new int[count];
        for (int i = 0, n = 0; n < count; i++) {
            if (random.nextInt(size - i) < count - n) {
                chosen[n++] = i;
            }
        }
        return chosen;
    }

    int size() {
        return rows * columns;
    }

    SplittableRandom random() {
        return new SplittableRandom(seed);
    }

    @Override
    public String toString() {
        return Text.format("%d of %d x %d, %d tokens, seed %d", index.length, rows, columns, tokens, seed);
    }
}
