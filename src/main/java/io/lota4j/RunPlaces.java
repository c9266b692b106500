package io.lota4j;

import io.lota4j.data.Dataset;
import io.lota4j.internal.checkpoint.AtomicFile;
import io.lota4j.internal.checkpoint.Claims;
import io.lota4j.train.HeldOut;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a run reads and writes, all of which is looked at before it does any work.
final class RunPlaces {
    private final Claims claims;
    private final List<Runnable> writable = new ArrayList<>();

    /// @param base claims of the base
    /// @param heldOut that the run is scored on, or null for none
    RunPlaces(Claims base, Dataset data, @Nullable HeldOut heldOut) {
        claims = base;
        data.paths().forEach(path -> claims.reads("the data", path));
        if (heldOut != null) {
            heldOut.data().paths().forEach(path -> claims.reads("the held-out data", path));
        }
    }

    /// @param file null for none
    RunPlaces writes(String what, @Nullable Path file) {
        if (file != null) {
            claims.writes(what, file);
            writable.add(() -> AtomicFile.requireWritable(file));
        }
        return this;
    }

    /// @param folder to which files are added, or null for none
    RunPlaces addsTo(String what, @Nullable Path folder) {
        if (folder != null) {
            claims.addsTo(what, folder);
            writable.add(() -> AtomicFile.requireWritableDirectory(folder));
        }
        return this;
    }

    /// @param directory that is to be new or empty
    RunPlaces fills(String what, Path directory) {
        claims.fills(what, directory);
        writable.add(() -> AtomicFile.requireEmpty(directory));
        writable.add(() -> AtomicFile.requireWritableDirectory(directory));
        return this;
    }

    /// Refuses an output that would harm an input or another output, or cannot be written.
    ///
    /// @throws LotaException naming the place
    void check() {
        claims.check();
        writable.forEach(Runnable::run);
    }
}
