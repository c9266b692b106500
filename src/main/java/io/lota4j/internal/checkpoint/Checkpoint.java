package io.lota4j.internal.checkpoint;

import io.lota4j.LotaException;
import io.lota4j.checkpoint.DType;
import io.lota4j.internal.Existing;
import io.lota4j.internal.Links;
import io.lota4j.internal.Suggestions;
import io.lota4j.internal.Text;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A Hugging Face model directory, its weights mapped into memory; opening reads headers only.
///
/// Safe for use by many threads. Segments must not be used after [#close()].
public final class Checkpoint implements AutoCloseable {
    /// What every model directory has.
    public static final String CONFIG = "config.json";

    /// The weights, where they are in one file.
    public static final String SINGLE = "model.safetensors";
    /// Which shard holds which tensor, where they are in several.
    public static final String INDEX = "model.safetensors.index.json";

    private static final String WHAT_IT_HOLDS =
            "A model directory holds config.json, model.safetensors (or model.safetensors.index.json and its shards), "
                    + "tokenizer.json and tokenizer_config.json.";

    /// A weight file's name in an index, but for that of a single one.
    private static final Pattern SHARD = Pattern.compile("\"(?!model\\.safetensors\")[^\"]+\\.safetensors\"");

    /// Elements that are read before their pages are given back.
    private static final long PART = 4 << 20;

    /// At most this many file names are listed in a message.
    private static final int LISTED = 12;

    private final Path directory;
    private final List<SafetensorsFile> files;
    private final SequencedMap<String, TensorInfo> tensors;
    private final Map<String, SafetensorsFile> fileOf = new LinkedHashMap<>();
    private @Nullable Fingerprint fingerprint;

    private Checkpoint(Path directory, List<SafetensorsFile> files) {
        this.directory = directory;
        this.files = List.copyOf(files);
        TreeMap<String, TensorInfo> sorted = new TreeMap<>();
        for (SafetensorsFile file : files) {
            sorted.putAll(file.tensors());
            file.tensors().keySet().forEach(name -> fileOf.put(name, file));
        }
        this.tensors = Collections.unmodifiableSequencedMap(sorted);
    }

    /// Opens a model directory: `model.safetensors`, else `model.safetensors.index.json` with its shards.
    ///
    /// @throws LotaException when the directory or a file is missing or malformed, or when index and
    ///     shards disagree
    public static Checkpoint open(Path directory) {
        List.of(directory, directory.resolve(CONFIG), directory.resolve(SINGLE), directory.resolve(INDEX))
                .forEach(Links::requireTarget);
        requireDirectory(directory);
        if (!Files.isRegularFile(directory.resolve(CONFIG))) {
            throw new LotaException(
                    Text.format("%s: no config.json among %s. %s", directory, found(directory), WHAT_IT_HOLDS));
        }
        if (Files.isRegularFile(directory.resolve(SINGLE))) {
            return new Checkpoint(directory, List.of(SafetensorsFile.open(directory.resolve(SINGLE))));
        }
        if (Files.isRegularFile(directory.resolve(INDEX))) {
            return new Checkpoint(directory, openShards(directory, ShardIndex.read(directory.resolve(INDEX))));
        }
        throw new LotaException(Text.format(
                "%s: no weights (model.safetensors) among %s. %s", directory, found(directory), WHAT_IT_HOLDS));
    }

    /// Refuses a model directory that is not there, or is a file.
    public static void requireDirectory(Path directory) {
        Existing.problemOfDirectory(directory).ifPresent(problem -> {
            throw new LotaException(Text.format(
                    "%s: %s. %s",
                    directory, problem, HubCache.ofUser().advice(directory).orElse(WHAT_IT_HOLDS)));
        });
    }

    private static List<SafetensorsFile> openShards(Path directory, ShardIndex index) {
        List<SafetensorsFile> files = new ArrayList<>();
        boolean opened = false;
        try {
            for (String shard : new TreeSet<>(index.shardOf().values())) {
                Links.requireTarget(directory.resolve(shard));
                if (!Files.isRegularFile(directory.resolve(shard))) {
                    throw new LotaException(
                            Text.format("%s names the shard %s, which is not there.", index.path(), shard));
                }
                SafetensorsFile file = SafetensorsFile.open(directory.resolve(shard));
                files.add(file);
                index.checkAgrees(shard, file);
            }
            opened = true;
            return files;
        } finally {
            if (!opened) {
                files.forEach(SafetensorsFile::close);
            }
        }
    }

