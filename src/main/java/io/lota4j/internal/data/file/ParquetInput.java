package io.lota4j.internal.data.file;

import dev.hardwood.InputFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// A file whose readers are known, for hardwood 1.0.1 does not wait for its threads where the first rows fail. What
/// they read is mapped into memory: one that goes on when the file is cut ends the JVM.
final class ParquetInput implements InputFile {
    private final InputFile file;
    private final Set<Thread> readers = ConcurrentHashMap.newKeySet();
    private boolean abandoned;

    ParquetInput(Path path) {
        this.file = InputFile.of(path);
    }

    @Override
    public void open() throws IOException {
        file.open();
    }

    /// @throws IOException also when it has been given up
    @Override
    public synchronized ByteBuffer readRange(long offset, int length) throws IOException {
        if (abandoned) {
            throw new IOException(file.name() + " is no longer read");
        }
        readers.add(Thread.currentThread());
        return file.readRange(offset, length);
    }

    @Override
    public long length() throws IOException {
        return file.length();
    }

    @Override
    public String name() {
        return file.name();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    /// Nothing more is read from now on.
    synchronized void abandon() {
        abandoned = true;
    }

    /// Waits until the virtual threads that have read it end.
    ///
    /// @param patience how long is waited for all together
    /// @return whether all did
    boolean awaitReaders(Duration patience) throws InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        boolean all = true;
        for (Thread reader : readers) {
            if (reader.isVirtual() && reader != Thread.currentThread()) {
                all &= reader.join(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
            }
        }
        return all;
    }
}
