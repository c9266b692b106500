package io.lota4j.internal.merge;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Some elements of a tensor, in ascending order of their place: what each model has there.
///
/// Arrays are reused: only their first [#size()] elements mean anything, and only until the call that was given
/// the piece returns. A piece belongs to one thread.
public final class Piece {
    /// Arrays for intermediate values beside one for each model.
    private static final int SPARE = 3;

    private final float[][] operands;
    private final float[] @Nullable [] scratch;
    private final float[] base;
    private final int[] offsets;
    private final int[] @Nullable [] places;
    private final int[] entries;
    private @Nullable SupportUnion elements;
    private boolean listed = true;
    private int span;
    private boolean hasBase;
    private int number;
    private long first;
    private int size;

    /// @param models how many there are
    /// @param capacity the most elements
    Piece(int models, int capacity) {
        operands = new float[models][capacity];
        scratch = new float[models + SPARE][];
        base = new float[capacity];
        offsets = new int[capacity];
        places = new int[models][];
        entries = new int[models];
        Arrays.setAll(offsets, i -> i);
    }

    /// Begins to be another piece, whose arrays are then filled.
    ///
    /// @param size how many elements it has
    /// @param hasBase whether the base's weights are among what is filled
    void become(long first, int size, boolean hasBase) {
        this.first = first;
        this.size = size;
        this.hasBase = hasBase;
        span = size;
    }

    /// Begins to be another sparse piece, whose arrays are then filled.
    ///
    /// @param span length of its range
    /// @param elements counted, and as they are until the piece becomes another
    void become(long first, int span, SupportUnion elements) {
        become(first, elements.size(), false);
        this.span = span;
        this.elements = elements;
        listed = false;
    }

    void number(int number) {
        this.number = number;
    }

    /// Its place among the pieces of the tensor, from 0.
    public int number() {
        return number;
    }

    /// How many elements there are; none when no model changes anything here.
    public int size() {
        return size;
    }

    /// The flat, row-major index in the tensor where the piece's range begins. The range does not depend on
    /// which of its elements are here.
    public long first() {
        return first;
    }

    /// Each element's index in the tensor less [#first()]. To be read only.
    public int[] offsets() {
        if (!listed) {
            Objects.requireNonNull(elements).list(offsets);
            listed = true;
        }
        return offsets;
    }

    /// A sparse piece's elements as bits, of which there is one for each element of the range, lowest first.
    /// To be read only.
    ///
    /// @throws IllegalStateException when the piece was read as a dense one
    public long[] marks() {
        if (elements == null) {
            throw new IllegalStateException("a dense piece");
        }
        return elements.marks();
    }

    /// Whether all elements of the piece's range are here.
    public boolean isDense() {
        return size == span;
    }

    /// What a model has: deltas or weights, as [TensorPieces#deltas()] says. To be read only.
    ///
    /// @param model its place among the models
    public float[] operand(int model) {
        return operands[model];
    }

    /// How many elements of a sparse piece are in a model's support; its deltas of the others are zero.
    public int entries(int model) {
        return entries[model];
    }

    void entries(int model, int count) {
        entries[model] = count;
    }

    /// Where in a sparse piece the elements of a model's support are, in ascending order. To be read only.
    public int[] places(int model) {
        int[] own = places[model];
        if (own == null) {
            own = new int[offsets.length + SupportUnion.SLACK];
            places[model] = own;
        }
        return own;
    }

    /// The base's weights. To be read only.
    ///
    /// @throws IllegalStateException when there is no base or, in a sparse piece, it is not read
    public float[] base() {
        if (!hasBase) {
            throw new IllegalStateException("the base is not read");
        }
        return base;
    }

    /// An array for intermediate values, with room for all elements and undefined contents.
    ///
    /// @param which from 0; there are three more than models
    public float[] scratch(int which) {
        float[] room = scratch[which];
        if (room == null) {
            room = new float[offsets.length];
            scratch[which] = room;
        }
        return room;
    }

    /// How many elements come before a flat index of the tensor.
    public int before(long index) {
        int end = (int) Math.clamp(index - first, 0, (long) offsets.length);
        int found = Arrays.binarySearch(offsets(), 0, size, end);
        return found < 0 ? -found - 1 : found;
    }
}
