package io.lota4j.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CgroupTest {
    @TempDir
    private Path root = Path.of("");

    private void file(String name, String content) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content + "\n");
    }

    @Test
    void theNearestLimitOfTheSecondVersionCountsWithoutWhatCanBeDropped() throws IOException {
        file("proc/self/cgroup", "0::/pod/app");
        file("sys/fs/cgroup/pod/app/memory.max", "max");
        file("sys/fs/cgroup/pod/app/memory.high", "1000");
        file("sys/fs/cgroup/pod/app/memory.current", "700");
        file("sys/fs/cgroup/pod/app/memory.stat", "anon 500\ninactive_file 200");
        file("sys/fs/cgroup/pod/memory.max", "5000");
        file("sys/fs/cgroup/pod/memory.current", "4600");
        assertThat(new Cgroup(root).free()).hasValue(400);
        file("sys/fs/cgroup/pod/app/memory.max", "600");
        assertThat(new Cgroup(root).free()).hasValue(100);
    }

    /// A container's path is that of the machine, and what is mounted is its own group.
    @Test
    void theFirstVersionsLimitIsFoundAtTheMountsRoot() throws IOException {
        file("proc/self/cgroup", "5:cpu,cpuacct:/docker/1\n4:memory:/docker/1\n0::/docker/1");
        file("sys/fs/cgroup/memory/memory.limit_in_bytes", "1000");
        file("sys/fs/cgroup/memory/memory.usage_in_bytes", "300");
        file("sys/fs/cgroup/memory/memory.stat", "inactive_file 1\ntotal_inactive_file 50");
        assertThat(new Cgroup(root).free()).hasValue(750);
    }

    @Test
    void withoutALimitNothingIsSaid() throws IOException {
        assertThat(new Cgroup(root).free()).isEmpty();
        file("proc/self/cgroup", "0::/");
        file("sys/fs/cgroup/memory.max", "max");
        file("sys/fs/cgroup/memory.current", "300");
        assertThat(new Cgroup(root).free()).isEmpty();
    }

    @Test
    void whatIsOverTheLimitLeavesNothing() throws IOException {
        file("proc/self/cgroup", "0::/");
        file("sys/fs/cgroup/memory.max", "100");
        file("sys/fs/cgroup/memory.current", "300");
        assertThat(new Cgroup(root).free()).hasValue(0);
    }
}
