package io.lota4j.internal.data.file;

import dev.hardwood.HardwoodContext;
import dev.hardwood.InputFile;
import dev.hardwood.metadata.CompressionCodec;
import dev.hardwood.metadata.RowGroup;
import dev.hardwood.reader.ParquetFileReader;
import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A Parquet file, also with lists, structures and maps in its columns.
final class Parquet implements RowKind {
    private static final String MAGIC = "PAR1";

    /// How long rows are waited for. [ParquetPages] finds what hardwood 1.0.1 is known to look for without end.
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private static final Set<CompressionCodec> CODECS = EnumSet.of(
            CompressionCodec.UNCOMPRESSED, CompressionCodec.SNAPPY, CompressionCodec.GZIP, CompressionCodec.ZSTD);

    private final Duration patience;

    Parquet() {
        this(PATIENCE);
    }

    /// @param patience how long rows are waited for before the file is taken for damaged
    Parquet(Duration patience) {
        this.patience = patience;
    }

    @Override
    public String name() {
        return "parquet";
    }

    @Override
    public String words() {
        return "Parquet";
    }

    @Override
    public boolean isText() {
        return false;
    }

    @Override
    public boolean holds(String start, String name) {
        return start.startsWith(MAGIC);
    }

    @Override
    public RowReader open(Source source) throws IOException {
        if (source.packing() == Packing.NONE) {
            return new Rows(source.name(), source.file(), patience);
        }
        // It is read from its end, so it has to be unpacked first.
        try (InputStream in = source.open();
                Spool unpacked = Spool.of(in)) {
            return new Rows(source.name(), unpacked.file(), patience);
        }
    }

    private static final class Rows implements RowReader {
        private final String name;
        private final HardwoodContext context = HardwoodContext.create(1);
        private final ParquetFileReader file;
        private final dev.hardwood.reader.RowReader reader;
        private final ParquetValues values;
        private final Duration patience;
        private final long said;
        private boolean stalled;
        private int rows;

        Rows(String name, Path path, Duration patience) {
            this.name = name;
            this.patience = patience;
            Watchdog watchdog = new Watchdog(patience);
            ParquetFileReader opened = null;
            try (watchdog) {
                ParquetPages.checkFooter(path);
                InputFile input = InputFile.of(path);
                opened = ParquetFileReader.open(input, context);
                requireKnown(opened);
                List<RowGroup> groups = opened.getFileMetaData().rowGroups();
                ParquetPages.check(input, groups);
                said = groups.stream().mapToLong(RowGroup::numRows).sum();
                values = new ParquetValues(opened.getFileSchema().getRootNode());
                reader = opened.rowReader();
                watchdog.requireQuiet();
                file = opened;
            } catch (LotaException | Error e) {
                abandon(opened, watchdog.hasBarked(), e);
                throw e;
            } catch (IOException | RuntimeException e) {
                abandon(opened, watchdog.hasBarked(), e);
                throw damaged(e);
            }
        }

        /// Lets go of a file that is not opened to the end.
        ///
        /// hardwood 1.0.1 starts two threads a column and loses them where the first rows fail: they wait for
        /// pages that nobody decodes any longer, and hold on to megabytes for ever. So the pages in hand are
        /// decoded. With them, or with the first page that is no longer taken, the threads end, if not at once.
        /// Where a column has more rows than hardwood takes ahead, they go on waiting.
        private void abandon(@Nullable ParquetFileReader opened, boolean barked, Throwable failure) {
            ExecutorService decoding = context.executor();
            if (barked) {
                // Its threads may never end.
                decoding.shutdownNow();
                return;
            }
            try (context;
                    opened) {
                decoding.shutdown();
                if (!decoding.awaitTermination(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                    failure.addSuppressed(new IllegalStateException("its pages are still being decoded"));
                }
            } catch (InterruptedException e) {
                failure.addSuppressed(e);
                Thread.currentThread().interrupt();
            } catch (IOException e) {
                failure.addSuppressed(e);
            }
        }

        private void requireKnown(ParquetFileReader opened) {
            for (RowGroup group : opened.getFileMetaData().rowGroups()) {
                group.columns().stream()
                        .map(column -> column.metaData().codec())
                        .filter(codec -> !CODECS.contains(codec))
                        .findFirst()
                        .ifPresent(codec -> {
                            throw new LotaException(Text.format(
                                    "%s: its columns are compressed by %s; expected SNAPPY, GZIP, ZSTD or nothing."
                                        + " Write it anew, as with pyarrow: pyarrow.parquet.write_table(table, file,"
                                        + " compression='zstd').",
                                    name, codec));
                        });
            }
        }

        @Override
        public @Nullable Row next() {
            Watchdog watchdog = new Watchdog(patience);
            try (watchdog) {
                if (!reader.hasNext()) {
                    watchdog.requireQuiet();
                    return null;
                }
                if (rows >= said) {
                    // Of a file without columns there are rows without end.
                    throw new IllegalStateException("more rows than the " + said + " of its row groups");
                }
                reader.next();
                int index = rows++;
                return new Row(index, Row.numbered(index), values.columns(reader));
            } catch (RuntimeException e) {
                stalled = watchdog.hasBarked();
                throw damaged(e);
            }
        }

        private LotaException damaged(Exception e) {
            return new LotaException(
                    Text.format(
                            "%s: expected Parquet, found a file that is damaged or cut off, as row %d (from 0) shows."
                                    + " Get it again.",
                            name, rows),
                    e);
        }

        /// Of a file that has stalled nothing is waited for: its threads may never end.
        @Override
        public void close() throws IOException {
            if (stalled) {
                context.executor().shutdownNow();
                return;
            }
            try (context;
                    file) {
                reader.close();
            }
        }
    }

    /// Interrupts this thread when it has waited too long.
    private static final class Watchdog implements AutoCloseable {
        private static final ScheduledThreadPoolExecutor TIMER = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().daemon().name("lota4j-parquet").factory());

        static {
            // There is one for every row: they are not to be kept until their time comes.
            TIMER.setRemoveOnCancelPolicy(true);
        }

        private final Thread waiting = Thread.currentThread();
        private final ScheduledFuture<?> bark;
        private boolean barked;
        private boolean closed;

        Watchdog(Duration patience) {
            bark = TIMER.schedule(this::bark, patience.toMillis(), TimeUnit.MILLISECONDS);
        }

        private synchronized void bark() {
            if (!closed) {
                barked = true;
                waiting.interrupt();
            }
        }

        /// What is interrupted may go on as if there were no more rows.
        void requireQuiet() {
            if (hasBarked()) {
                throw new IllegalStateException("interrupted while it looked for rows");
            }
        }

        synchronized boolean hasBarked() {
            return barked;
        }

        /// Afterwards the thread is not interrupted by this.
        @Override
        public synchronized void close() {
            closed = true;
            bark.cancel(false);
            if (barked) {
                Thread.interrupted();
            }
        }
    }
}
