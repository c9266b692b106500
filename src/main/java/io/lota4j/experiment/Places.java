package io.lota4j.experiment;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.AtomicFile;
import io.lota4j.internal.checkpoint.FolderMoves;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/// Where the folders of an experiment's works lie, and where work that is not done yet is done.
///
/// A process that does works for another does them in a place of its own within 'out', and moves what is done to where
/// it belongs. Several may do the same work: each has the same bytes, and the first to be done stays.
///
/// @param out of the experiment
/// @param own the place of this process alone; empty: work is done where it belongs
record Places(Path out, Optional<Path> own) {
    /// Holds the places of processes that do works for another.
    static final String APART = ".apart";

    /// Where work is done where it belongs.
    static Places of(Path out) {
        return new Places(out, Optional.empty());
    }

    /// Where nobody else works.
    static Places apart(Path out) {
        return new Places(
                out, Optional.of(out.resolve(APART).resolve(UUID.randomUUID().toString())));
    }

    /// The folder of some work: where it is done, or else where it is to be done. What a run that was stopped left of
    /// it is taken along.
    ///
    /// @param kind of work, the name of the folder of all such folders
    /// @param label for people
    Folder folder(String kind, String label, InputDigest inputs) {
        Folder there = Folder.of(out.resolve(kind), label, inputs);
        if (own.isEmpty() || there.isDone()) {
            return there;
        }
        Path here = own.get().resolve(out.relativize(there.directory()));
        if (Files.isDirectory(there.directory()) && !Files.exists(here)) {
            copy(there.directory(), here);
        }
        return new Folder(here);
    }

    /// Its files, of which each is whole. What lies in folders within is made anew.
    private static void copy(Path from, Path to) {
        try {
            FolderMoves.copyFiles(from, to);
        } catch (IOException e) {
            throw new LotaException(Text.format("%s: cannot be copied to %s: %s", from, to, e.getMessage()), e);
        }
    }

    /// Moves what this process has done to where it belongs.
    void publish() {
        own.ifPresent(place -> folders(place).stream()
                .filter(folder -> new Folder(folder).isDone())
                .forEach(folder -> move(folder, out.resolve(place.relativize(folder)))));
    }

    /// Moves what processes left that were ended to where it belongs, done or not, and removes their places. Only for
    /// who holds the lock.
    ///
    /// @throws LotaException if something cannot be moved
    void settle() {
        Path apart = out.resolve(APART);
        for (Path place : children(apart)) {
            for (Path folder : folders(place)) {
                Path there = out.resolve(place.relativize(folder));
                move(folder, there);
            }
        }
        try {
            AtomicFile.deleteTree(apart);
        } catch (IOException e) {
            throw new LotaException(Text.format("%s: cannot be removed: %s", apart, e.getMessage()), e);
        }
    }

    private static List<Path> folders(Path place) {
        return children(place).stream().flatMap(kind -> children(kind).stream()).toList();
    }

    private static List<Path> children(Path directory) {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> found = Files.list(directory)) {
            return found.filter(Files::isDirectory).sorted().toList();
        } catch (IOException e) {
            throw new LotaException(Text.format("%s: cannot be listed: %s", directory, e.getMessage()), e);
        }
    }

    private static void move(Path from, Path to) {
        Folder there = new Folder(to);
        if (there.isDone()) {
            return;
        }
        try {
            FolderMoves.replace(from, to, Folder::isMark);
        } catch (IOException e) {
            throw new LotaException(Text.format("%s: cannot be moved to %s: %s", from, to, e.getMessage()), e);
        }
        if (there.isDone()) {
            there.removeState();
        }
    }
}
