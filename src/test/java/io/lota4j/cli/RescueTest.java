package io.lota4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RescueTest {
    private static final Path FULL = Path.of("/dev/full");
    private static final Pattern KEPT = Pattern.compile("What was made is kept as (.*); move it to its place");

    @TempDir
    private Path folder;

    @Test
    void whatCannotBeWrittenIsKeptElsewhere() throws IOException {
        Path full = Files.createDirectory(folder.resolve("full"));
        Path alsoFull = Files.createDirectory(folder.resolve("also"));
        Path out = full.resolve("t");
        Path kept = folder.resolve(
                Text.format("rescued-%d-t", ProcessHandle.current().pid()));
        assertThatThrownBy(() -> Rescue.write(out, List.of(alsoFull, folder), writer()))
                .isInstanceOf(LotaException.class)
                .hasMessage("%s is full. What was made is kept as %s; move it to its place.", out, kept);
        assertThat(kept).hasContent("result");
    }

    @Test
    void theFirstReasonIsTold() throws IOException {
        Path full = Files.createDirectory(folder.resolve("full"));
        assertThatThrownBy(() -> Rescue.write(full.resolve("t"), List.of(full), writer()))
                .isInstanceOf(LotaException.class)
                .hasMessage("%s is full", full.resolve("t"));
    }

    @Test
    void whatCanBeWrittenIsInItsPlace() {
        assertThat(Rescue.write(folder.resolve("t"), List.of(), writer())).isEqualTo("written");
        assertThat(folder.resolve("t")).hasContent("result");
    }

    /// What takes a command minutes on a large model is as little lost as what takes training hours.
    @Test
    void commandsThatMakeMasksAndTicketsKeepThem() throws IOException {
        assumeTrue(Files.exists(FULL), "there is no device that is always full");
        Path base = TinyModel.write(folder.resolve("base"), 16, 1);
        Path tuned = TinyModel.write(folder.resolve("tuned"), 16, 2);
        Path mask = folder.resolve("m");
        Path ticket = folder.resolve("t");
        run(0, "mask", "random", "--model", base, "--sparsity", "0.9", "--out", mask);
        run(0, "extract", "--base", base, "--tuned", tuned, "--out", ticket);
        assertThat(rescued("mask", "random", "--model", base, "--sparsity", "0.9"))
                .isEqualTo(Files.readAllBytes(mask));
        assertThat(rescued("extract", "--base", base, "--tuned", tuned)).isEqualTo(Files.readAllBytes(ticket));
        Path inverted = folder.resolve("inverted");
        run(0, "mask", "invert", mask, "--out", inverted);
        assertThat(rescued("mask", "invert", mask)).isEqualTo(Files.readAllBytes(inverted));
        Path merged = folder.resolve("merged");
        run(0, "merge", "--ticket", ticket, "--ticket", ticket, "--out", merged);
        assertThat(rescued("merge", "--ticket", ticket, "--ticket", ticket)).isEqualTo(Files.readAllBytes(merged));
    }

    /// What a command makes that cannot write it, and says where it is.
    private static byte[] rescued(Object... arguments) throws IOException {
        Object[] all = Arrays.copyOf(arguments, arguments.length + 2);
        all[arguments.length] = "--out";
        all[arguments.length + 1] = FULL;
        Matcher kept = KEPT.matcher(run(1, all));
        assertThat(kept.find()).as("%s", kept).isTrue();
        Path file = Path.of(kept.group(1));
        try {
            return Files.readAllBytes(file);
        } finally {
            Files.delete(file);
        }
    }

    private static String run(int code, Object... arguments) {
        Cli cli = new Cli(Commands.standard());
        assertThat(cli.run(Arrays.stream(arguments).map(String::valueOf).toArray(String[]::new)))
                .as(cli::err)
                .isEqualTo(code);
        return cli.err();
    }

    /// Writes in `folder` itself only.
    private Function<Path, String> writer() {
        return path -> {
            if (!folder.equals(path.getParent())) {
                throw new LotaException(path + " is full");
            }
            try {
                Files.writeString(path, "result");
            } catch (IOException e) {
                throw new LotaException("defect", e);
            }
            return "written";
        };
    }
}