    private static String found(Path directory) {
        try (var entries = Files.list(directory)) {
            List<String> names =
                    entries.map(path -> path.getFileName().toString()).sorted().toList();
            return names.size() <= LISTED
                    ? names.toString()
                    : Text.format("%s and %d more", names.subList(0, LISTED), names.size() - LISTED);
        } catch (IOException e) {
            throw new LotaException(Text.format("%s: cannot list: %s", directory, e.getMessage()), e);
        }
    }

    /// What may not be meant, a sentence each: there may be two models in one directory.
    ///
    /// @throws LotaException when a file cannot be read
    public List<String> doubts() {
        if (!Files.isRegularFile(directory.resolve(SINGLE)) || !Files.isRegularFile(directory.resolve(INDEX))) {
            return List.of();
        }
        try {
            boolean shards =
                    SHARD.matcher(Files.readString(directory.resolve(INDEX))).find();
            return shards
                    ? List.of(Text.format(
                            "%s holds both %s and %s with other files; %s is what was read",
                            directory, SINGLE, INDEX, SINGLE))
                    : List.of();
        } catch (IOException e) {
            throw new LotaException(Text.format("%s: cannot read: %s", directory.resolve(INDEX), e.getMessage()), e);
        }
    }

    /// The directory.
    public Path directory() {
        return directory;
    }

    /// All tensors, sorted by name; offsets are those in [#shardOf(String)].
    public SequencedMap<String, TensorInfo> tensors() {
        return tensors;
    }

    /// What is known about a tensor.
    ///
    /// @throws LotaException when there is no such tensor
    public TensorInfo info(String name) {
        return file(name).info(name);
    }

    /// The bytes of a tensor: read-only, little-endian, not necessarily aligned (use unaligned layouts).
    ///
    /// @throws LotaException when there is no such tensor
    public MemorySegment bytes(String name) {
        return file(name).bytes(name);
    }

    /// Reads a tensor as floats. The mapped pages are given back: they do not count as this process's memory.
    ///
    /// @param dstF32 four bytes for each element
    /// @throws LotaException when there is no such tensor or its elements are no floats
    public void read(String name, MemorySegment dstF32) {
        if (dstF32.byteSize() != Float.BYTES * info(name).shape().numel()) {
            throw new IllegalArgumentException(Text.format(
                    "%d bytes for %s of shape %s",
                    dstF32.byteSize(), name, info(name).shape()));
        }
        read(name, 0, dstF32);
    }

    /// As [#read(String, MemorySegment)] for some of the elements, as many as there is room for.
    ///
    /// @param first flat index of the first of them
    public void read(String name, long first, MemorySegment dstF32) {
        requireFloats(name);
        DType dtype = info(name).dtype();
        MemorySegment bytes = bytes(name);
        long count = dstF32.byteSize() / Float.BYTES;
        for (long done = 0; done < count; done += PART) {
            long size = Math.min(PART, count - done);
            MemorySegment part = bytes.asSlice((first + done) * dtype.size(), size * dtype.size());
            MemorySegment floats = dstF32.asSlice(done * Float.BYTES, size * Float.BYTES);
            mapped(() -> {
                Floats.toF32(dtype, part, floats);
                return part;
            });
            part.unload();
        }
    }

    /// Refuses a tensor that [#read] could not read.
    ///
    /// @throws LotaException when there is no such tensor or its elements are no floats
    public void requireFloats(String name) {
        DType dtype = info(name).dtype();
        if (!dtype.isFloat()) {
            throw new LotaException(Text.format(
                    "%s: tensor '%s' is %s; weights must be F32, BF16, F16 or F64.", shardOf(name), name, dtype));
        }
    }

    /// The weight files, sorted by name.
    public List<Path> shardFiles() {
        return files.stream().map(SafetensorsFile::path).toList();
    }

