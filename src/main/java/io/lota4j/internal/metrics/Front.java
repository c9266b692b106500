package io.lota4j.internal.metrics;

import io.lota4j.metrics.Direction;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// The Pareto front of points that are better where either coordinate is more.
public final class Front {
    private Front() {}

    /// A last task's score, as it is, and what was kept of the earlier ones.
    public record Point(double score, double kept) {}

    /// The points than which no other is at least as good in both and better in one, from the worst score to the best;
    /// of equal points one.
    public static List<Point> of(List<Point> points, Direction score) {
        Comparator<Point> better = Comparator.comparingDouble(p -> score == Direction.LOWER ? -p.score() : p.score());
        List<Point> best = points.stream()
                .sorted(better.thenComparingDouble(Point::kept).reversed())
                .toList();
        List<Point> front = new ArrayList<>();
        for (Point point : best) {
            if (front.isEmpty() || point.kept() > front.getLast().kept()) {
                front.add(point);
            }
        }
        return front.reversed();
    }
}
