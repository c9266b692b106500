package io.lota4j.campaign;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/// The files of a folder, as names and as contents.
final class Tree {
    /// The names of what is written and is not yet what it is to be; see `AtomicFile`.
    private static final Pattern UNFINISHED = Pattern.compile(".*(\\.tmp|\\.partial)$");

    /// What is drawn for a name.
    private static final Pattern DRAWN = Pattern.compile("\\.[0-9a-f]{8}\\.tmp");

    /// Times that were measured, in JSON, as figures and as keys.
    private static final Pattern MEASURED = Pattern.compile(
            "(\"figure\":\"[a-z_]*(?:seconds|memory|per_second)[a-z_]*\",\"value\":|\"seconds\" ?: ?)[-+.0-9E]+"
                    + "|\"started\" : \"[^\"]*\"");

    private Tree() {}

    /// The paths of all files and folders, relative to the folder. What is gone meanwhile is left out.
    static SortedSet<String> names(Path folder) {
        SortedSet<String> names = new TreeSet<>();
        walk(folder, names);
        return names;
    }

    /// The same, with what is drawn for names left out of them.
    static SortedSet<String> shapes(Path folder) {
        SortedSet<String> shapes = new TreeSet<>();
        for (String name : names(folder)) {
            shapes.add(DRAWN.matcher(name).replaceAll(".HEX.tmp"));
        }
        return shapes;
    }

    private static void walk(Path folder, SortedSet<String> names) {
        try {
            Files.walkFileTree(folder, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                    return seen(directory);
                }

                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    return seen(file);
                }

                private FileVisitResult seen(Path path) {
                    if (!path.equals(folder)) {
                        names.add(folder.relativize(path).toString());
                    }
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException gone) {
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path directory, IOException gone) {
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Whether a name says that what it stands for is not whole, or that a folder of it is.
    static boolean isUnfinished(String name) {
        return Arrays.stream(name.split("/")).anyMatch(UNFINISHED.asMatchPredicate());
    }

    /// All files' contents. Times that were measured are left out of JSON, and event files, which consist of them, are
    /// left out.
    ///
    /// @param takes which names
    static SortedMap<String, byte[]> contents(Path folder, Predicate<String> takes) throws IOException {
        SortedMap<String, byte[]> contents = new TreeMap<>();
        for (String name : names(folder)) {
            Path file = folder.resolve(name);
            if (Files.isRegularFile(file) && !name.contains("events.out.tfevents") && takes.test(name)) {
                contents.put(name, content(file));
            }
        }
        return contents;
    }

    private static byte[] content(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        if (!file.toString().endsWith(".json") && !file.toString().endsWith(".jsonl")) {
            return bytes;
        }
        return MEASURED.matcher(new String(bytes, StandardCharsets.UTF_8))
                .replaceAll("$1")
                .getBytes(StandardCharsets.UTF_8);
    }

    /// What distinguishes one folder's contents from another's, in words; empty when nothing does.
    static String difference(Map<String, byte[]> expected, Map<String, byte[]> found) {
        SortedSet<String> said = new TreeSet<>();
        expected.forEach((name, bytes) -> {
            byte[] other = found.get(name);
            if (other == null) {
                said.add(name + " is missing");
            } else if (!Arrays.equals(bytes, other)) {
                said.add(name + " differs from byte " + Arrays.mismatch(bytes, other) + " on");
            }
        });
        found.keySet().stream()
                .filter(name -> !expected.containsKey(name))
                .forEach(name -> said.add(name + " is left over"));
        return String.join("; ", said);
    }
}
