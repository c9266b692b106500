package io.lota4j.internal.merge.run;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.AtomicFile;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.checkpoint.Shards;
import io.lota4j.internal.checkpoint.TensorInfo;
import io.lota4j.internal.merge.recipe.ResultFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/// The result of a merge while it is made, in a directory beside its place: a process that dies leaves what it has
/// finished, and the next one goes on from there.
final class PartialResult implements AutoCloseable {
    private static final String SUFFIX = ".partial";
    private static final String JOURNAL = "merge.journal";

    private final Path out;
    private final Path directory;
    private final ResultShards shards;
    private final Journal journal;
    private final Map<String, ResultFile> files = new LinkedHashMap<>();
    private final Map<String, ResultShards.Place> places;

    private PartialResult(Path out, Path directory, ResultShards shards, Journal journal) {
        this.out = out;
        this.directory = directory;
        this.shards = shards;
        this.journal = journal;
        this.places = shards.places();
    }

    /// @param out where the result goes; it does not exist or is empty
    /// @param merge identity of the merge
    static PartialResult open(Path out, ResultShards shards, MergeIdentity merge) throws IOException {
        Path directory = directory(out);
        Files.createDirectories(directory);
        PartialResult result =
                new PartialResult(out, directory, shards, Journal.open(directory.resolve(JOURNAL), merge));
        boolean opened = false;
        try {
            for (var shard : shards.layouts().entrySet()) {
                result.files.put(shard.getKey(), ResultFile.open(directory.resolve(shard.getKey()), shard.getValue()));
            }
            opened = true;
            return result;
        } finally {
            if (!opened) {
                result.close();
            }
        }
    }

    /// Removes an unfinished result, if there is one.
    ///
    /// @throws LotaException when what is there is none, or another process is at it
    static void discard(Path out) throws IOException {
        Path directory = directory(out);
        if (!Files.exists(directory)) {
            return;
        }
        if (!Files.isRegularFile(directory.resolve(JOURNAL))) {
            throw new LotaException(Text.format(
                    "%s is no unfinished merge (it has no %s) and is left alone; move it away.", directory, JOURNAL));
        }
        Journal.requireIdle(directory.resolve(JOURNAL));
        try (var files = Files.list(directory)) {
            for (Path file : files.filter(file -> !file.endsWith(JOURNAL)).toList()) {
                Files.delete(file);
            }
        }
        Files.delete(directory.resolve(JOURNAL));
        Files.delete(directory);
    }

    /// Where an unfinished result is.
    static Path directory(Path out) {
        Path beside = out.resolveSibling(out.getFileName() + SUFFIX);
        // One that exists may be a mount, which nothing can be renamed to.
        return Files.isDirectory(out) && !Files.exists(beside) ? out.resolve(AtomicFile.UNFINISHED) : beside;
    }

    TensorInfo info(String tensor) {
        return place(tensor).info();
    }

    ResultFile file(String tensor) {
        return Objects.requireNonNull(files.get(place(tensor).file()));
    }

    private ResultShards.Place place(String tensor) {
        return Objects.requireNonNull(places.get(tensor), tensor);
    }

    /// A tensor that was finished by a run before and is still there as it was written.
    Optional<Journal.Entry> found(String tensor) throws IOException {
        Journal.Entry entry = journal.finished().get(tensor);
        return entry != null && file(tensor).holds(info(tensor), entry) ? Optional.of(entry) : Optional.empty();
    }

    /// Notes that a tensor has been written.
    void finished(Journal.Entry entry) throws IOException {
        journal.add(entry);
    }

    /// Completes the result and moves it to its place.
    void complete(ResultFiles more) throws IOException {
        for (var copied : more.copied().entrySet()) {
            Files.copy(copied.getValue(), directory.resolve(copied.getKey()), StandardCopyOption.REPLACE_EXISTING);
        }
        for (var written : more.written().entrySet()) {
            Files.writeString(directory.resolve(written.getKey()), written.getValue());
        }
        if (more.head().isPresent() && areDifferent(more.head().get().tensors())) {
            Files.writeString(
                    directory.resolve(Checkpoint.CONFIG), more.head().get().config());
        }
        if (shards.indexed()) {
            Files.writeString(
                    directory.resolve(Checkpoint.INDEX), Shards.index(shards.shardOf(), shards.weightBytes()));
        }
        close();
        Files.delete(directory.resolve(JOURNAL));
        AtomicFile.syncTree(directory);
        move();
    }

    private boolean areDifferent(List<String> tensors) throws IOException {
        String one = tensors.getFirst();
        String other = tensors.getLast();
        return info(one).dtype() != info(other).dtype()
                || info(one).bytes() != info(other).bytes()
                || !file(one).isSame(info(one), file(other), info(other));
    }

    private void move() throws IOException {
        try {
            AtomicFile.requireEmpty(out);
        } catch (LotaException e) {
            throw new LotaException(
                    Text.format("%s is no longer empty; the merged model is in %s: move it.", out, directory), e);
        }
        AtomicFile.moveDirectory(directory, out);
    }

    @Override
    public void close() throws IOException {
        for (ResultFile file : files.values()) {
            file.close();
        }
        journal.close();
    }
}
