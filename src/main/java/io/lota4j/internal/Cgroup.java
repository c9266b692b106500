package io.lota4j.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The limits that a container has for memory: Linux's control groups, of both versions.
///
/// @param root what `/` is, but in tests
public record Cgroup(Path root) {
    /// Where the files of one version lie, and what they are called.
    private record Version(String mount, List<String> limits, String usage, String cache) {}

    private static final Version SECOND =
            new Version("sys/fs/cgroup", List.of("memory.max", "memory.high"), "memory.current", "inactive_file");
    private static final Version FIRST = new Version(
            "sys/fs/cgroup/memory", List.of("memory.limit_in_bytes"), "memory.usage_in_bytes", "total_inactive_file");

    /// What can still be taken before a limit of this process's group, or of one around it, is reached, in bytes. Pages
    /// of files that the system can drop are free. Empty without a limit.
    OptionalLong free() {
        List<Long> free = new ArrayList<>();
        for (String line : lines(root.resolve("proc/self/cgroup"))) {
            // "0::/group" is the second version's, "4:memory:/group" the first's.
            String[] parts = line.split(":", 3);
            if (parts.length == 3 && parts[0].equals("0") && parts[1].isEmpty()) {
                add(free, SECOND, parts[2]);
            } else if (parts.length == 3 && List.of(parts[1].split(",", -1)).contains("memory")) {
                add(free, FIRST, parts[2]);
            }
        }
        return free.stream().mapToLong(Long::longValue).min();
    }

    /// A container sees its own group as the mount's root, whatever the path to it is outside.
    private void add(List<Long> free, Version version, String group) {
        Path mount = root.resolve(version.mount());
        @Nullable Path at = mount.resolve(group.substring(1)).normalize();
        while (at != null && at.startsWith(mount)) {
            add(free, version, at);
            at = at.getParent();
        }
    }

    private static void add(List<Long> free, Version version, Path group) {
        OptionalLong limit = version.limits().stream()
                .flatMapToLong(name -> number(group.resolve(name)).stream())
                .min();
        OptionalLong used = number(group.resolve(version.usage()));
        if (limit.isPresent() && used.isPresent()) {
            long cache = lines(group.resolve("memory.stat")).stream()
                    .filter(line -> line.startsWith(version.cache() + " "))
                    .mapToLong(line -> Long.parseLong(
                            line.substring(version.cache().length()).strip()))
                    .findFirst()
                    .orElse(0);
            free.add(Math.max(0, limit.getAsLong() - Math.max(0, used.getAsLong() - cache)));
        }
    }

    /// Empty for "max".
    private static OptionalLong number(Path file) {
        return lines(file).stream()
                .limit(1)
                .filter(line -> line.matches("[0-9]{1,18}"))
                .mapToLong(Long::parseLong)
                .findFirst();
    }

    private static List<String> lines(Path file) {
        if (!Files.isRegularFile(file)) {
            return List.of();
        }
        try (Stream<String> lines = Files.lines(file)) {
            return lines.toList();
        } catch (IOException unreadable) {
            // A limit that is not told is none that could be kept.
            return List.of();
        }
    }
}
