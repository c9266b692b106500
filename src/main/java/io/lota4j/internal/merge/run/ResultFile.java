package io.lota4j.internal.merge.run;

import io.lota4j.internal.checkpoint.SafetensorsLayout;
import io.lota4j.internal.checkpoint.TensorInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// A weight file of the result while it is written, anywhere, by several threads.
final class ResultFile implements AutoCloseable {
    /// Bytes that are compared at once.
    private static final int COMPARED = 1 << 16;

    private final FileChannel channel;

    private ResultFile(FileChannel channel) {
        this.channel = channel;
    }

    /// Opens a file, which may be there from a run before, and gives it its header and length.
    static ResultFile open(Path path, SafetensorsLayout layout) throws IOException {
        ResultFile file = new ResultFile(
                FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE));
        boolean opened = false;
        try {
            file.channel.truncate(layout.fileBytes());
            file.write(0, ByteBuffer.wrap(layout.header()));
            opened = true;
            return file;
        } finally {
            if (!opened) {
                file.close();
            }
        }
    }

    /// @param at offset in the file
    void write(long at, ByteBuffer bytes) throws IOException {
        long offset = at;
        while (bytes.hasRemaining()) {
            offset += channel.write(bytes, offset);
        }
    }

    /// Whether what is there has a digest.
    boolean holds(TensorInfo tensor, Journal.Entry entry) throws IOException {
        if (entry.bytes() != tensor.bytes() || entry.block() <= 0) {
            return false;
        }
        int count = Math.toIntExact(Math.ceilDiv(tensor.bytes(), entry.block()));
        Blocks blocks = new Blocks(count);
        ByteBuffer buffer = ByteBuffer.allocateDirect(entry.block());
        for (int block = 0; block < count; block++) {
            long from = (long) block * entry.block();
            buffer.clear().limit((int) Math.min(entry.block(), tensor.bytes() - from));
            if (!read(tensor.offset() + from, buffer)) {
                return false;
            }
            blocks.put(block, buffer.flip());
        }
        return blocks.digest() == entry.digest();
    }

    /// Whether a tensor is the same as one of another file, of the same length.
    boolean isSame(TensorInfo tensor, ResultFile other, TensorInfo theirs) throws IOException {
        ByteBuffer ours = ByteBuffer.allocate(COMPARED);
        ByteBuffer buffer = ByteBuffer.allocate(COMPARED);
        for (long from = 0; from < tensor.bytes(); from += COMPARED) {
            int count = (int) Math.min(COMPARED, tensor.bytes() - from);
            ours.clear().limit(count);
            buffer.clear().limit(count);
            if (!read(tensor.offset() + from, ours)
                    || !other.read(theirs.offset() + from, buffer)
                    || !ours.flip().equals(buffer.flip())) {
                return false;
            }
        }
        return true;
    }

    private boolean read(long at, ByteBuffer buffer) throws IOException {
        long offset = at;
        while (buffer.hasRemaining()) {
            int count = channel.read(buffer, offset);
            if (count < 0) {
                return false;
            }
            offset += count;
        }
        return true;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
