package io.lota4j.merge.run;

import io.lota4j.internal.merge.Piece;

/// How the models' deltas meet in a merge, and what becomes of them: counts of changed weights and sums of squares
/// and products, which add up over tensors.
///
/// A delta is kept where the merged one has its sign, dropped where that is zero, and flipped where it has the other
/// sign. Its energy is its square.
public final class Overlap {
    private final int models;
    private final long[] changed;
    private final double[] energy;
    private final double[] kept;
    private final double[] flipped;
    private final double[] along;
    private final long[] shared;
    private final long[] conflicts;
    private final double[] products;
    private int[] room = {};
    private long merged;
    private double mergedEnergy;

    public Overlap(int models) {
        this.models = models;
        changed = new long[models];
        energy = new double[models];
        kept = new double[models];
        flipped = new double[models];
        along = new double[models];
        shared = new long[models * models];
        conflicts = new long[models * models];
        products = new double[models * models];
    }

    /// Takes a piece.
    ///
    /// @param piece a sparse one
    public void add(Piece piece, float[] result) {
        addMerged(result, piece.size());
        for (int m = 0; m < models; m++) {
            addModel(m, piece, result);
            for (int other = 0; other < m; other++) {
                addPair(m * models + other, piece, m, piece.operand(other));
            }
        }
    }

    private void addMerged(float[] result, int size) {
        int count = 0;
        double all = mergedEnergy;
        for (int i = 0; i < size; i++) {
            count += result[i] != 0 ? 1 : 0;
            all += (double) result[i] * result[i];
        }
        merged += count;
        mergedEnergy = all;
    }

    private void addModel(int m, Piece piece, float[] result) {
        float[] delta = piece.operand(m);
        int[] places = piece.places(m);
        int entries = piece.entries(m);
        int count = 0;
        double all = 0;
        double same = 0;
        double opposed = 0;
        double product = 0;
        for (int entry = 0; entry < entries; entry++) {
            int i = places[entry];
            double square = (double) delta[i] * delta[i];
            double projected = (double) delta[i] * result[i];
            count += delta[i] != 0 ? 1 : 0;
            all += square;
            same += when(isPositive(projected), square);
            opposed += when(isPositive(-projected), square);
            product += projected;
        }
        changed[m] += count;
        energy[m] += all;
        kept[m] += same;
        flipped[m] += opposed;
        along[m] += product;
    }

    /// All bits or none: which sign comes next cannot be predicted, so a branch would cost more.
    private static long isPositive(double number) {
        return -Double.doubleToRawLongBits(number) >> Long.SIZE - 1
                & ~(Double.doubleToRawLongBits(number) >> Long.SIZE - 1);
    }

    private static double when(long allOrNone, double number) {
        return Double.longBitsToDouble(Double.doubleToRawLongBits(number) & allOrNone);
    }

    private void addPair(int pair, Piece piece, int m, float[] other) {
        float[] one = piece.operand(m);
        int entries = common(piece.places(m), piece.entries(m), other);
        long both = 0;
        long against = 0;
        double product = 0;
        for (int entry = 0; entry < entries; entry++) {
            int i = room[entry];
            // In F64, where no product of two F32 numbers becomes zero.
            double term = (double) one[i] * other[i];
            both += term != 0 ? 1 : 0;
            against += term < 0 ? 1 : 0;
            product += term;
        }
        shared[pair] += both;
        conflicts[pair] += against;
        products[pair] += product;
    }

    /// Lists the places where another model has something too.
    private int common(int[] places, int count, float[] other) {
        if (room.length < count) {
            room = new int[places.length];
        }
        int found = 0;
        for (int i = 0; i < count; i++) {
            room[found] = places[i];
            found += other[places[i]] != 0 ? 1 : 0;
        }
        return found;
    }

    /// Takes what was counted elsewhere.
    public void append(Overlap other) {
        merged += other.merged;
        mergedEnergy += other.mergedEnergy;
        add(changed, other.changed);
        add(shared, other.shared);
        add(conflicts, other.conflicts);
        add(energy, other.energy);
        add(kept, other.kept);
        add(flipped, other.flipped);
        add(along, other.along);
        add(products, other.products);
    }

    private static void add(long[] sums, long[] more) {
        for (int i = 0; i < sums.length; i++) {
            sums[i] += more[i];
        }
    }

    private static void add(double[] sums, double[] more) {
        for (int i = 0; i < sums.length; i++) {
            sums[i] += more[i];
        }
    }

    /// How many weights the merge changes.
    public long merged() {
        return merged;
    }

    /// Sum of squares of the merged deltas.
    public double mergedEnergy() {
        return mergedEnergy;
    }

    /// How many weights a model changes.
    public long changed(int model) {
        return changed[model];
    }

    /// Sum of squares of a model's deltas.
    public double energy(int model) {
        return energy[model];
    }

    /// Share of a model's energy in deltas whose sign the merge has; 1 of a model without deltas.
    public double kept(int model) {
        return share(kept[model], model, 1);
    }

    /// Share of a model's energy in deltas whose opposite sign the merge has.
    public double flipped(int model) {
        return share(flipped[model], model, 0);
    }

    /// Share of a model's energy where the merge changes nothing.
    public double dropped(int model) {
        return share(Math.max(0, energy[model] - kept[model] - flipped[model]), model, 0);
    }

    /// How much of a model's delta is in the merged one: the coefficient of its orthogonal projection. 1 where all of
    /// it is there, 0.5 in the mean of two disjoint ones.
    public double coefficient(int model) {
        return share(along[model], model, 1);
    }

    private double share(double part, int model, double ofNothing) {
        return energy[model] == 0 ? ofNothing : part / energy[model];
    }

    /// How many weights both models change.
    public long shared(int one, int other) {
        return shared[pair(one, other)];
    }

    /// How many weights either changes.
    public long either(int one, int other) {
        return changed[one] + changed[other] - shared(one, other);
    }

    /// Intersection over union of the weights that two models change, in [0, 1]; 1 if neither changes any,
    /// as of two masks that choose none.
    public double overlap(int one, int other) {
        long either = either(one, other);
        return either == 0 ? 1 : (double) shared(one, other) / either;
    }

    /// On how many of the weights that both change they disagree about the sign.
    public long conflicts(int one, int other) {
        return conflicts[pair(one, other)];
    }

    /// The cosine of the angle between two deltas; 0 if one is zero.
    public double cosine(int one, int other) {
        double norms = Math.sqrt(energy[one]) * Math.sqrt(energy[other]);
        return norms == 0 ? 0 : products[pair(one, other)] / norms;
    }

    private int pair(int one, int other) {
        return Math.max(one, other) * models + Math.min(one, other);
    }
}
