package io.lota4j.internal.checkpoint;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The models that Hugging Face's programs have downloaded: a folder `models--OWNER--NAME` for each, which holds
/// `snapshots/COMMIT` with the files, as links, and `refs/main` with the newest commit
/// ([layout](https://huggingface.co/docs/huggingface_hub/guides/manage-cache)).
///
/// @param directory the cache, which need not exist
public record HubCache(Path directory) {
    private static final String SNAPSHOTS = "snapshots";
    private static final Pattern NAME = Pattern.compile("\\w[\\w.-]*/\\w[\\w.-]*");

    /// The cache of the user who runs this process.
    public static HubCache ofUser() {
        return of(System.getenv(), Path.of(System.getProperty("user.home")));
    }

    /// The cache that environment variables say: `HF_HUB_CACHE`, `HF_HOME`, `XDG_CACHE_HOME`, or the one in a home.
    static HubCache of(Map<String, String> environment, Path home) {
        String hub = environment.getOrDefault("HF_HUB_CACHE", "");
        if (!hub.isEmpty()) {
            return new HubCache(Path.of(hub));
        }
        String files = environment.getOrDefault("HF_HOME", "");
        if (!files.isEmpty()) {
            return new HubCache(Path.of(files, "hub"));
        }
        String caches = environment.getOrDefault("XDG_CACHE_HOME", "");
        Path cache = caches.isEmpty() ? home.resolve(".cache") : Path.of(caches);
        return new HubCache(cache.resolve("huggingface").resolve("hub"));
    }

    /// The directory that is meant: what is there, or else the newest snapshot of a model of that name in the
    /// cache. Of a model's folder in a cache it is the newest snapshot. A path of which neither is there is given
    /// back as it is.
    ///
    /// @param model a directory, or `OWNER/NAME`
    /// @throws LotaException if a folder of a cache cannot be read
    public Path resolve(Path model) {
        if (Files.isDirectory(model)) {
            return isFolder(model) ? snapshot(model).orElse(model) : model;
        }
        if (!isName(model) || Files.exists(model)) {
            return model;
        }
        Path folder = directory.resolve("models--" + model.toString().replace("/", "--"));
        return isFolder(folder) ? snapshot(folder).orElse(model) : model;
    }

    /// What to do about a directory that is not there, a sentence: how a model of that name is downloaded, if it
    /// may be one.
    public Optional<String> advice(Path model) {
        return isName(model)
                ? Optional.of(Text.format(
                        "Nor is a model of that name in %s; this downloads it: hf download %s", directory, model))
                : Optional.empty();
    }

    private static boolean isName(Path model) {
        return NAME.matcher(model.toString()).matches();
    }

    private static boolean isFolder(Path directory) {
        return Files.isDirectory(directory.resolve(SNAPSHOTS)) && !Files.exists(directory.resolve("config.json"));
    }

    /// That of `refs/main`, or the only one.
    private static Optional<Path> snapshot(Path folder) {
        Path newest = folder.resolve("refs").resolve("main");
        try {
            if (Files.isRegularFile(newest)) {
                Path named = folder.resolve(SNAPSHOTS)
                        .resolve(Files.readString(newest).strip());
                if (Files.isDirectory(named)) {
                    return Optional.of(named);
                }
            }
            try (Stream<Path> all = Files.list(folder.resolve(SNAPSHOTS))) {
                List<Path> snapshots = all.filter(Files::isDirectory).toList();
                return snapshots.size() == 1 ? Optional.of(snapshots.getFirst()) : Optional.empty();
            }
        } catch (IOException e) {
            throw new LotaException(Text.format("%s: cannot be read: %s", folder, e.getMessage()), e);
        }
    }
}
