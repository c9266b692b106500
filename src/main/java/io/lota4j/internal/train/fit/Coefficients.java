package io.lota4j.internal.train.fit;

import io.lota4j.train.fit.FitConfig.Per;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/// A number for each ticket in each tensor, from 1, moved by Adam (Kingma and Ba 2015, with its constants
/// 0.9, 0.999 and 1e-8) against their gradients. A coefficient a ticket is one number for all tensors.
final class Coefficients {
    private static final double BETA_1 = 0.9;
    private static final double BETA_2 = 0.999;
    private static final double EPSILON = 1e-8;

    private final SequencedMap<String, double[]> values = new LinkedHashMap<>();
    private final SequencedMap<String, double[]> gradients = new LinkedHashMap<>();
    private final Per per;
    private final int tickets;
    private final double[] first;
    private final double[] second;
    private long updates;

    Coefficients(List<String> tensors, int tickets, Per per) {
        this.per = per;
        this.tickets = tickets;
        for (String tensor : tensors) {
            double[] ones = new double[tickets];
            Arrays.fill(ones, 1);
            values.put(tensor, ones);
            gradients.put(tensor, new double[tickets]);
        }
        int numbers = per == Per.TASK ? tickets : tickets * tensors.size();
        first = new double[numbers];
        second = new double[numbers];
    }

    /// Those of a tensor, one a ticket.
    double[] of(String tensor) {
        return values.getOrDefault(tensor, new double[0]);
    }

    /// Where a tensor's gradients are put.
    double[] gradient(String tensor) {
        return gradients.getOrDefault(tensor, new double[0]);
    }

    /// Moves all of them.
    void step(double rate) {
        updates++;
        if (per == Per.TASK) {
            double[] sums = new double[tickets];
            gradients.values().forEach(own -> {
                for (int t = 0; t < tickets; t++) {
                    sums[t] += own[t];
                }
            });
            for (int t = 0; t < tickets; t++) {
                double change = change(t, sums[t], rate);
                int ticket = t;
                values.values().forEach(own -> own[ticket] -= change);
            }
            return;
        }
        int number = 0;
        for (String tensor : values.sequencedKeySet()) {
            for (int t = 0; t < tickets; t++) {
                of(tensor)[t] -= change(number, gradient(tensor)[t], rate);
                number++;
            }
        }
    }

    private double change(int number, double gradient, double rate) {
        first[number] = BETA_1 * first[number] + (1 - BETA_1) * gradient;
        second[number] = BETA_2 * second[number] + (1 - BETA_2) * gradient * gradient;
        double mean = first[number] / (1 - Math.pow(BETA_1, (double) updates));
        double square = second[number] / (1 - Math.pow(BETA_2, (double) updates));
        return rate * mean / (Math.sqrt(square) + EPSILON);
    }

    /// Goes on from what others have reached.
    void restore(FitState state) {
        updates = state.step();
        state.values().forEach((tensor, own) -> System.arraycopy(own, 0, of(tensor), 0, tickets));
        Arrays.setAll(first, i -> state.first().get(i));
        Arrays.setAll(second, i -> state.second().get(i));
    }

    List<Double> first() {
        return Arrays.stream(first).boxed().toList();
    }

    List<Double> second() {
        return Arrays.stream(second).boxed().toList();
    }

    /// All of them by tensor, copied.
    SequencedMap<String, double[]> all() {
        SequencedMap<String, double[]> all = new LinkedHashMap<>();
        values.forEach((tensor, own) -> all.put(tensor, own.clone()));
        return all;
    }
}
