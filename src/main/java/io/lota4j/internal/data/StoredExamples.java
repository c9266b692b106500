package io.lota4j.internal.data;

import io.lota4j.LotaException;
import io.lota4j.data.Example;
import io.lota4j.internal.Text;
import io.lota4j.internal.data.file.TemporaryFiles;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.RandomAccess;
import org.jspecify.annotations.Nullable;

/// Examples that lie in a mapped file, where each is read when it is asked for. Several threads may ask at once.
///
/// The file has no name any more; the system frees it when nobody holds the examples.
public final class StoredExamples extends AbstractList<Example> implements RandomAccess {
    private final MemorySegment bytes;
    private final long[] offsets;
    private final int from;
    private final int size;

    private StoredExamples(MemorySegment bytes, long[] offsets, int from, int size) {
        this.bytes = bytes;
        this.offsets = offsets;
        this.from = from;
        this.size = size;
    }

    @Override
    public Example get(int index) {
        if (index < 0 || index >= size) {
            throw new IndexOutOfBoundsException(index);
        }
        long start = offsets[from + index];
        return example(bytes.asSlice(start, offsets[from + index + 1] - start).asByteBuffer());
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public List<Example> subList(int start, int end) {
        if (start < 0 || end > size || start > end) {
            throw new IndexOutOfBoundsException(start + " to " + end + " of " + size);
        }
        return new StoredExamples(bytes, offsets, from + start, end - start);
    }

    private static byte[] bytes(Example example) {
        byte[] prompt = example.prompt().getBytes(StandardCharsets.UTF_8);
        byte[] answer = example.answer().getBytes(StandardCharsets.UTF_8);
        float[] weights = example.tokenWeights();
        byte[] rejected = example.rejected() == null ? new byte[0] : bytes(example.rejected());
        int[] ids = example.promptIds();
        int tokens = example.length();
        ByteBuffer out = ByteBuffer.allocate(Math.addExact(
                7 * Integer.BYTES + tokens * (2 * Integer.BYTES + 1) + ids.length * Integer.BYTES,
                prompt.length + answer.length + rejected.length));
        out.putInt(example.row()).putInt(tokens).putInt(ids.length).putInt(prompt.length);
        out.putInt(answer.length).putInt(weights == null ? 0 : 1).putInt(rejected.length);
        for (int i = 0; i < tokens; i++) {
            out.putInt(example.ids()[i]).put((byte) (example.labelled()[i] ? 1 : 0));
        }
        for (int id : ids) {
            out.putInt(id);
        }
        if (weights != null) {
            for (float weight : weights) {
                out.putFloat(weight);
            }
        }
        out.put(prompt).put(answer).put(rejected);
        return Arrays.copyOf(out.array(), out.position());
    }

    private static Example example(ByteBuffer in) {
        int row = in.getInt();
        int[] ids = new int[in.getInt()];
        int[] promptIds = new int[in.getInt()];
        byte[] prompt = new byte[in.getInt()];
        byte[] answer = new byte[in.getInt()];
        boolean weighted = in.getInt() > 0;
        int rejected = in.getInt();
        boolean[] scored = new boolean[ids.length];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = in.getInt();
            scored[i] = in.get() > 0;
        }
        for (int i = 0; i < promptIds.length; i++) {
            promptIds[i] = in.getInt();
        }
        float @Nullable [] weights = weighted ? new float[ids.length] : null;
        if (weights != null) {
            for (int i = 0; i < weights.length; i++) {
                weights[i] = in.getFloat();
            }
        }
        in.get(prompt).get(answer);
        return new Example(
                row,
                ids,
                scored,
                promptIds,
                new String(prompt, StandardCharsets.UTF_8),
                new String(answer, StandardCharsets.UTF_8),
                weights,
                rejected == 0 ? null : example(in));
    }

    /// Takes examples one after the other, and lays them into a file when they are too many for the memory.
    static final class Writer implements AutoCloseable {
        private final long most;
        private final List<Example> held = new ArrayList<>();
        private long[] offsets = new long[1024];
        private int count;
        private long size;
        private @Nullable Path file;
        private @Nullable OutputStream out;

        /// @param most bytes of examples that stay in memory
        Writer(long most) {
            this.most = most;
        }

        int count() {
            return count;
        }

        void add(Example example) {
            if (file != null) {
                write(example);
                return;
            }
            held.add(example);
            count++;
            size += memory(example);
            if (size > most) {
                spill();
            }
        }

        private static long memory(Example example) {
            long own = 128L
                    + example.length() * (Integer.BYTES + 1L)
                    + example.promptLength() * (long) Integer.BYTES
                    + 2L * (example.prompt().length() + example.answer().length());
            return example.rejected() == null ? own : own + memory(example.rejected());
        }

        private void spill() {
            try {
                file = TemporaryFiles.create();
                out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 20);
            } catch (IOException e) {
                throw failed(e);
            }
            count = 0;
            size = 0;
            held.forEach(this::write);
            held.clear();
        }

        private void write(Example example) {
            byte[] bytes = bytes(example);
            if (count + 1 >= offsets.length) {
                offsets = Arrays.copyOf(offsets, Math.multiplyExact(offsets.length, 2));
            }
            try {
                if (out != null) {
                    out.write(bytes);
                }
            } catch (IOException e) {
                throw failed(e);
            }
            size += bytes.length;
            offsets[++count] = size;
        }

        /// All that were added, in their order.
        List<Example> examples() {
            if (file == null || out == null) {
                return List.copyOf(held);
            }
            try {
                out.close();
                try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
                    MemorySegment mapped =
                            channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), Arena.ofAuto());
                    return new StoredExamples(mapped, Arrays.copyOf(offsets, count + 1), 0, count);
                }
            } catch (IOException e) {
                throw failed(e);
            }
        }

        private LotaException failed(IOException e) {
            return new LotaException(
                    Text.format(
                            "The tokens of the rows do not fit in memory, and the temporary file %s cannot be written:"
                                    + " %s. Name a folder with more room in the environment variable TMPDIR.",
                            file, e.getMessage()),
                    e);
        }

        /// Takes the file's name away: what is mapped stays until nobody holds it.
        @Override
        public void close() {
            try {
                if (out != null) {
                    out.close();
                }
                if (file != null) {
                    Files.deleteIfExists(file);
                }
            } catch (IOException e) {
                // Where mapped files keep their names, it is deleted when the JVM ends.
                return;
            }
        }
    }
}
