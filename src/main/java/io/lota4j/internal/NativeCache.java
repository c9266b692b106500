package io.lota4j.internal;

import io.lota4j.LotaException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The folder into which DJL unpacks a native library, to be loaded from there.
///
/// @param library what is unpacked
/// @param folder which need not be there yet
public record NativeCache(Natives.Library library, Path folder) {
    private static final String CACHE = "ENGINE_CACHE_DIR";
    private static final String HOME = "DJL_CACHE_DIR";

    private static final String STANDARD = ".djl.ai";

    private static final String REMEDY = "Set the environment variable " + CACHE + " to a folder of your own that can "
            + "be written, allows programs and has 500 MB free.";

    /// Where DJL looks for it: `ENGINE_CACHE_DIR`, else `DJL_CACHE_DIR`, else `.djl.ai` in the home directory or, where
    /// that cannot be written, in the one for temporary files. Variables or system properties.
    static NativeCache of(Natives.Library library) {
        String engines = setting(CACHE);
        String all = setting(HOME);
        Path cache = !engines.isEmpty() ? Path.of(engines) : !all.isEmpty() ? Path.of(all) : standard();
        return new NativeCache(library, cache.resolve(library.folder()).toAbsolutePath());
    }

    private static String setting(String name) {
        @Nullable String variable = System.getenv(name);
        return variable != null && !variable.isEmpty() ? variable : System.getProperty(name, "");
    }

    private static Path standard() {
        Path home = Path.of(System.getProperty("user.home", ""));
        Path parent = Files.isWritable(home) ? home : Path.of(System.getProperty("java.io.tmpdir", ""));
        return parent.resolve(STANDARD);
    }

    /// Refuses what somebody else put there: it would be run with this user's rights. The administrator's is fine.
    ///
    /// @throws LotaException with the file and whose it is
    void requireOwn() {
        Path process = Path.of("/proc/self");
        if (!Files.exists(process)) {
            return;
        }
        try {
            requireOwner(Stream.of(0, (Integer) Files.getAttribute(process, "unix:uid"))
                    .collect(Collectors.toSet()));
        } catch (IOException | UncheckedIOException unknown) {
            throw new LotaException(
                    Text.format(
                            "%s cannot be loaded from %s: whose it is cannot be told (%s). %s",
                            library.title(), folder, reason(unknown), REMEDY),
                    unknown);
        }
    }

    /// @param trusted users
    void requireOwner(Set<Integer> trusted) throws IOException {
        for (Path file : files()) {
            try {
                if (!trusted.contains((Integer) Files.getAttribute(file, "unix:uid", LinkOption.NOFOLLOW_LINKS))) {
                    throw new LotaException(Text.format(
                            "%s are not loaded from %s: %s belongs to another user (%s), who could have put anything "
                                    + "there. Remove it, or choose another folder. %s",
                            library.title(), folder, file, Files.getOwner(file, LinkOption.NOFOLLOW_LINKS), REMEDY));
                }
            } catch (NoSuchFileException gone) {
                // A temporary one of another process that unpacks.
            }
        }
    }

    /// What is loaded, and the standard folder around it: its owner could put another in its place.
    private List<Path> files() throws IOException {
        @Nullable Path around = folder.getParent();
        List<Path> files = new ArrayList<>();
        if (around != null && around.endsWith(STANDARD) && Files.exists(around, LinkOption.NOFOLLOW_LINKS)) {
            files.add(around);
        }
        if (Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            try (Stream<Path> found = Files.walk(folder)) {
                found.forEach(files::add);
            }
        }
        return files;
    }

    /// Why a library could not be loaded, as far as the folder tells.
    LotaException failure(Throwable failure) {
        StringBuilder said = new StringBuilder();
        for (@Nullable Throwable e = failure; e != null; e = e.getCause()) {
            said.append(said.isEmpty() ? "" : ": ").append(reason(e));
        }
        return new LotaException(
                Text.format("%s could not be loaded from %s: %s", library.title(), folder, why(said.toString())),
                failure);
    }

    private String why(String said) {
        if (said.contains("IllegalCallerException")) {
            return "this JVM denies native access. Start it with --enable-native-access=ALL-UNNAMED.";
        }
        if (said.contains("already loaded in another classloader")) {
            return "another class loader of this JVM has loaded them, and a JVM gives a native library to one class"
                + " loader until it ends. Load lota4j by one class loader that all of them share, such as a server's"
                + " for common libraries, or run each program in a JVM of its own.";
        }
        if (said.contains("No space left") || said.contains("quota exceeded")) {
            return "the disk is full. " + REMEDY;
        }
        if (said.contains("failed to map segment") || said.contains("Operation not permitted")) {
            return "programs may not be run from there (a file system mounted with noexec). " + REMEDY;
        }
        if (!writable()) {
            return "it cannot be written. " + REMEDY;
        }
        if (free() < library.bytes()) {
            return Text.format("the disk has %d bytes left, %d are needed. %s", free(), library.bytes(), REMEDY);
        }
        return said + ". If the files there may be damaged, remove the folder; they are unpacked again.";
    }

    private boolean writable() {
        Path place = existing();
        return Files.isDirectory(place) && Files.isWritable(place);
    }

    private long free() {
        try {
            return Files.getFileStore(existing()).getUsableSpace();
        } catch (IOException unknown) {
            return Long.MAX_VALUE;
        }
    }

    private Path existing() {
        Path place = folder;
        while (!Files.exists(place) && place.getParent() != null) {
            place = place.getParent();
        }
        return place;
    }

    private static String reason(Throwable e) {
        String name = e.getClass().getSimpleName();
        String reason =
                e instanceof FileSystemException && e.getMessage() == null ? "" : String.valueOf(e.getMessage());
        return reason.isEmpty() ? name : name + ": " + reason;
    }
}