    /// The strings under `__metadata__` of a weight file, in its order.
    ///
    /// @param shardFile one of [#shardFiles()]
    public Map<String, String> metadata(Path shardFile) {
        return files.stream()
                .filter(file -> file.path().equals(shardFile))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(shardFile + " is no file of " + directory))
                .metadata();
    }

    /// The file that holds a tensor.
    ///
    /// @throws LotaException when there is no such tensor
    public Path shardOf(String name) {
        return file(name).path();
    }

    /// The fingerprint of the weights. The first call reads every byte, in parallel; later ones remember.
    ///
    /// @throws LotaException when the files have changed since they were opened, as [#requireUnchanged()] does
    public synchronized Fingerprint fingerprint() {
        Fingerprint known = fingerprint;
        if (known == null) {
            requireAsOpened();
            known = hashed();
            requireAsOpened();
            fingerprint = known;
        }
        return known;
    }

    private Fingerprint hashed() {
        return mapped(() -> Fingerprint.of(tensors.values(), this::bytes));
    }

    /// Refuses weights that are other ones than those that were opened: what is made of them would be for a base that
    /// nobody has. Files that were only touched, or replaced while the map holds the old ones, are no change when
    /// the fingerprint is known and still the same.
    ///
    /// @throws LotaException when the weights have changed, or may have
    public synchronized void requireUnchanged() {
        if (changed().isEmpty()) {
            return;
        }
        requireWhole();
        if (fingerprint == null || !hashed().equals(fingerprint)) {
            throw hasChanged(changed().getFirst());
        }
    }

    /// Whether no file has changed since it was opened, as far as the system tells without reading it.
    public boolean isAsOpened() {
        return changed().isEmpty();
    }

    /// The same directory once more, open for as long as whoever calls wants; this one may be closed. Empty if its
    /// files are not there any more as they were when this one was opened.
    public Optional<Checkpoint> reopen() {
        if (!isAsOpened()) {
            return Optional.empty();
        }
        Checkpoint again;
        try {
            again = open(directory);
        } catch (LotaException gone) {
            // Such as a config.json that was deleted: the caller has what it read, and does without the files.
            return Optional.empty();
        }
        if (stamps().equals(again.stamps())) {
            return Optional.of(again);
        }
        again.close();
        return Optional.empty();
    }

    private List<FileStamp> stamps() {
        return files.stream().map(SafetensorsFile::opened).toList();
    }

    private void requireAsOpened() {
        if (!isAsOpened()) {
            throw hasChanged(changed().getFirst());
        }
    }

    private List<SafetensorsFile> changed() {
        return files.stream().filter(file -> !stamp(file).equals(file.opened())).toList();
    }

    private void requireWhole() {
        files.stream()
                .filter(file -> file.opened().lostBytes(stamp(file)))
                .findFirst()
                .ifPresent(file -> {
                    throw hasChanged(file);
                });
    }

    private static FileStamp stamp(SafetensorsFile file) {
        try {
            return FileStamp.of(file.path());
        } catch (IOException e) {
            throw new LotaException(Text.format("%s: cannot be looked at: %s", file.path(), e.getMessage()), e);
        }
    }

    private static LotaException hasChanged(SafetensorsFile file) {
        return new LotaException(Text.format(
                "%s has changed since it was opened. Whatever writes there has to be done before; then open the "
                        + "directory again.",
                file.path()));
    }

    /// Reads from the map. A file that is cut meanwhile is a fault of the memory, which the JVM tells by an error.
    private <T> T mapped(Supplier<T> reading) {
        try {
            requireWhole();
            return reading.get();
        } catch (InternalError fault) {
            throw new LotaException(
                    Text.format(
                            "%s: a weight file was cut short, or could not be read, while it was open (%s). Open the "
                                    + "directory again.",
                            directory, fault.getMessage()),
                    fault);
        }
    }

    private SafetensorsFile file(String name) {
        SafetensorsFile file = fileOf.get(name);
        if (file == null) {
            String hint = Suggestions.hint(name, tensors.keySet());
            throw new LotaException(Text.format("%s: no tensor '%s'.%s", directory, name, hint));
        }
        return file;
    }

    @Override
    public void close() {
        files.forEach(SafetensorsFile::close);
    }
}
